"""Drafts: begun, filled, changed by versions, kept from others."""

import asyncio
import uuid
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from api.applications import map_today
from api.desk import Desk
from infra.keys import open_json
from schemas.calendar import JAPAN
from schemas.maps import ProcedureMap
from tests.api.conftest import browsing
from tests.api.visiting import PLAN, SSW, Visitor, answers_for


def faults(answer: Any) -> set[tuple[str, str | None]]:
    return {(fault["code"], fault.get("field")) for fault in answer.json()["errors"]}


async def test_a_draft_gets_a_number_and_as_many_persons_as_asked(client: Visitor) -> None:
    answer = await client.post("/v1/applications", {"procedure": SSW, "persons": 3})

    begun = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/applications/{begun['number']}"
    assert len(set(begun["persons"])) == 3
    assert answer.headers["ETag"] == '"1"'


async def test_the_same_key_begins_one_draft_however_often_it_is_sent(client: Visitor) -> None:
    body, key = {"procedure": SSW, "persons": 1}, str(uuid.uuid4())

    answers = await asyncio.gather(*(client.post("/v1/applications", body, key=key) for _ in range(6)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_the_same_key_for_another_draft_is_refused(client: Visitor) -> None:
    key = str(uuid.uuid4())
    await client.post("/v1/applications", {"procedure": SSW, "persons": 1}, key=key)

    answer = await client.post("/v1/applications", {"procedure": SSW, "persons": 2}, key=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_two_organisations_may_use_the_same_key(client: Visitor, other_client: Visitor) -> None:
    key = str(uuid.uuid4())

    mine = await client.post("/v1/applications", {"procedure": SSW}, key=key)
    theirs = await other_client.post("/v1/applications", {"procedure": SSW}, key=key)

    assert mine.json()["number"] != theirs.json()["number"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"procedure": "no.such.procedure"}, "unknown_procedure"),
        ({"procedure": SSW, "persons": 101}, "too_many_persons"),
        ({"procedure": SSW, "persons": -1}, "malformed_request"),
        ({"procedure": SSW, "persons": True}, "malformed_request"),
        ({"procedure": SSW, "persons": "1"}, "malformed_request"),
        ({"procedure": SSW, "organisation_id": "supervising-02"}, "malformed_request"),
        ({"procedure": None}, "malformed_request"),
        ([], "malformed_request"),
    ],
)
async def test_a_draft_that_can_not_be_is_refused(client: Visitor, body: Any, code: str) -> None:
    answer = await client.post("/v1/applications", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_hundred_persons_are_accepted(client: Visitor) -> None:
    begun = await client.begin(persons=100)

    assert len(begun["persons"]) == 100


async def test_values_are_kept_with_author_and_capacity(client: Visitor, desk: Desk) -> None:
    begun = await client.begin()
    number, person = begun["number"], begun["persons"][0]

    body = {
        "application": {"organisation_name": "見本会社"},
        "persons": {person: {"name_latin": "an nguyen"}},
    }
    saved = await client.patch(f"/v1/applications/{number}/content", body, version=1)

    seen = (await client.get(f"/v1/applications/{number}")).json()
    value = seen["content"]["persons"][person]["name_latin"]
    assert saved.headers["ETag"] == '"2"'
    assert (value["value"], value["by"], value["capacity"]) == ("AN NGUYEN", "supervising-01-1", "client")
    assert datetime.fromisoformat(value["at"]).tzinfo is not None
    assert seen["content"]["application"]["organisation_name"]["value"] == "見本会社"


async def test_values_lie_encrypted_in_the_database(client: Visitor, desk: Desk) -> None:
    begun = await client.begin()
    body = {"application": {"organisation_name": "CANARY-4711"}, "persons": {}}
    await client.patch(f"/v1/applications/{begun['number']}/content", body, version=1)

    async with desk.database.as_desk() as connection:
        asked = text('SELECT "values" FROM content WHERE number = :number')
        sealed = bytes((await connection.execute(asked, {"number": begun["number"]})).scalar_one())

    key = await desk.keys.key_for(begun["number"])
    assert b"CANARY-4711" not in sealed
    assert open_json(key, "content", sealed)["organisation_name"]["v"] == "CANARY-4711"


async def test_all_refused_values_are_told_together_and_none_is_saved(client: Visitor) -> None:
    begun = await client.begin()
    number, person = begun["number"], begun["persons"][0]
    body = {
        "application": {"organisation_name": "kept?", "no_such_field": "x", "corporate_number": "123"},
        "persons": {person: {"birth_on": "令和8年", "organisation_name": "of the application"}},
    }

    answer = await client.patch(f"/v1/applications/{number}/content", body, version=1)

    seen = (await client.get(f"/v1/applications/{number}")).json()
    assert (answer.status_code, answer.json()["code"]) == (422, "value_refused")
    assert faults(answer) == {
        ("unknown_field", "no_such_field"),
        ("not_in_form", "corporate_number"),
        ("not_a_date", "birth_on"),
        ("unknown_field", "organisation_name"),
    }
    assert seen["content"]["application"] == {}
    assert seen["version"] == 1


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [("マイナンバー 123456789018", False), ("マイナンバー 123456789019", True)],
)
async def test_a_my_number_is_never_kept(client: Visitor, value: str, *, is_kept: bool) -> None:
    begun = await client.begin()
    body = {"application": {}, "persons": {begun["persons"][0]: {"reason": value}}}

    answer = await client.patch(f"/v1/applications/{begun['number']}/content", body, version=1)

    assert (answer.status_code == 200) is is_kept
    assert value not in answer.text


