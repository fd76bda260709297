"""What comes next on a real road: noted from a result, shown to whom it concerns, begun with what is carried over."""

from typing import Any

import pytest

from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, OTHER, PageDay
from tests.api.staff.office_day import CANARY, EXTENSION, eventually, receipt_number

VALID_TO = "2098-11-30"


async def permitted(day: PageDay, valid_to: str | None = VALID_TO) -> tuple[str, str, str]:
    """An extension of two persons whose first one was permitted; the number and both persons."""
    case = await day.handed_in(persons=2)
    await day.lodged(case)
    result = {
        "person_id": case.persons[0],
        "receipt": receipt_number(case.number, 1),
        "result": "permitted",
        "decided_on": day.today().isoformat(),
        "valid_to": valid_to,
    }
    await day.done(HANDLER, f"/v1/applications/{case.number}/results", result)
    return case.number, case.persons[0], case.persons[1]


async def noted(day: PageDay, number: str) -> list[dict[str, Any]]:
    """What comes after the application, as soon as the desk's round has noted it."""

    async def watches() -> list[dict[str, Any]] | None:
        shown = await day.get(CLIENT, f"/v1/applications/{number}/next")
        known = [each for each in shown if each["follow_up"] == EXTENSION]
        return known or None

    return await eventually(watches)


async def test_a_result_leads_to_the_next_application_with_what_can_be_carried_over(day: PageDay) -> None:
    number, person, other = await permitted(day)
    (watch,) = await noted(day, number)
    path = f"/v1/applications/{number}/next"
    ahead = (await day.get(MANAGER, "/v1/next?limit=100"))["items"]
    page = await day.page(CLIENT, f"/applications/{number}")

    begun = await day.send(
        CLIENT, f"/applications/{number}/next", {"follow_up": EXTENSION, "persons": person}, seen=page
    )
    again = await day.send(
        CLIENT, f"/applications/{number}/next", {"follow_up": EXTENSION, "persons": person}, seen=page
    )
    draft = begun.goes_to.removeprefix("/applications/").split("?")[0]
    content = await day.get(CLIENT, f"/v1/applications/{draft}")
    new = content["persons"][0]["person_id"]
    form = await day.page(CLIENT, f"/applications/{draft}/persons/{new}/edit")
    after = await day.get(CLIENT, path)
    foreign = await day.call(OTHER, "GET", path)
    others = await day.get(OTHER, "/v1/next?limit=100")
    undecided = await day.act(CLIENT, path, {"follow_up": EXTENSION, "persons": [other]})
    unknown = await day.act(CLIENT, path, {"follow_up": "no.such", "persons": [person]})
    by_staff = await day.act(HANDLER, path, {"follow_up": EXTENSION, "persons": [person]})

    assert (watch["opens_on"], watch["closes_on"]) == ("2098-08-30", VALID_TO)
    assert watch["person_id"] == person
    assert number in {each["number"] for each in ahead}
    assert "次の手続と期限" in page.text
    assert (begun.status, begun.goes_to) == (again.status, again.goes_to)
    values = content["content"]["persons"][new]
    assert values["name_latin"]["value"] == f"{CANARY} TARO"
    assert values["name_latin"]["by"] == CLIENT
    assert values["name_latin"]["carried_from"] == {
        "number": number,
        "round": 1,
        "accepted_on": day.today().isoformat(),
    }
    assert len(content["persons"]) == 1
    assert f"{number} 第1回" in form.text
    assert "毎回新しくご記入ください" in form.text
    assert [each["begun"] for each in after if each["follow_up"] == EXTENSION] == [True]
    assert foreign.status_code == 404
    assert number not in {each["number"] for each in others["items"]}
    assert (undecided.status_code, undecided.json()["code"]) == (409, "no_follow_up")
    assert unknown.json()["code"] == "unknown_procedure"
    assert by_staff.status_code == 403


@pytest.mark.parametrize("who", [CLIENT, MANAGER])
async def test_what_lies_ahead_has_a_page_for_clients_and_managers(day: PageDay, who: str) -> None:
    page = await day.page(who, "/next")

    assert (page.status, page.heading) == (200, "次の手続と期限")


async def test_a_day_that_was_left_blank_is_added_on_the_page_of_the_filing(day: PageDay) -> None:
    number, person, _ = await permitted(day, valid_to=None)
    blank = (await noted(day, number))[0]["closes_on"]
    path = f"/filings/{number}.filing.1"
    shown = await day.page(HANDLER, path)
    same = {"person_id": person, "receipt": receipt_number(number, 1), "result": "permitted"}
    fields = {**same, "decided_on": day.today().isoformat(), "valid_to": VALID_TO}

    sent = await day.send(HANDLER, f"{path}/results", fields, seen=shown)

    async def dated() -> bool | None:
        return (await noted(day, number))[0]["closes_on"] == VALID_TO or None

    assert blank is None
    assert f'name="person_id" value="{person}"' in shown.text
    assert sent.status == 303
    assert await eventually(dated)
