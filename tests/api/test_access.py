"""Who comes in: tokens, keys and sessions; closed accounts are out at once; every role only where it belongs."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api import directory, sessions
from api.desk import Desk
from infra.identity import IdentityProvider
from schemas.parties import Role
from tests.api.conftest import Visiting, browsing
from tests.api.visiting import SSW, Visitor
from tests.infra.issuer import running_issuer

STAFF = {
    Role.REVIEWER: "reviewer-1",
    Role.SECOND_REVIEWER: "second-reviewer-1",
    Role.HANDLER: "handler-1",
    Role.MANAGER: "manager-1",
    Role.OPERATOR: "operator-1",
}


def content_routes(number: str, person: str, document: str) -> list[tuple[str, str, Any]]:
    place = f"/v1/applications/{number}"
    return [
        ("POST", "/v1/applications", {"procedure": SSW}),
        ("PATCH", f"{place}/content", {"application": {}}),
        ("POST", f"{place}/persons", {"count": 1}),
        ("DELETE", f"{place}/persons/{person}", None),
        ("POST", f"{place}/hand-in", None),
        ("POST", f"{place}/corrections", {}),
        ("POST", f"{place}/withdrawal", {}),
        (
            "POST",
            f"{place}/documents",
            {
                "kind": "photo",
                "person_id": person,
                "file_name": "a.jpg",
                "media_type": "image/jpeg",
                "size_bytes": 1,
                "sha256": "0" * 64,
            },
        ),
        ("POST", f"/v1/documents/{document}/complete", {"parts": [{"number": 1, "etag": "a"}]}),
        ("DELETE", f"/v1/documents/{document}", None),
        (
            "POST",
            f"{place}/omissions",
            {"kind": "photo", "person_id": person, "reference": "x", "submitted_on": "2026-01-01"},
        ),
        ("DELETE", f"{place}/omissions/{document}", None),
        ("POST", "/v1/api-keys", {"name": "n", "rights": ["read_own"]}),
    ]


@pytest.mark.parametrize("role", STAFF)
async def test_no_role_of_the_desk_can_write_content(client: Visitor, visitor: Visiting, role: Role) -> None:
    begun = await client.begin()
    document = (await client.declare(begun["number"], "passport_copy", begun["persons"][0])).json()
    staff = visitor(STAFF[role])

    answers = {
        (method, path): await staff.ask(
            method, path, json=body, headers={"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"1"'}
        )
        for method, path, body in content_routes(
            begun["number"], begun["persons"][0], document["document_id"]
        )
    }

    refused = {place: (answer.status_code, answer.json()["code"]) for place, answer in answers.items()}
    assert set(refused.values()) == {(403, "not_allowed")}


async def test_the_client_itself_is_let_in_on_the_same_routes(client: Visitor) -> None:
    begun = await client.begin()
    document = (await client.declare(begun["number"], "passport_copy", begun["persons"][0])).json()

    codes = [
        (
            await client.ask(
                method, path, json=body, headers={"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"1"'}
            )
        ).status_code
        for method, path, body in content_routes(
            begun["number"], begun["persons"][0], document["document_id"]
        )
    ]

    assert 401 not in codes
    assert 403 not in codes


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer tsk_" + "a" * 43, "Bearer a.b.c", "bearer  "],
)
async def test_strangers_are_asked_to_sign_in(http: httpx2.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = await http.get("/v1/applications", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(("ends_in_seconds", "status"), [(600, 200), (-600, 401)])
async def test_a_token_counts_until_it_expires(desk: Desk, ends_in_seconds: int, status: int) -> None:
    with running_issuer() as issuer:
        identity = IdentityProvider(desk.settings.model_copy(update={"oidc_issuer": issuer.address}))
        audience, ends = desk.settings.oidc_client_id, int(time.time()) + ends_in_seconds
        token = issuer.token(sub="supervising-01-1", aud=audience, exp=ends)

        async with browsing(replace(desk, identity=identity)) as http:
            answer = await Visitor(http, token).get("/v1/me")
        await identity.aclose()

    assert answer.status_code == status
    assert answer.json().get("code") == (None if status == 200 else "not_signed_in")
    assert answer.headers["content-type"] == f"application/{'' if status == 200 else 'problem+'}json"


async def test_a_closed_account_is_out_at_once(visitor: Visiting, desk: Desk) -> None:
    someone = visitor("supervising-03-1")
    before = await someone.get("/v1/me")
    async with desk.database.as_desk() as connection:
        await directory.set_active(connection, "supervising-03-1", active=False)

    after = await someone.get("/v1/me")

    async with desk.database.as_desk() as connection:
        await directory.set_active(connection, "supervising-03-1", active=True)
    assert [before.status_code, after.status_code, (await someone.get("/v1/me")).status_code] == [
        200,
        401,
        200,
    ]


async def test_a_client_can_not_reach_the_desk_s_own_doors(client: Visitor) -> None:
    begun = await client.begin()

    answers = [
        await client.get("/v1/tasks"),
        await client.get("/v1/board"),
        await client.get(f"/v1/applications/{begun['number']}/content"),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_key_opens_what_it_may_and_is_shown_once(client: Visitor) -> None:
    name = str(uuid.uuid4())
    body, key = {"name": name, "rights": ["read_own"]}, str(uuid.uuid4())

    made = (await client.post("/v1/api-keys", body, key=key)).json()
    again = (await client.post("/v1/api-keys", body, key=key)).json()
    machine = Visitor(client.http, made["secret"])
    read = await machine.get("/v1/applications")
    written = await machine.post("/v1/applications", {"procedure": SSW})
    keys_of_keys = await machine.get("/v1/api-keys")

    listed = (await client.get("/v1/api-keys")).json()["items"]
    assert again == {"id": made["id"], "name": name, "secret": None}
    assert read.status_code == 200
    assert (written.status_code, keys_of_keys.status_code) == (403, 403)
    assert made["secret"] not in str(listed)
    assert next(each for each in listed if each["id"] == made["id"])["used_at"] is not None


async def test_a_revoked_key_opens_nothing(client: Visitor, other_client: Visitor) -> None:
    made = (await client.post("/v1/api-keys", {"name": "k", "rights": ["read_own"]})).json()
    machine = Visitor(client.http, made["secret"])
    foreign = await other_client.delete(f"/v1/api-keys/{made['id']}")
    still = await machine.get("/v1/applications")

    revoked = await client.delete(f"/v1/api-keys/{made['id']}")

    after = await machine.get("/v1/applications")
    assert [foreign.status_code, still.status_code, revoked.status_code, after.status_code] == [
        404,
        200,
        204,
        401,
    ]


@pytest.mark.parametrize(("passed", "status"), [(timedelta(days=364), 200), (timedelta(days=366), 401)])
async def test_a_key_lasts_a_year(
    client: Visitor, later: Callable[[timedelta], Desk], passed: timedelta, status: int
) -> None:
    made = (await client.post("/v1/api-keys", {"name": "k", "rights": ["read_own"]})).json()

    async with browsing(later(passed)) as then:
        answer = await Visitor(then, made["secret"]).get("/v1/applications")

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("passed", "status"), [(timedelta(minutes=29, seconds=50), 200), (timedelta(minutes=30), 401)]
)
async def test_an_idle_session_ends_after_half_an_hour(
    desk: Desk, later: Callable[[timedelta], Desk], passed: timedelta, status: int
) -> None:
    async with desk.database.as_desk() as connection:
        cookie = await sessions.begin(connection, "supervising-01-1", "ja", desk.now())

    async with browsing(later(passed)) as then:
        answer = await then.get("/v1/me", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})

    assert answer.status_code == status


@pytest.mark.parametrize(("hours", "status"), [(11.9, 200), (12, 401)])
async def test_a_busy_session_ends_after_twelve_hours(desk: Desk, hours: float, status: int) -> None:
    began = desk.now()
    ends = began + timedelta(hours=hours)
    async with desk.database.as_desk() as connection:
        cookie = await sessions.begin(connection, "supervising-01-1", "ja", began)
        instant = began
        while instant < ends:
            await sessions.seen(connection, sessions.digest(cookie), instant)
            instant += timedelta(minutes=25)

    async with browsing(replace(desk, now=lambda: ends)) as then:
        answer = await then.get("/v1/me", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_other_sites_can_not_act_with_a_session(
    desk: Desk, http: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    async with desk.database.as_desk() as connection:
        cookie = await sessions.begin(connection, "supervising-01-1", "ja", desk.now())

    answer = await http.patch(
        "/v1/me", json={"locale": "ja"}, headers={"Cookie": f"{sessions.COOKIE}={cookie}", **headers}
    )

    assert answer.status_code == status
