"""Stops: one act of a manager keeps whole procedures or channels from being lodged, another lets them go on."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.reading import Case
from infra.database.tables import standing
from tests.api.staff.office_day import EXTENSION, OfficeDay, somebody

MANAGER = somebody("manager")
HANDLER = somebody("handler")
REVIEWER = somebody("reviewer")


def asked(day: OfficeDay, **what: str) -> dict[str, Any]:
    until_on = (day.today() + timedelta(days=2)).isoformat()
    return {"reason": "channel_down", "words": "システム障害のため", "until_on": until_on, **what}


async def ready(day: OfficeDay) -> Case:
    case = await day.handed_in()
    await day.reviewed(case)
    return case


async def test_what_a_stop_covers_is_not_lodged_until_it_is_lifted(day: OfficeDay) -> None:
    case = await ready(day)
    filing = f"/v1/filings/{(await day.task_of(case.number, 'lodge'))['filing_id']}"
    stop = await day.done(MANAGER, "/v1/stops", asked(day, procedure=EXTENSION, channel="online"))

    stopped = await day.act(HANDLER, f"{filing}/begin", {"channel": "online"})
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")
    begun = await day.act(HANDLER, f"{filing}/begin", {"channel": "online"})

    assert (stopped.status_code, stopped.json()["code"]) == (409, "lodging_stopped")
    assert begun.status_code == 200


async def test_a_stop_of_another_channel_does_not_matter(day: OfficeDay) -> None:
    case = await ready(day)
    filing = f"/v1/filings/{(await day.task_of(case.number, 'lodge'))['filing_id']}"
    stop = await day.done(MANAGER, "/v1/stops", asked(day, procedure=EXTENSION, channel="post"))

    begun = await day.act(HANDLER, f"{filing}/begin", {"channel": "online"})
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")

    assert begun.status_code == 200


async def test_a_stop_is_placed_once_under_one_key_and_lifting_twice_is_lifting_once(day: OfficeDay) -> None:
    body = asked(day, office="TYO")
    first = await day.act(MANAGER, "/v1/stops", body, key="same-stop")
    again = await day.act(MANAGER, "/v1/stops", body, key="same-stop")
    stop_id = first.json()["id"]

    lifted = [await day.act(MANAGER, f"/v1/stops/{stop_id}/lift") for _ in range(2)]

    shown = await day.get(REVIEWER, "/v1/stops")
    assert again.json() == first.json()
    assert [each.status_code for each in lifted] == [200, 200]
    assert stop_id in {each["id"] for each in shown["lifted"]}
    assert stop_id not in {each["id"] for each in shown["running"]}


async def test_a_stop_and_its_end_touch_no_case_neither_those_that_were_there_nor_who_came_meanwhile(
    day: OfficeDay,
) -> None:
    channel = {"channel": "online"}
    cases = [await ready(day)]
    stop = await day.done(MANAGER, "/v1/stops", asked(day, procedure=EXTENSION, **channel))
    cases.append(await ready(day))
    filings = [f"/v1/filings/{(await day.task_of(case.number, 'lodge'))['filing_id']}" for case in cases]
    seen = await events_of(day, cases)

    stopped = [await day.act(HANDLER, f"{each}/begin", channel) for each in filings]
    tree = (await day.get(MANAGER, f"/v1/procedures/{EXTENSION}/plan?on=2027-04-01"))["plan"]["derivation"]
    unseen = await events_of(day, cases)
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")
    untouched = await events_of(day, cases)
    begun = [await day.act(HANDLER, f"{each}/begin", channel) for each in filings]

    assert {answer.json()["code"] for answer in stopped} == {"lodging_stopped"}
    assert "提出の停止では動かない" in tree["because"][-1]["ja"]
    assert seen == unseen == untouched
    assert {answer.status_code for answer in begun} == {200}


async def events_of(day: OfficeDay, cases: list[Case]) -> list[int]:
    """How many events each case has."""
    numbers = [case.number for case in cases]
    async with day.desk.database.as_desk() as connection:
        rows = await connection.execute(select(standing.c.number, standing.c.seq))
        return sorted(row.seq for row in rows if row.number in numbers)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_stop"),
        ({"procedure": "isa.nothing"}, "unknown_procedure"),
        ({"office": "NOWHERE"}, "nothing_to_stop"),
        ({"channel": "online", "until_on": "2020-01-01"}, "day_out_of_range"),
        ({"channel": "pigeon"}, "malformed_request"),
        ({"channel": "online", "words": " "}, "malformed_request"),
    ],
)
async def test_a_stop_without_sense_is_refused(day: OfficeDay, body: dict[str, str], code: str) -> None:
    answer = await day.act(MANAGER, "/v1/stops", {**asked(day), **body})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_managers_stop_and_lift(day: OfficeDay) -> None:
    placed = await day.act(HANDLER, "/v1/stops", asked(day, channel="online"))
    lifted = await day.act(REVIEWER, f"/v1/stops/{'0' * 32}/lift")
    unknown = await day.act(MANAGER, f"/v1/stops/{'0' * 32}/lift")

    assert (placed.status_code, lifted.status_code) == (403, 403)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
