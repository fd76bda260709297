"""Linked applications on the real road: who waits is not lodged, and goes on when the other is decided."""

from typing import Any

import pytest

from api.problems import RefusedTogether
from api.reading import Case, collected
from api.waiting import insist_on_the_same
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, OTHER, REVIEWER, PageDay
from tests.api.staff.office_day import CANARY, receipt_number
from tests.api.statements import statements_of

WAITS_CASE_PERSONS_CONTENT = 4
"""What is asked of the database to compare who waits, for one application that is waited for."""


async def linked(day: PageDay, first: Any) -> Any:
    """A draft whose person waits for the first application's; handed in, with its road begun as the front desk begins it."""
    draft = await day.drafted()
    values = {"name_latin": f"{CANARY} TARO", "residence_prefecture": "13"}
    await day.fill(draft, dict.fromkeys(draft.persons, values))
    wanted = {
        "person_id": draft.persons[0],
        "other_number": first.number,
        "other_person_id": first.persons[0],
    }
    waits = await day.done(CLIENT, f"/v1/applications/{draft.number}/links", wanted)
    assert waits == [{"person_id": draft.persons[0], "other_number": first.number}]
    return await day.sealed(draft)


async def known(day: PageDay) -> Case:
    """A draft that says who its person is."""
    draft = await day.drafted()
    await day.fill(draft, {draft.persons[0]: {"name_latin": f"{CANARY} TARO"}})
    return draft


def decided(day: PageDay, case: Any, result: str) -> dict[str, str]:
    """The authority's decision about the only person."""
    receipt, on = receipt_number(case.number, 1), day.today().isoformat()
    return {"person_id": case.persons[0], "receipt": receipt, "result": result, "decided_on": on}


async def settled(day: PageDay, who: str, number: str, kind: str, verdict: dict[str, str]) -> str:
    """Somebody takes the open task of this kind and decides it; its id."""
    task_id = str((await day.task_of(number, kind))["id"])
    await day.done(who, f"/v1/tasks/{task_id}/claim")
    await day.done(who, f"/v1/tasks/{task_id}/complete", {"verdict": verdict})
    return task_id


async def test_who_went_on_because_of_a_result_that_does_not_hold_is_told_what_becomes_of_him(
    day: PageDay,
) -> None:
    first = await day.handed_in()
    second = await linked(day, first)
    await day.reviewed(second)
    waiting = (await day.get(HANDLER, f"/v1/applications/{second.number}/overview"))["persons"][0]
    waits = await day.page(CLIENT, f"/applications/{second.number}")
    await day.lodged(first)
    await day.done(HANDLER, f"/v1/applications/{first.number}/results", decided(day, first, "permitted"))
    lodging = await day.task_of(second.number, "lodge")
    after = (await day.get(HANDLER, f"/v1/applications/{second.number}/overview"))["persons"][0]
    await day.lodge(second)
    await day.done(HANDLER, f"/v1/applications/{first.number}/results", decided(day, first, "refused"))
    later = {"kind": "contradiction", "holds": "later", "words": "通知書を確かめた"}
    await settled(day, MANAGER, first.number, "contradiction", later)
    turned = await day.task_of(second.number, "link_turned")
    page = await day.page(REVIEWER, f"/tasks/{turned['id']}")
    words = {"kind": "late_correction", "words": "取下げを検討してください"}
    await settled(day, REVIEWER, second.number, "link_turned", words)

    read = await day.page(CLIENT, f"/applications/{second.number}")
    told = (await day.get(CLIENT, f"/v1/applications/{second.number}/results"))["told"]

    assert (waiting["stage"], waiting["holder"], waiting["waits_for"]) == ("ready", "desk", first.number)
    assert f"{first.number} の結果待ち" in waits.text
    assert lodging["persons"] == [second.persons[0]]
    assert (after["waits_for"], after["link_outcome"]) == (None, "granted")
    assert f'→ <a href="/applications/{first.number}">' in page.text
    assert "取下げを検討してください" in read.text
    assert [(each["about"], each["persons"]) for each in told] == [("link_turned", list(second.persons))]


