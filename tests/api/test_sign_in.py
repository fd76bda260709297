"""Signing in to the pages: to the issuer and back, a session of one's own, out again."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from api import sessions
from tests.api.visiting import Visitor


async def to_the_issuer_and_back(
    http: httpx2.AsyncClient, store: httpx2.AsyncClient, subject: str, following: str = "/"
) -> httpx2.Response:
    leaving = await http.get("/sign-in", params={"next": following})
    at_issuer = await store.post(leaving.headers["location"], data={"sub": subject})
    back = urlsplit(at_issuer.headers["location"])
    return await http.get(f"{back.path}?{back.query}")


async def test_somebody_signs_in_and_out(http: httpx2.AsyncClient, store: httpx2.AsyncClient) -> None:
    back = await to_the_issuer_and_back(http, store, "reviewer-1", "/v1/me")
    cookie = http.cookies[sessions.COOKIE]
    inside = await http.get("/v1/me")

    out = await http.post("/sign-out", headers={"Origin": str(http.base_url).rstrip("/")})

    after = await http.get("/v1/me", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})
    set_cookie = back.headers["set-cookie"]
    assert (back.status_code, back.headers["location"]) == (303, "/v1/me")
    assert "HttpOnly" in set_cookie
    assert "samesite=lax" in set_cookie.lower()
    assert inside.json()["id"] == "reviewer-1"
    assert (out.status_code, after.status_code) == (303, 401)


async def test_every_sign_in_has_a_new_session(http: httpx2.AsyncClient, store: httpx2.AsyncClient) -> None:
    await to_the_issuer_and_back(http, store, "reviewer-1")
    first = http.cookies[sessions.COOKIE]

    await to_the_issuer_and_back(http, store, "reviewer-1")

    second = http.cookies[sessions.COOKIE]
    http.cookies.clear()
    old = await http.get("/v1/me", headers={"Cookie": f"{sessions.COOKIE}={first}"})
    assert first != second
    assert old.status_code == 401


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "elsewhere"]
)
async def test_nobody_is_sent_elsewhere_after_signing_in(
    http: httpx2.AsyncClient, store: httpx2.AsyncClient, following: str
) -> None:
    back = await to_the_issuer_and_back(http, store, "reviewer-1", following)

    assert back.headers["location"] == "/"


async def test_an_answer_of_another_sign_in_is_refused(
    http: httpx2.AsyncClient, store: httpx2.AsyncClient
) -> None:
    leaving = await http.get("/sign-in")
    at_issuer = await store.post(leaving.headers["location"], data={"sub": "reviewer-1"})
    answer = parse_qs(urlsplit(at_issuer.headers["location"]).query)

    forged = await http.get("/sign-in/back", params={"code": answer["code"][0], "state": "another"})

    assert (forged.status_code, sessions.COOKIE in http.cookies) == (401, False)


async def test_coming_back_without_having_left_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/sign-in/back", params={"code": "x", "state": "y"})

    assert answer.status_code == 401


async def test_a_subject_without_an_account_is_not_let_in(
    http: httpx2.AsyncClient, store: httpx2.AsyncClient
) -> None:
    back = await to_the_issuer_and_back(http, store, "somebody-unknown")

    assert (back.status_code, sessions.COOKIE in http.cookies) == (401, False)


async def test_a_language_chosen_stays(client: Visitor) -> None:
    changed = await client.ask("PATCH", "/v1/me", json={"locale": "en"})
    kept = (await client.get("/v1/me")).json()
    await client.ask("PATCH", "/v1/me", json={"locale": "ja"})

    assert (changed.status_code, kept["locale"]) == (200, "en")
    assert kept["rights"] == ["edit_content", "hand_in", "read_own", "withdraw"]
