"""Handing in: complete or told what is missing; durable while the engine is away; once, however often it is sent."""

import asyncio
import hashlib
import json
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
from sqlalchemy import select

from api.desk import Desk
from infra.database.connection import Database
from infra.database.tables import application, content, document_version, hand_in
from schemas.maps import ProcedureMap
from tests.api.conftest import browsing
from tests.api.staff.office_day import eventually
from tests.api.visiting import SSW, Visitor, required_fields
from tests.journeys.office import Office
from tests.journeys.sown import a_group


async def test_everything_that_is_missing_is_told_at_once(
    client_alone: Visitor, extension: ProcedureMap
) -> None:
    begun = await client_alone.begin()

    answer = await client_alone.post(f"/v1/applications/{begun['number']}/hand-in")

    errors = answer.json()["errors"]
    fields = {error["field"] for error in errors if error["code"] == "field_missing"}
    kinds = {error["kind"] for error in errors if error["code"] == "document_missing"}
    assert (answer.status_code, answer.json()["code"]) == (422, "not_complete")
    assert fields >= required_fields(extension.procedure)
    assert {"photo", "passport_copy", "application_form"} <= kinds
    assert all(error["ja"] and error["en"] for error in errors)


async def test_an_application_without_a_person_is_not_handed_in(client_alone: Visitor) -> None:
    begun = await client_alone.begin(persons=0)

    answer = await client_alone.post(f"/v1/applications/{begun['number']}/hand-in")

    assert (answer.status_code, answer.json()["code"]) == (422, "no_person")


async def complete(office: Office) -> dict[str, Any]:
    """A complete draft of one person."""
    sown = await asyncio.to_thread(a_group, office, SSW, 1)
    return {"number": sown.number, "persons": list(sown.persons)}


async def test_who_waits_is_asked_again_whether_he_is_still_the_same_person(
    client_alone: Visitor, store: httpx2.AsyncClient, extension: ProcedureMap
) -> None:
    draft = await client_alone.complete_draft(extension, store)
    place, person = f"/v1/applications/{draft['number']}", draft["persons"][0]
    other = await client_alone.begin()
    born, there = (
        {"birth_on": "2026-10-01", "name_latin": "SAMPLE PERSON"},
        f"/v1/applications/{other['number']}",
    )
    await client_alone.patch(f"{there}/content", {"persons": {other["persons"][0]: born}}, version=1)
    wanted = {"person_id": person, "other_number": other["number"], "other_person_id": other["persons"][0]}
    linked = await client_alone.post(f"{place}/links", wanted)
    changed = {"persons": {other["persons"][0]: born | {"birth_on": "2000-01-01"}}}
    await client_alone.patch(f"{there}/content", changed, version=2)

    refused = await client_alone.post(f"{place}/hand-in")
    await client_alone.patch(f"{there}/content", {"persons": {other["persons"][0]: born}}, version=3)
    taken = await client_alone.post(f"{place}/hand-in")

    (fault,) = refused.json()["errors"]
    assert (linked.status_code, refused.status_code, taken.status_code) == (201, 409, 201)
    assert refused.json()["code"] == fault["code"] == "link_other_person"
    assert (fault["field"], fault["person_id"]) == ("birth_on", person)
    assert "生年月日" in fault["ja"] and other["number"] in fault["en"]


