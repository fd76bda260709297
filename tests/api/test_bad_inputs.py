"""What arrives broken, forged or too big gets the right answer, tells nothing back and never ends in a fault."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from api.bodies import DEEPEST, read_strictly
from schemas.refusals import Refused
from tests.api.visiting import SSW, Visitor

JSON = {"Content-Type": "application/json", "Idempotency-Key": "k"}
CANARY = "CANARY-8812"


async def send(
    client: Visitor, raw: bytes, path: str = "/v1/applications", **headers: str
) -> httpx2.Response:
    return await client.ask("POST", path, content=raw, headers={**JSON, **headers})


@pytest.mark.parametrize(
    ("raw", "status", "code", "fields"),
    [
        (b'{"procedure": "x"', 400, "malformed_body", []),
        (b"", 422, "malformed_request", [None]),
        (b'\xff\xfe{"procedure": "x"}', 400, "malformed_body", []),
        (b'{"procedure": "\xff"}', 400, "malformed_body", []),
        (b'\xef\xbb\xbf{"procedure": "x"}', 400, "malformed_body", []),
        (b"[" * 100_000, 400, "malformed_body", []),
        (b'{"persons": ' + b"9" * 200_000 + b"}", 400, "malformed_body", []),
        (b'{"procedure": "x", "persons": NaN}', 422, "malformed_request", []),
        (b'{"procedure": "x", "persons": -Infinity}', 422, "malformed_request", []),
        (b'{"procedure": "x", "persons": 1e999}', 422, "malformed_request", []),
        (b'{"procedure": "x", "procedure": "y"}', 400, "malformed_body", []),
        (b'{"procedure": "\\ud800"}', 422, "malformed_request", []),
        (b'{"procedure": "a\\u0000b"}', 422, "malformed_request", []),
        (b'{"procedure": ["x"]}', 422, "malformed_request", ["procedure"]),
        (b'{"procedure": "' + b"x" * 100_001 + b'"}', 422, "malformed_request", ["procedure"]),
        (b'"text"', 422, "malformed_request", [None]),
        (b"null", 422, "malformed_request", [None]),
    ],
)
async def test_a_broken_body_is_refused(
    client: Visitor, raw: bytes, status: int, code: str, fields: list[str | None]
) -> None:
    answer = await send(client, raw)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert [fault.get("field") for fault in problem["errors"]] == fields
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'{"persons": NaN}', "persons"),
        (b'{"persons": {"p-1": [0, -Infinity]}}', "persons.p-1.1"),
        (b'{"persons": {"p-1": {"height": 1e999}}}', "persons.p-1.height"),
        (b'{"words": "a\\u0000b"}', "words"),
        (b'{"words": [{"\\ud800": 1}]}', "words.0.?"),
        (b'"\\ud800"', None),
    ],
)
def test_what_can_not_be_kept_is_refused_with_its_place(raw: bytes, place: str | None) -> None:
    with pytest.raises(Refused) as refused:
        read_strictly(raw)

    assert (refused.value.code, refused.value.field) == ("malformed_request", place)


@pytest.mark.parametrize(("depth", "code"), [(DEEPEST, None), (DEEPEST + 1, "malformed_body")])
def test_parts_lie_within_each_other_only_so_far(depth: int, code: str | None) -> None:
    refused = None
    try:
        read_strictly(b"[" * depth + b"0" + b"]" * depth)
    except Refused as told:
        refused = told.code

    assert refused == code


def test_a_wide_and_deep_body_costs_no_more_than_a_wide_one() -> None:
    def costs(depth: int) -> int:
        body = b"[" * depth + b",".join([b"0"] * 20_000) + b"]" * depth
        tracemalloc.start()
        read_strictly(body)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert costs(DEEPEST) < 1.2 * costs(1)


async def test_a_refusal_never_repeats_what_was_sent(client: Visitor) -> None:
    begun = await client.begin()
    values = {"persons": {begun["persons"][0]: {"birth_on": CANARY, f"{CANARY} {CANARY}": 1}}}

    answers = [
        await send(client, json.dumps({"procedure": {"x": CANARY}}).encode()),
        await send(client, json.dumps({"procedure": SSW, f"{CANARY} {CANARY}": 1}).encode()),
        await send(client, json.dumps({"procedure": CANARY}).encode()),
        await client.patch(f"/v1/applications/{begun['number']}/content", values, version=1),
        await client.get(f"/v1/applications/{CANARY}"),
        await client.get("/v1/applications", params={"limit": CANARY}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 404, 422]
    assert not any(CANARY in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("path", "taken", "refused"),
    [
        ("/v1/applications", 256_000, 256_001),
        ("/v1/tasks/T26-00000000.task.1/complete", 1_000_000, 1_000_001),
    ],
)
async def test_a_body_over_the_limit_of_its_door_is_refused(
    client: Visitor, path: str, taken: int, refused: int
) -> None:
    answers = [
        await send(client, b'{"procedure": "' + b"x" * (size - 17) + b'"}', path) for size in (taken, refused)
    ]

    assert [answer.status_code == 413 for answer in answers] == [False, True]


async def test_an_endless_body_is_cut_off_at_the_limit(client: Visitor) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 50_000
            yield b"x" * 50_000

    answer = await client.ask("POST", "/v1/applications", content=endless(), headers=JSON)

    assert answer.status_code == 413
    assert read <= 400_000


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"]
)
async def test_only_json_is_taken(client: Visitor, media_type: str) -> None:
    answer = await client.ask(
        "POST",
        "/v1/applications",
        content=b'{"procedure": "x"}',
        headers={"Content-Type": media_type, "Idempotency-Key": "k"},
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/xml", 406), ("text/turtle, application/rdf+xml", 406), ("application/json;q=0.9", 200)],
)
async def test_who_takes_nothing_we_have_is_told(client: Visitor, accept: str, status: int) -> None:
    answer = await client.get("/v1/applications", headers={"Accept": accept})

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["PUT", "TRACE", "PATCH"])
async def test_another_method_is_not_available(client: Visitor, method: str) -> None:
    answer = await client.ask(method, "/v1/applications")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("key", [None, "", "x" * 201, "with space", "日本".encode()])
async def test_an_act_needs_a_proper_key(client: Visitor, key: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    if key is not None:
        headers.append((b"idempotency-key", key if isinstance(key, bytes) else key.encode()))
    headers.append((b"authorization", f"Bearer {client.token}".encode()))

    answer = await client.http.request(
        "POST", "/v1/applications", content=json.dumps({"procedure": SSW}).encode(), headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_the_longest_key_is_accepted(client: Visitor) -> None:
    key = "~" * 160 + client.http.base_url.host.ljust(40, "!")

    answer = await client.post("/v1/applications", {"procedure": SSW}, key=key)

    assert (len(key), answer.status_code) == (200, 201)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=100", 200),
        ("limit=101", 422),
        ("limit=0", 422),
        ("limit=1&limit=2", 422),
        ("stage=%00", 422),
        ("stage=' OR 1=1 --", 200),
        ("stage=%25", 200),
        ("cursor=!!!", 422),
        ("cursor=AAAA", 422),
    ],
)
async def test_a_strange_query_is_literal_or_refused(client: Visitor, query: str, status: int) -> None:
    answer = await client.get(f"/v1/applications?{query}")

    assert answer.status_code == status


@pytest.mark.parametrize("version", ['"x"', "*", '"99999999999"', "１", '"1" , "2"'])
async def test_a_version_that_never_was_is_stale(client: Visitor, version: str) -> None:
    begun = await client.begin()

    answer = await client.ask(
        "PATCH",
        f"/v1/applications/{begun['number']}/content",
        json={"application": {}},
        headers={"If-Match": version.encode()},
    )

    assert (answer.status_code, answer.json()["code"]) == (412, "version_stale")


async def test_a_forged_organisation_header_changes_nothing(client: Visitor, other_client: Visitor) -> None:
    theirs = (await other_client.begin())["number"]

    answer = await client.get(
        f"/v1/applications/{theirs}",
        headers={"X-Organisation": "supervising-02", "X-Forwarded-For": "10.0.0.1"},
    )

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=cmd|' /C calc'!A0",
        "髙𠮷神󠄀",
        "'; DROP TABLE content; --",
        "%00",
    ],
)
async def test_strange_text_is_kept_as_it_is(client: Visitor, text: str) -> None:
    begun = await client.begin()
    place, person = f"/v1/applications/{begun['number']}", begun["persons"][0]

    saved = await client.patch(f"{place}/content", {"persons": {person: {"reason": text}}}, version=1)

    seen = (await client.get(place)).json()
    assert saved.status_code == 200, saved.text
    assert seen["content"]["persons"][person]["reason"]["value"] == text


@pytest.mark.parametrize(
    ("field", "value", "is_kept"),
    [
        ("birth_on", "2001-02-30", False),
        ("birth_on", "1899-12-31", False),
        ("birth_on", "1990-01-01", True),
        ("birth_on", "令和8年1月1日", False),
        ("birth_on", 20260101, False),
        ("card_number", "AB1234567CD", False),
        ("card_number", "ＡＢ１２３４５６７８ＣＤ", True),
        ("granted_months", 0, False),
        ("granted_months", 1, True),
        ("granted_months", 60, True),
        ("granted_months", 61, False),
        ("granted_months", "12", False),
        ("granted_months", True, False),
        ("monthly_base_yen", -1, False),
        ("monthly_base_yen", 0, True),
        ("monthly_base_yen", 10**13, False),
        ("sex", "other", False),
        ("nationality", "ZZZ", False),
        ("reason", "a\u0007b", False),
        ("reason", "x" * 1000, True),
        ("reason", "x" * 1001, False),
    ],
)
async def test_a_value_is_taken_only_in_its_form(
    client: Visitor, field: str, value: Any, *, is_kept: bool
) -> None:
    begun = await client.begin()

    answer = await client.patch(
        f"/v1/applications/{begun['number']}/content",
        {"persons": {begun["persons"][0]: {field: value}}},
        version=1,
    )

    assert (answer.status_code == 200) is is_kept, answer.text
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize(
    "path", ["/health/live", "/v1/applications", "/nowhere", "/problems/not_found", "/openapi.json"]
)
async def test_every_answer_carries_the_headers_of_the_house(client: Visitor, path: str) -> None:
    answer = await client.http.get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"]
    assert len(answer.headers["X-Request-Id"]) == 16
