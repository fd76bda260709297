"""Problems: stable codes in both languages, and nothing of a fault's inside."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from api.desk import Desk
from infra.database.connection import Database
from schemas.refusals import REFUSALS
from tests.api.conftest import browsing
from tests.api.visiting import Visitor


@pytest.mark.parametrize("code", sorted(REFUSALS))
async def test_every_code_is_explained(http: httpx2.AsyncClient, code: str) -> None:
    explained = (await http.get(f"/problems/{code}")).json()

    assert explained["status"] == REFUSALS[code].status
    assert explained["titles"] == {"ja": REFUSALS[code].ja, "en": REFUSALS[code].en}


async def test_a_code_nobody_knows_is_not_found(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/problems/nonsense")).status_code == 404


@pytest.mark.parametrize(("language", "title"), [("en-GB,en", "en"), ("ja", "ja"), ("", "ja"), ("fr", "ja")])
async def test_the_title_is_in_the_reader_s_language(
    http: httpx2.AsyncClient, language: str, title: str
) -> None:
    problem = (await http.get("/v1/me", headers={"Accept-Language": language})).json()

    assert problem["title"] == problem["titles"][title]
    assert problem["type"] == "/problems/not_signed_in"


async def test_a_fault_says_nothing_of_its_inside(
    desk: Desk, client: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise ValueError("CANARY-INSIDE")

    async with browsing(replace(desk, catalogue=Broken())) as http:  # type: ignore[arg-type]
        answer = await Visitor(http, client.token).get("/v1/procedures")

    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "CANARY-INSIDE" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


async def test_the_database_away_is_told_as_try_again(desk: Desk, client: Visitor) -> None:
    away = Database(SecretStr("postgresql+psycopg://toritsugi_api@127.0.0.1:9/toritsugi"))
    async with browsing(replace(desk, database=away)) as http:
        answer = await Visitor(http, client.token).get("/v1/applications")
        ready = await http.get("/health/ready")
        live = await http.get("/health/live")
    await away.close()

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.headers["Retry-After"]
    assert (ready.status_code, ready.json()["database"]) == (503, "away")
    assert live.status_code == 200


async def asked_until(http: httpx2.AsyncClient, status: str) -> httpx2.Response:
    """The answer once the probes had their second: on a crowded machine the first may come too late."""
    answer = await http.get("/health/ready")
    for _ in range(20):
        if answer.json()["status"] == status:
            break
        await asyncio.sleep(0.5)
        answer = await http.get("/health/ready")
    return answer


async def test_all_well_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await asked_until(http, "ok")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_the_desk_is_ready_but_degraded_while_the_engine_is_away(
    http_alone: httpx2.AsyncClient,
) -> None:
    answer = await asked_until(http_alone, "degraded")

    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "ok", "object_store": "ok", "engine": "away"}