async def test_links_are_made_by_the_client_in_a_draft_within_its_own_applications(day: PageDay) -> None:
    one, two = await known(day), await known(day)
    foreign = await day.drafted(1)
    path = f"/v1/applications/{one.number}/links"

    def asked(other: Any, **changed: str) -> dict[str, str]:
        wanted = {
            "person_id": one.persons[0],
            "other_number": other.number,
            "other_person_id": other.persons[0],
        }
        return wanted | changed

    made = await day.act(CLIENT, path, asked(two))
    back = await day.act(
        CLIENT,
        f"/v1/applications/{two.number}/links",
        {
            "person_id": two.persons[0],
            "other_number": one.number,
            "other_person_id": one.persons[0],
        },
    )
    itself = await day.act(CLIENT, path, asked(one))
    unknown = await day.act(CLIENT, path, asked(two, person_id="p-nobody"))
    behind_the_wall = await day.act(CLIENT, path, asked(foreign))
    of_another = await day.call(OTHER, "GET", path)
    by_staff = await day.act(HANDLER, path, asked(two))
    ended = await day.call(CLIENT, "DELETE", f"/v1/applications/{one.number}/persons/{one.persons[0]}/link")
    await day.sealed(one)
    late = await day.act(CLIENT, path, asked(two))

    assert (made.status_code, len(made.json())) == (201, 1)
    assert [each.json()["code"] for each in (back, itself)] == ["link_circle", "link_circle"]
    assert unknown.json()["code"] == "unknown_person"
    assert (behind_the_wall.status_code, of_another.status_code, by_staff.status_code) == (404, 404, 403)
    assert (ended.status_code, ended.json()) == (200, [])
    assert late.json()["code"] == "content_sealed"


async def test_nobody_waits_for_somebody_else_or_for_who_is_not_known_yet(day: PageDay) -> None:
    one, two = await day.drafted(), await day.drafted()
    own, other = ({"name_latin": name, "birth_on": "1999-04-01"} for name in ("SAMPLE TARO", "SAMPLE JIRO"))
    wanted = {"person_id": one.persons[0], "other_number": two.number, "other_person_id": two.persons[0]}
    path = f"/v1/applications/{one.number}/links"
    await day.fill(two, {two.persons[0]: other})

    unknown = await day.act(CLIENT, path, wanted)
    await day.fill(one, {one.persons[0]: own})
    differs = await day.act(CLIENT, path, wanted)
    await day.fill(one, {one.persons[0]: other})
    made = await day.act(CLIENT, path, wanted)

    assert [each.status_code for each in (unknown, differs, made)] == [409, 409, 201]
    assert {each.json()["code"] for each in (unknown, differs)} == {"link_other_person"}


@pytest.mark.parametrize("waiting", [2, 20])
async def test_however_many_wait_each_application_is_read_once_when_they_are_compared(
    day: PageDay, waiting: int
) -> None:
    other, draft = await day.drafted(persons=waiting), await day.drafted(persons=waiting)
    own = {"name_latin": "SAMPLE TARO", "birth_on": "1999-04-01"}
    await day.fill(draft, dict.fromkeys(draft.persons, own))
    await day.fill(other, dict.fromkeys(other.persons, own))
    ready = day.desk.catalogue.map_for(draft.procedure, version=draft.map_version)
    keys = {number: await day.desk.keys.key_for(number) for number in (draft.number, other.number)}
    for person_id, there in zip(draft.persons, other.persons, strict=True):
        wanted = {"person_id": person_id, "other_number": other.number, "other_person_id": there}
        await day.done(CLIENT, f"/v1/applications/{draft.number}/links", wanted)
    await day.fill(other, {other.persons[-1]: {"birth_on": "2000-01-01"}})

    async with day.desk.database.as_client(draft.organisation_id) as connection:
        everything = await collected(connection, draft, keys[draft.number])
        with statements_of(connection) as sent, pytest.raises(RefusedTogether) as refused:
            await insist_on_the_same(connection, keys, everything, ready.procedure)

    assert [(each.field, each.person_id) for each in refused.value.items] == [("birth_on", draft.persons[-1])]
    assert len(sent) == WAITS_CASE_PERSONS_CONTENT


async def test_a_client_says_on_the_draft_s_page_for_what_a_person_waits(day: PageDay) -> None:
    one, two = await known(day), await known(day)
    page = f"/applications/{one.number}"
    path = f"{page}/persons/{one.persons[0]}/link"

    kept = await day.send(
        CLIENT, path, {"other_number": two.number, "position": "1"}, seen=await day.page(CLIENT, page)
    )
    shown = await day.page(CLIENT, page)
    nobody = await day.send(CLIENT, path, {"other_number": two.number, "position": "2"}, seen=shown)
    foreign = await day.send(
        CLIENT, path, {"other_number": (await day.drafted(1)).number, "position": "1"}, seen=shown
    )
    ended = await day.send(CLIENT, path, {"other_number": ""}, seen=await day.page(CLIENT, page))
    after = await day.page(CLIENT, page)

    assert (kept.status, ended.status, nobody.status) == (303, 303, 422)
    assert foreign.status == 422
    assert "この番号の申請案件は貴組織にありません" in foreign.trouble()
    assert foreign.text.count('href="#f-other_number"') == foreign.text.count('id="f-other_number"') == 1
    assert f"{two.number} の結果待ち" in shown.text
    assert f"{two.number} の結果待ち" not in after.text
