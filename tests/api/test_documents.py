"""Documents: listed exactly, sent straight to the store, examined, given out only when released."""

import asyncio
import hashlib
from datetime import date
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from api.desk import Desk
from infra.database.tables import staff_read
from infra.dossiers import case_of, collected, dossier
from schemas.maps import ProcedureMap
from tests.api.conftest import Visiting
from tests.api.visiting import Visitor, answers_for
from tests.corpus import pdf_with_script, pdf_with_text
from tests.schemas.cases import check

NUMBER_THERE = "東オン-26-000123"

PART = 8 * 1024 * 1024


async def completed(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_list_follows_the_answers(client: Visitor, extension: ProcedureMap) -> None:
    begun = await client.begin()
    place, person = f"/v1/applications/{begun['number']}", begun["persons"][0]
    own = {**answers_for(extension, per_person=True), "tax_relief": False}
    await client.patch(f"{place}/content", {"persons": {person: own}}, version=1)
    before = (await client.get(f"{place}/documents")).json()["lines"]

    await client.patch(f"{place}/content", {"persons": {person: {"tax_relief": True}}}, version=2)

    after = (await client.get(f"{place}/documents")).json()["lines"]
    needs = [
        next(line["need"] for line in lines if line["kind"] == "tax_relief_notice")
        for lines in (before, after)
    ]
    assert needs == ["not_needed", "needed"]


async def test_a_good_file_is_released_and_given_to_its_people(
    client: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client.begin()
    content = pdf_with_text()

    answer = await client.upload(store, begun["number"], "passport_copy", begun["persons"][0], content)
    shown = answer.json()
    download = await client.get(f"/v1/documents/{shown['document_id']}/content")

    got = await store.get(download.headers["location"])
    assert (answer.status_code, shown["state"], shown["pages"]) == (200, "released", 1)
    assert (shown["file_name"], shown["scan"]) == ("見本.pdf", "not_scanned")
    assert download.status_code == 303
    assert got.content == content
    assert got.headers["content-disposition"].startswith("attachment")


async def test_completing_twice_is_completing_once(client: Visitor, store: httpx2.AsyncClient) -> None:
    begun = await client.begin()
    content = pdf_with_text()
    first = await client.upload(store, begun["number"], "passport_copy", begun["persons"][0], content)
    place = f"/v1/documents/{first.json()['document_id']}"

    again = await client.post(f"{place}/complete", {"parts": [{"number": 1, "etag": "x"}]})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


async def test_a_bad_file_is_refused_with_its_reason_and_never_given_out(
    client: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client.begin()

    answer = await client.upload(
        store, begun["number"], "passport_copy", begun["persons"][0], pdf_with_script()
    )

    problem = answer.json()
    listed = (await client.get(f"/v1/applications/{begun['number']}/documents")).json()["lines"]
    (refused,) = next(line["documents"] for line in listed if line["kind"] == "passport_copy")
    download = await client.get(f"/v1/documents/{refused['document_id']}/content")
    assert (answer.status_code, problem["code"], problem["reason"]) == (
        422,
        "document_refused",
        "active_content",
    )
    assert problem["facts"]["reason_ja"]
    assert problem["facts"]["reason_en"]
    assert (download.status_code, download.json()["code"]) == (409, "document_not_released")


async def test_a_file_waits_for_its_examination_while_the_engine_is_away(
    client_alone: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client_alone.begin()

    answer = await client_alone.upload(store, begun["number"], "passport_copy", begun["persons"][0])

    download = await client_alone.get(f"/v1/documents/{answer.json()['document_id']}/content")
    assert (answer.status_code, answer.json()["state"]) == (202, "uploaded")
    assert download.json()["code"] == "document_not_released"


async def test_a_file_in_several_parts_arrives_whole(
    client_alone: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client_alone.begin()
    content = b"%PDF-1.7" + b"x" * (PART + 100)
    parts = [content[:PART], content[PART:]]
    digests = [hashlib.sha256(part).hexdigest() for part in parts]
    person = begun["persons"][0]
    declared = (
        await client_alone.declare(begun["number"], "passport_copy", person, content, parts_sha256=digests)
    ).json()

    sent = [
        await store.put(to["url"], content=part, headers=to["headers"])
        for to, part in zip(declared["parts"], parts, strict=True)
    ]
    body = {
        "parts": [
            {"number": n, "etag": answer.headers["etag"], "sha256": digest}
            for n, (answer, digest) in enumerate(zip(sent, digests, strict=True), start=1)
        ]
    }
    answer = await client_alone.post(f"/v1/documents/{declared['document_id']}/complete", body)

    assert [part["size_bytes"] for part in declared["parts"]] == [PART, 108]
    assert (answer.status_code, answer.json()["state"]) == (202, "uploaded")


async def test_several_parts_without_their_digests_are_refused(client_alone: Visitor) -> None:
    begun = await client_alone.begin()

    answer = await client_alone.declare(
        begun["number"], "passport_copy", begun["persons"][0], b"x" * (PART + 1)
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "parts_sha256")


async def test_completing_before_sending_is_told(client_alone: Visitor) -> None:
    begun = await client_alone.begin()
    declared = (await client_alone.declare(begun["number"], "passport_copy", begun["persons"][0])).json()

    answer = await client_alone.post(
        f"/v1/documents/{declared['document_id']}/complete", {"parts": [{"number": 1, "etag": "abc"}]}
    )

    assert answer.json()["code"] in ("upload_incomplete", "upload_mismatch")
    assert answer.status_code in (409, 422)


async def test_the_store_takes_no_other_bytes_than_were_declared(
    client_alone: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client_alone.begin()
    declared = (await client_alone.declare(begun["number"], "passport_copy", begun["persons"][0])).json()
    (part,) = declared["parts"]

    other = await store.put(part["url"], content=b"%PDF-1.7 tamper", headers=part["headers"])
    longer = await store.put(part["url"], content=b"%PDF-1.7 sample and more", headers=part["headers"])

    assert other.status_code >= 400
    assert longer.status_code >= 400


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"kind": "no_such_kind"}, 422, "unknown_document_kind"),
        ({"person_id": None}, 422, "document_scope"),
        ({"person_id": "p-0000000000000000"}, 422, "unknown_person"),
        ({"media_type": "text/html"}, 422, "document_type_refused"),
        ({"size_bytes": 50_000_001}, 413, "document_too_large"),
        ({"size_bytes": 0}, 422, "malformed_request"),
        ({"sha256": "abc"}, 422, "malformed_request"),
        ({"file_name": ""}, 422, "malformed_request"),
        ({"file_name": "a\u0000.pdf"}, 422, "malformed_request"),
        ({"issued_on": 20261001}, 422, "malformed_request"),
        ({"issued_on": "2026-02-30"}, 422, "malformed_request"),
    ],
)
async def test_a_file_that_can_not_be_is_not_declared(
    client_alone: Visitor, more: dict[str, Any], status: int, code: str
) -> None:
    begun = await client_alone.begin()
    given = {"person_id": begun["persons"][0], "kind": "passport_copy", **more}

    answer = await client_alone.declare(
        begun["number"],
        given.pop("kind"),
        given.pop("person_id"),
        **given,
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "CON.pdf", "a\r\nb.pdf", "\u202efdp.exe", "😀.pdf", "x" * 255]
)
async def test_a_strange_file_name_is_only_a_name(
    client: Visitor, store: httpx2.AsyncClient, name: str
) -> None:
    begun = await client.begin()
    content = pdf_with_text()
    declared = (
        await client.declare(begun["number"], "passport_copy", begun["persons"][0], content, file_name=name)
    ).json()
    (part,) = declared["parts"]
    sent = await store.put(part["url"], content=content, headers=part["headers"])
    body = {"parts": [{"number": 1, "etag": sent.headers["etag"]}]}
    done = await client.post(f"/v1/documents/{declared['document_id']}/complete", body)

    download = await client.get(f"/v1/documents/{declared['document_id']}/content")
    got = await store.get(download.headers["location"])

    assert done.json()["file_name"] == name
    assert "/" not in got.headers["content-disposition"].split("filename=")[1]
    assert got.status_code == 200


async def test_a_new_version_takes_the_place_of_the_old_one(
    client_alone: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client_alone.begin()
    number, person = begun["number"], begun["persons"][0]

    first = (await client_alone.upload(store, number, "passport_copy", person)).json()
    second = (await client_alone.upload(store, number, "passport_copy", person, b"%PDF-1.7 second")).json()

    lines = (await client_alone.get(f"/v1/applications/{number}/documents")).json()["lines"]
    listed = next(line["documents"] for line in lines if line["kind"] == "passport_copy")
    assert (first["version"], second["version"]) == (1, 2)
    assert [each["document_id"] for each in listed] == [second["document_id"], first["document_id"]]


async def test_a_file_of_a_draft_can_be_taken_back(client_alone: Visitor, store: httpx2.AsyncClient) -> None:
    begun = await client_alone.begin()
    number, person = begun["number"], begun["persons"][0]
    sent = (await client_alone.upload(store, number, "passport_copy", person)).json()

    answer = await client_alone.delete(f"/v1/documents/{sent['document_id']}")

    lines = (await client_alone.get(f"/v1/applications/{number}/documents")).json()["lines"]
    assert answer.status_code == 204
    assert next(line["documents"] for line in lines if line["kind"] == "passport_copy") == []


async def test_another_organisation_never_sees_a_document(
    client_alone: Visitor, other_client: Visitor, store: httpx2.AsyncClient
) -> None:
    begun = await client_alone.begin()
    sent = await client_alone.upload(store, begun["number"], "passport_copy", begun["persons"][0])
    place = f"/v1/documents/{sent.json()['document_id']}"

    answers = [
        await other_client.get(place),
        await other_client.get(f"{place}/content"),
        await other_client.delete(place),
        await other_client.post(f"{place}/complete", {"parts": [{"number": 1, "etag": "a"}]}),
        await other_client.get("/v1/documents/not-a-document"),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}


async def test_staff_see_a_document_once_it_is_handed_in_and_the_read_is_recorded(
    client: Visitor,
    client_alone: Visitor,
    visitor: Visiting,
    *,
    store: httpx2.AsyncClient,
    extension: ProcedureMap,
    desk: Desk,
) -> None:
    draft = await client_alone.complete_draft(extension, store)
    sent = await client.upload(
        store, draft["number"], "passport_copy", draft["persons"][0], pdf_with_text("better")
    )
    place = f"/v1/documents/{sent.json()['document_id']}"
    reviewer = visitor("reviewer-1")
    before = await reviewer.get(f"{place}/content")
    await client.post(f"/v1/applications/{draft['number']}/hand-in")

    after = await reviewer.get(f"{place}/content")

    async with desk.database.as_desk() as connection:
        asked = select(staff_read.c.account_id, staff_read.c.what).where(
            staff_read.c.number == draft["number"]
        )
        reads = [tuple(row) for row in await connection.execute(asked)]
    assert (before.status_code, after.status_code) == (404, 303)
    assert reads == [("reviewer-1", "document")]


async def test_an_omission_is_taken_only_where_the_answers_allow_it(
    client_alone: Visitor, extension: ProcedureMap
) -> None:
    begun = await client_alone.begin()
    place, person = f"/v1/applications/{begun['number']}", begun["persons"][0]
    omission = {
        "kind": "tax_payment",
        "person_id": person,
        "reference": NUMBER_THERE,
        "submitted_on": "2026-03-01",
    }
    own = answers_for(extension, per_person=True)
    await client_alone.patch(
        f"{place}/content", {"persons": {person: {**own, "tax_filed_before": False}}}, version=1
    )
    refused = await client_alone.post(f"{place}/omissions", omission)
    await client_alone.patch(f"{place}/content", {"persons": {person: {"tax_filed_before": True}}}, version=2)

    accepted = await client_alone.post(f"{place}/omissions", omission)
    never = await client_alone.post(f"{place}/omissions", {**omission, "kind": "photo"})

    taken_back = await client_alone.delete(f"{place}/omissions/{accepted.json()['omission_id']}")
    assert (refused.status_code, refused.json()["code"]) == (422, "omission_not_allowed")
    assert accepted.status_code == 201
    assert never.json()["code"] == "omission_not_allowed"
    assert taken_back.status_code == 204


@pytest.mark.parametrize(
    ("lodged_on", "objected"), [(date(2026, 4, 1), set()), (date(2036, 4, 1), {"ALL-SET-02"})]
)
async def test_what_the_authority_has_is_no_gap_until_it_is_too_old(
    client_alone: Visitor, desk: Desk, extension: ProcedureMap, lodged_on: date, objected: set[str]
) -> None:
    begun = await client_alone.begin()
    number, person = begun["number"], begun["persons"][0]
    own = {**answers_for(extension, per_person=True), "tax_filed_before": True}
    await client_alone.patch(f"/v1/applications/{number}/content", {"persons": {person: own}}, version=1)
    omission = {
        "kind": "tax_payment",
        "person_id": person,
        "reference": NUMBER_THERE,
        "submitted_on": "2026-03-01",
    }
    await client_alone.post(f"/v1/applications/{number}/omissions", omission)

    shown = (await client_alone.get(f"/v1/applications/{number}/documents")).json()["lines"]
    key = await desk.keys.key_for(number)
    async with desk.database.as_desk() as connection:
        case = await case_of(connection, number, None)
        facts = dossier(await collected(connection, case, key), extension, lodged_on)

    told = [(row["omission_reference"], row["omission_submitted_on"]) for row in shown if row["omission_id"]]
    found = {row.rule_id for row in check(extension, facts).findings if row.place == "tax_payment"}
    assert told == [(NUMBER_THERE, "2026-03-01")]
    assert found & {"ALL-SET-01", "ALL-SET-02"} == objected


async def test_the_same_key_declares_one_upload_with_fresh_addresses(client_alone: Visitor) -> None:
    begun = await client_alone.begin()
    body = {
        "kind": "passport_copy",
        "person_id": begun["persons"][0],
        "file_name": "a.pdf",
        "media_type": "application/pdf",
        "size_bytes": 10,
        "sha256": "0" * 64,
    }
    place = f"/v1/applications/{begun['number']}/documents"

    answers = await asyncio.gather(
        *(client_alone.post(place, body, key=f"upload-{begun['number']}") for _ in range(3))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["document_id"] for answer in answers}) == 1
    assert (
        len({answer.json()["parts"][0]["url"].split("uploadId=")[1].split("&")[0] for answer in answers}) == 1
    )
