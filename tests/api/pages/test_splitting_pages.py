"""Splitting off and proposals on a real road: proposed with a reason, confirmed by the client, told on both sides."""

import pytest
from sqlalchemy import select

from infra.database.tables import split_off, staff_read
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, OTHER, REVIEWER, PageDay

REASON = "1人だけ旅券の更新を待つため、他の方を先に提出します"


async def proposed(day: PageDay, number: str, **fields: object) -> str:
    """A reviewer proposes something on the page of the case; the id of the proposal."""
    path = f"/applications/{number}/proposals"
    sent = await day.send(REVIEWER, path, {"reason": REASON, **fields}, key=f"p{len(fields)}")  # type: ignore[dict-item]
    assert sent.status == 303, sent.text
    return str((await day.get(CLIENT, f"/v1{path}"))[-1]["id"])


async def reads_of(day: PageDay, number: str) -> set[tuple[str, str]]:
    """What staff read of a case, and who."""
    asked = select(staff_read.c.what, staff_read.c.account_id).where(staff_read.c.number == number)
    async with day.desk.database.as_desk() as connection:
        return {(row.what, row.account_id) for row in await connection.execute(asked)}


async def test_a_client_follows_a_proposal_to_split_confirms_it_and_sees_both_sides(day: PageDay) -> None:
    case = await day.handed_in(persons=3)
    base = f"/applications/{case.number}"
    proposal = await proposed(day, case.number, proposed="split_off", persons=case.persons[2])
    seen = await day.page(CLIENT, base)
    chosen = await day.page(CLIENT, f"{base}/split-off?proposal={proposal}")
    fields = {"persons": case.persons[2], "proposal_id": proposal}
    confirming = await day.send(CLIENT, f"{base}/split-off", fields, seen=chosen)
    before = await day.get(CLIENT, f"/v1{base}")

    split = await day.send(CLIENT, f"{base}/split-off", fields | {"sure": "yes"}, seen=confirming)
    again = await day.send(CLIENT, f"{base}/split-off", fields | {"sure": "yes"}, seen=confirming)

    number = split.goes_to.removeprefix("/applications/").split("?")[0]
    here, there = await day.page(CLIENT, base), await day.page(CLIENT, split.goes_to)
    desk = await day.page(MANAGER, base)
    history = await day.page(MANAGER, f"{base}/timeline")
    its_history = await day.page(CLIENT, f"/applications/{number}/timeline")
    answered = await day.get(CLIENT, f"/v1{base}/proposals")
    read = await reads_of(day, case.number)
    assert REASON in seen.text
    assert f"/split-off?proposal={proposal}" in seen.text
    assert f'value="{case.persons[2]}" checked' in chosen.text
    assert confirming.status == 200
    assert "元には戻せません" in confirming.text
    assert {line["stage"] for line in before["persons"]} == {"review"}
    assert (split.status, again.goes_to) == (303, split.goes_to)
    assert f'href="/applications/{number}"' in here.text
    assert f'href="/applications/{number}"' in desk.text
    assert f'href="{base}"' in there.text
    assert f'href="/applications/{number}"' in history.text
    assert f'href="{base}"' in its_history.text
    assert [each["state"] for each in answered] == ["accepted"]
    assert ("proposals", MANAGER) in read
    assert CLIENT not in {reader for _, reader in read}
    await day.task_of(number, "review")


async def test_nobody_chosen_is_refused_on_the_page(day: PageDay) -> None:
    case = await day.handed_in(persons=2)

    page = await day.send(CLIENT, f"/applications/{case.number}/split-off", {})

    assert page.status == 422
    assert "申請人を1人以上" in page.trouble()


async def test_a_client_declines_with_a_reason_and_the_desk_sees_it(day: PageDay) -> None:
    case = await day.handed_in(persons=2)
    proposal = await proposed(day, case.number, proposed="split_off", persons=case.persons[1])
    path = f"/applications/{case.number}/proposals/{proposal}/answer"

    told = await day.send(CLIENT, path, {"answer": "declined", "reason": "一緒に提出したい"})
    twice = await day.act(CLIENT, f"/v1{path}", {"answer": "declined"})
    late = await day.act(
        CLIENT,
        f"/v1/applications/{case.number}/split-off",
        {"persons": [case.persons[1]], "proposal_id": proposal},
    )

    page = await day.page(REVIEWER, f"/applications/{case.number}")
    assert told.status == 303
    assert "辞退" in page.text
    assert (twice.status_code, twice.json()["code"]) == (409, "proposal_answered")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_answered")
    lines = (await day.get(CLIENT, f"/v1/applications/{case.number}"))["persons"]
    assert [line["moved_to"] for line in lines] == [None, None]