async def test_a_receipt_comes_at_once_while_the_engine_is_away(
    client_alone: Visitor, office: Office, desk: Desk
) -> None:
    draft = await complete(office)
    number = draft["number"]

    answer = await client_alone.post(f"/v1/applications/{number}/hand-in")

    receipt = answer.json()["receipt"]
    async with desk.database.as_desk() as connection:
        kept = (await connection.execute(select(hand_in).where(hand_in.c.number == number))).one()
        rows = await connection.execute(select(content.c.sealed_in_round).where(content.c.number == number))
        sealed = set(rows.scalars())
        documents = await connection.execute(
            select(document_version.c.sealed_in_round).where(document_version.c.number == number)
        )
        sealed_documents = set(documents.scalars())
    canonical = json.dumps(kept.manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert answer.status_code == 201, answer.text
    assert receipt["round"] == 1
    assert receipt["manifest_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert (sealed, sealed_documents) == ({1}, {1})


async def test_the_same_key_gets_the_same_receipt_at_once_and_after_a_restart(
    client_alone: Visitor, office: Office, desk_alone: Desk
) -> None:
    draft = await complete(office)
    place, key = f"/v1/applications/{draft['number']}/hand-in", str(uuid.uuid4())

    at_once = await asyncio.gather(*(client_alone.post(place, key=key) for _ in range(4)))
    fresh = replace(desk_alone, database=Database(desk_alone.settings.database_url))
    async with browsing(fresh) as restarted:
        afterwards = await Visitor(restarted, client_alone.token).post(place, key=key)
    await fresh.database.close()

    bodies = [answer.json() for answer in (*at_once, afterwards)]
    assert {answer.status_code for answer in (*at_once, afterwards)} == {201}
    assert all(body == bodies[0] for body in bodies)


async def test_two_keys_hand_in_once(client_alone: Visitor, office: Office) -> None:
    draft = await complete(office)
    place = f"/v1/applications/{draft['number']}/hand-in"

    answers = await asyncio.gather(*(client_alone.post(place) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_handed_in"}


async def test_who_hands_in_an_older_version_is_told_to_read_again(
    client_alone: Visitor, office: Office
) -> None:
    draft = await complete(office)

    answer = await client_alone.post(
        f"/v1/applications/{draft['number']}/hand-in", headers={"If-Match": '"1"'}
    )

    assert (answer.status_code, answer.json()["code"]) == (412, "version_stale")


async def test_what_was_handed_in_can_not_be_changed(client_alone: Visitor, office: Office) -> None:
    draft = await complete(office)
    place, person = f"/v1/applications/{draft['number']}", draft["persons"][0]
    await client_alone.post(f"{place}/hand-in")
    version = (await client_alone.get(place)).json()["version"]
    (document,) = [
        each
        for line in (await client_alone.get(f"{place}/documents")).json()["lines"]
        for each in line["documents"]
        if line["kind"] == "photo"
    ]

    answers = [
        await client_alone.patch(
            f"{place}/content", {"persons": {person: {"reason": "later"}}}, version=version
        ),
        await client_alone.patch(f"{place}/content", {"application": {}}, version=version),
        await client_alone.post(f"{place}/persons", {"count": 1}),
        await client_alone.delete(f"{place}/persons/{person}"),
        await client_alone.declare(draft["number"], "passport_copy", person),
        await client_alone.delete(f"/v1/documents/{document['document_id']}"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "content_sealed")
    ] * 6


async def at_review(client: Visitor, place: str) -> dict[str, Any] | None:
    """The application once it is reviewed."""
    seen: dict[str, Any] = (await client.get(place)).json()
    return seen if seen["stage"] == "review" else None


async def test_the_road_begins_with_the_hand_in(
    client: Visitor, client_alone: Visitor, office: Office
) -> None:
    draft = await complete(office)
    place = f"/v1/applications/{draft['number']}"

    await client.post(f"{place}/hand-in")

    seen = await eventually(partial(at_review, client, place))
    assert "content" in seen


async def test_a_hand_in_while_the_engine_was_away_is_started_later(
    client_alone: Visitor, office: Office
) -> None:
    draft = await complete(office)
    place = f"/v1/applications/{draft['number']}"
    await client_alone.post(f"{place}/hand-in")

    assert await eventually(partial(at_review, client_alone, place))


async def test_nothing_is_kept_of_a_hand_in_that_was_refused(client_alone: Visitor, desk: Desk) -> None:
    begun = await client_alone.begin()
    place, key = f"/v1/applications/{begun['number']}/hand-in", str(uuid.uuid4())

    first = await client_alone.post(place, key=key)
    second = await client_alone.post(place, key=key)

    async with desk.database.as_desk() as connection:
        asked = select(application.c.handed_in_at).where(application.c.number == begun["number"])
        handed_in_at = (await connection.execute(asked)).scalar_one()
    assert [first.status_code, second.status_code] == [422, 422]
    assert handed_in_at is None