async def test_null_takes_a_value_away(client: Visitor) -> None:
    begun = await client.begin()
    place = f"/v1/applications/{begun['number']}/content"
    await client.patch(place, {"application": {"organisation_name": "x"}}, version=1)

    await client.patch(place, {"application": {"organisation_name": None}}, version=2)

    seen = (await client.get(f"/v1/applications/{begun['number']}")).json()
    assert seen["content"]["application"] == {}


async def test_who_read_an_older_version_is_told_to_read_again(client: Visitor) -> None:
    begun = await client.begin()
    place = f"/v1/applications/{begun['number']}/content"

    first = await client.patch(place, {"application": {"organisation_name": "a"}}, version=1)
    stale = await client.patch(place, {"application": {"organisation_name": "b"}}, version=1)
    blind = await client.patch(place, {"application": {"organisation_name": "c"}}, version=None)

    assert [answer.status_code for answer in (first, stale, blind)] == [200, 412, 428]


async def test_one_of_two_writers_at_once_wins(client: Visitor) -> None:
    begun = await client.begin()
    place = f"/v1/applications/{begun['number']}/content"

    answers = await asyncio.gather(
        *(client.patch(place, {"application": {"organisation_name": str(n)}}, version=1) for n in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_persons_come_and_go_while_it_is_a_draft(client: Visitor) -> None:
    begun = await client.begin(persons=1)
    place = f"/v1/applications/{begun['number']}"
    await client.patch(f"{place}/content", {"persons": {begun["persons"][0]: {"reason": "gone"}}}, version=1)

    added = await client.post(f"{place}/persons", {"count": 2})
    removed = await client.delete(f"{place}/persons/{begun['persons'][0]}")

    seen = (await client.get(place)).json()
    assert added.status_code == 201
    assert removed.status_code == 200
    assert begun["persons"][0] not in [person["person_id"] for person in seen["persons"]]
    assert len(seen["persons"]) == 2


async def test_whoever_is_taken_out_waits_for_nobody_any_more(client: Visitor) -> None:
    here, there = await client.begin(persons=1), await client.begin(persons=1)
    for begun in (here, there):
        named = {"persons": {begun["persons"][0]: {"name_latin": "SAMPLE TARO"}}}
        await client.patch(f"/v1/applications/{begun['number']}/content", named, version=1)
    place = f"/v1/applications/{here['number']}"
    wanted = {
        "person_id": here["persons"][0],
        "other_number": there["number"],
        "other_person_id": there["persons"][0],
    }

    linked = await client.post(f"{place}/links", wanted)
    await client.delete(f"{place}/persons/{here['persons'][0]}")

    assert linked.status_code == 201, linked.text
    assert (await client.get(f"{place}/links")).json() == []


@pytest.mark.parametrize(("count", "status"), [(1, 201), (2, 422)])
async def test_no_more_than_a_hundred_persons_come(client: Visitor, count: int, status: int) -> None:
    begun = await client.begin(persons=99)

    answer = await client.post(f"/v1/applications/{begun['number']}/persons", {"count": count})

    assert answer.status_code == status


async def test_a_person_of_another_application_is_unknown(client: Visitor) -> None:
    mine, another = await client.begin(), await client.begin()
    body = {"persons": {another["persons"][0]: {"reason": "x"}}}

    answer = await client.patch(f"/v1/applications/{mine['number']}/content", body, version=1)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_person")


async def test_a_foreign_number_is_answered_like_one_that_does_not_exist(
    client: Visitor, other_client: Visitor
) -> None:
    begun = await client.begin()
    missing = "T26-0000000" + "0"

    foreign = await other_client.get(f"/v1/applications/{begun['number']}")
    absent = await other_client.get(f"/v1/applications/{missing}")
    malformed = await other_client.get("/v1/applications/%00")

    bodies = [{**answer.json(), "request_id": ""} for answer in (foreign, absent, malformed)]
    assert [answer.status_code for answer in (foreign, absent, malformed)] == [404, 404, 404]
    assert bodies[0] == bodies[1] == bodies[2]


async def test_nothing_of_another_organisation_can_be_changed(client: Visitor, other_client: Visitor) -> None:
    begun = await client.begin()
    place, person = f"/v1/applications/{begun['number']}", begun["persons"][0]

    answers = [
        await other_client.patch(f"{place}/content", {"application": {}}, version=1),
        await other_client.post(f"{place}/persons", {"count": 1}),
        await other_client.delete(f"{place}/persons/{person}"),
        await other_client.post(f"{place}/hand-in"),
        await other_client.post(f"{place}/corrections", {}),
        await other_client.post(f"{place}/withdrawal", {}),
        await other_client.get(f"{place}/documents"),
        await other_client.get(f"{place}/findings"),
        await other_client.declare(begun["number"], "document_list"),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_the_list_has_only_ones_own_newest_first_in_pages(
    client: Visitor, other_client: Visitor
) -> None:
    mine = [(await client.begin(PLAN))["number"] for _ in range(3)]
    theirs = (await other_client.begin(PLAN))["number"]

    first = (await client.get("/v1/applications", params={"limit": 2, "procedure": PLAN})).json()
    second = (
        await client.get("/v1/applications", params={"limit": 2, "procedure": PLAN, "cursor": first["next"]})
    ).json()

    listed = [item["number"] for item in first["items"] + second["items"]]
    assert listed[:3] == mine[::-1]
    assert theirs not in listed


async def test_a_cursor_can_not_be_forged_or_carried_to_another_list(client: Visitor) -> None:
    for _ in range(2):
        await client.begin()
    page = (await client.get("/v1/applications", params={"limit": 1})).json()
    forged = page["next"][:-4] + "AAAA"

    answer = await client.get("/v1/applications", params={"cursor": forged})

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")


async def test_a_person_s_values_are_overwritten_when_the_person_is_taken_out(
    client: Visitor, desk: Desk, extension: ProcedureMap
) -> None:
    begun = await client.begin(persons=2)
    number, person = begun["number"], begun["persons"][0]
    body = {"persons": {person: answers_for(extension, per_person=True)}}
    saved = await client.patch(f"/v1/applications/{number}/content", body, version=1)

    await client.delete(f"/v1/applications/{number}/persons/{person}")

    async with desk.database.as_desk() as connection:
        asked = text('SELECT "values" FROM content WHERE number = :number AND scope = :scope')
        row = (await connection.execute(asked, {"number": number, "scope": person})).scalar_one()
    assert saved.status_code == 200, saved.text
    assert open_json(await desk.keys.key_for(number), "content", bytes(row)) == {}


@pytest.mark.parametrize(
    ("procedure", "in_force_on", "not_in_force_on"),
    [
        (PLAN, date(2027, 3, 31), date(2027, 4, 1)),
        ("esd.plan.supervised", date(2026, 9, 1), date(2026, 8, 31)),
    ],
)
async def test_a_procedure_is_begun_only_while_it_is_in_force(
    client: Visitor, desk: Desk, procedure: str, in_force_on: date, not_in_force_on: date
) -> None:
    inside, outside = (
        replace(desk, now=partial(datetime.combine, day, time(12), JAPAN))
        for day in (in_force_on, not_in_force_on)
    )

    async with browsing(outside) as http:
        answer = await Visitor(http, client.token).post("/v1/applications", {"procedure": procedure})

    problem = answer.json()
    assert map_today(inside, procedure).procedure.id == procedure
    assert (answer.status_code, problem["code"], problem["field"]) == (
        422,
        "procedure_not_in_force",
        "procedure",
    )


async def test_a_draft_is_handed_in_only_while_its_procedure_is_in_force(client: Visitor, desk: Desk) -> None:
    begun = await client.begin(PLAN)
    last_day, day_after = (
        replace(desk, now=partial(datetime.combine, day, time(12), JAPAN))
        for day in (date(2027, 3, 31), date(2027, 4, 1))
    )

    in_time, too_late = [await _handed_in(each, client, begun["number"]) for each in (last_day, day_after)]
    told = (await client.get(f"/v1/applications/{begun['number']}")).json()

    assert told["last_hand_in_on"] == "2027-03-31"
    assert in_time["code"] == "not_complete"
    assert (too_late["code"], too_late["field"]) == ("procedure_not_in_force", "procedure")


async def _handed_in(at: Desk, client: Visitor, number: str) -> Any:
    async with browsing(at) as http:
        return (await Visitor(http, client.token).post(f"/v1/applications/{number}/hand-in")).json()