async def test_what_the_road_refuses_stays_refused_and_unseen_and_the_person_can_be_split_anew(
    day: PageDay,
) -> None:
    case = await day.handed_in(persons=2)
    proposal = await proposed(day, case.number, proposed="split_off", persons=case.persons[1])
    base = f"/v1/applications/{case.number}"
    await day.done(CLIENT, f"{base}/proposals/{proposal}/answer", {"answer": "declined"})
    wanted = {"persons": [case.persons[1]], "proposal_id": proposal}

    refused = [await day.act(CLIENT, f"{base}/split-off", wanted, key="refused") for _ in range(2)]
    anew = await day.done(CLIENT, f"{base}/split-off", {"persons": [case.persons[1]]})

    async with day.desk.database.as_desk() as connection:
        made = (await connection.execute(select(split_off.c.to_number, split_off.c.refused_code))).all()
    ours = {row.to_number: row.refused_code for row in made if row.to_number != anew["number"]}
    unseen = next(number for number, code in ours.items() if code == "proposal_answered")
    listed = {each["number"] for each in (await day.get(CLIENT, "/v1/applications?limit=100"))["items"]}
    on_board = await day.get(MANAGER, f"/v1/board?search={unseen}")
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(409, "proposal_answered")] * 2
    assert unseen not in listed
    assert anew["number"] in listed
    assert on_board["items"] == []
    assert (await day.call(CLIENT, "GET", f"/v1/applications/{unseen}")).status_code == 404


async def test_a_person_waits_for_another_application_because_the_client_accepts_it(day: PageDay) -> None:
    other, case = await day.handed_in(), await day.handed_in()
    foreign = await day.handed_in(place=1)
    wanted = {"proposed": "wait_for", "persons": case.persons[0], "other_number": other.number, "line": "1"}
    proposal = await proposed(day, case.number, **wanted)
    path = f"/v1/applications/{case.number}/proposals"
    same = await day.act(REVIEWER, path, _waiting(case.persons[0], other.number, other.persons[0]))
    across = await day.act(REVIEWER, path, _waiting(case.persons[0], foreign.number, foreign.persons[0]))
    itself = await day.act(REVIEWER, path, _waiting(case.persons[0], case.number, case.persons[0]))

    accepted = await day.send(
        CLIENT, f"/applications/{case.number}/proposals/{proposal}/answer", {"answer": "accepted"}
    )
    circle = await day.act(
        REVIEWER,
        f"/v1/applications/{other.number}/proposals",
        _waiting(other.persons[0], case.number, case.persons[0]),
    )
    again = await day.act(REVIEWER, path, _waiting(case.persons[0], other.number, other.persons[0]))

    assert accepted.status == 303
    line = (await day.get(CLIENT, f"/v1/applications/{case.number}"))["persons"][0]
    links = await day.get(CLIENT, f"/v1/applications/{case.number}/links")
    assert line["waits_for"] == other.number
    assert links == [{"person_id": case.persons[0], "other_number": other.number}]
    assert (same.status_code, same.json()["code"]) == (409, "proposed_already")
    assert (across.status_code, across.json()["code"]) == (404, "not_found")
    assert (itself.status_code, itself.json()["code"]) == (409, "link_circle")
    assert (circle.status_code, circle.json()["code"]) == (409, "link_circle")
    assert (again.status_code, again.json()["code"]) == (409, "not_to_wait")


def _waiting(person: str, number: str, there: str) -> dict[str, object]:
    return {
        "proposed": "wait_for",
        "persons": [person],
        "other_number": number,
        "other_person_id": there,
        "reason": REASON,
    }


@pytest.mark.parametrize("who", [OTHER, HANDLER])
async def test_only_the_clients_own_people_split_and_answer(day: PageDay, who: str) -> None:
    case = await day.handed_in(persons=2)
    base = f"/v1/applications/{case.number}"

    split = await day.act(who, f"{base}/split-off", {"persons": [case.persons[0]]})
    answer = await day.act(who, f"{base}/proposals/{case.number}.proposal.1/answer", {"answer": "declined"})

    expected = 404 if who == OTHER else 403
    assert (split.status_code, answer.status_code) == (expected, expected)


async def test_a_draft_is_split_by_taking_persons_out_not_off(day: PageDay) -> None:
    case = await day.drafted(persons=2)

    answer = await day.act(
        CLIENT, f"/v1/applications/{case.number}/split-off", {"persons": [case.persons[0]]}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "not_handed_in")
