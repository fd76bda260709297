"""One stack for all tests of the front desk: real PostgreSQL, object store, Temporal, issuer and a worker.

Tests keep apart by organisation and application; the desk under test runs in this process, over ASGI.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api.desk import Desk, opened
from api.gateway import Gateway
from infra.dev.demo.__main__ import people_of
from infra.dev.place import CLIENT_ID
from infra.dev.services import Stack
from infra.dev.sign_in import obtain_token
from infra.outgoing import sending
from infra.settings import Settings
from schemas.maps import ProcedureMap
from tests.api.apps import app_of, application_of
from tests.api.visiting import SSW, Visitor
from tests.journeys.office import Office

NOBODY_THERE = {"TEMPORAL_ADDRESS": "127.0.0.1:9"}

Visiting = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def stack(whole_desk: Stack) -> Stack:
    """The servers behind the desk under test."""
    return whole_desk


@pytest.fixture(scope="session")
def settings(stack: Stack) -> Settings:
    return stack.place.settings()


@pytest.fixture(scope="session")
def specification(settings: Settings) -> dict[str, Any]:
    """What the desk tells machines of itself."""
    return application_of(settings).openapi()


@pytest.fixture(scope="session")
async def desk(stack: Stack, settings: Settings) -> AsyncIterator[Desk]:
    """The desk as it runs every day: opened once, as its process does."""
    environment = {
        name: value for name, value in stack.settings_env().items() if name.startswith("TEMPORAL_")
    }
    async with opened(settings) as at:
        yield replace(at, gateway=Gateway(settings, at.keys, environment=environment))


@pytest.fixture(scope="session")
def office(stack: Stack) -> Iterator[Office]:
    """The sample office, for complete drafts whose uploads are not the story."""
    people = people_of(stack.place)
    opened = Office(stack, people)
    yield opened
    opened.close()
    people.leave()


@pytest.fixture
def desk_alone(desk: Desk, settings: Settings) -> Desk:
    """The same desk while the engine is away."""
    return replace(desk, gateway=Gateway(settings, desk.keys, environment=NOBODY_THERE))


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with browsing(desk) as client:
        yield client


@pytest.fixture
async def http_alone(desk_alone: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with browsing(desk_alone) as client:
        yield client


@pytest.fixture
async def store() -> AsyncIterator[httpx2.AsyncClient]:
    async with sending(20) as client:
        yield client


def browsing(at: Desk) -> httpx2.AsyncClient:
    """A client of a desk in this process."""
    transport = httpx2.ASGITransport(app=app_of(at))
    return httpx2.AsyncClient(transport=transport, base_url=at.settings.public_url, timeout=30)


@pytest.fixture(scope="session")
def tokens(settings: Settings) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def token_of(subject: str) -> str:
        if subject not in known:
            known[subject] = obtain_token(
                settings.oidc_issuer,
                CLIENT_ID,
                settings.oidc_client_secret.get_secret_value(),
                f"{settings.public_url}/sign-in/back",
                subject,
            )
        return known[subject]

    return token_of


@pytest.fixture
def visitor(http: httpx2.AsyncClient, tokens: Callable[[str], str]) -> Visiting:
    """A visitor by the subject the issuer knows."""
    return lambda subject: Visitor(http, tokens(subject))


@pytest.fixture
def client(visitor: Visiting) -> Visitor:
    """Somebody of a client organisation."""
    return visitor("supervising-01-1")


@pytest.fixture
def other_client(visitor: Visiting) -> Visitor:
    """Somebody of another client organisation."""
    return visitor("supervising-02-1")


@pytest.fixture
def client_alone(http_alone: httpx2.AsyncClient, tokens: Callable[[str], str]) -> Visitor:
    """Somebody of a client organisation, while the engine is away."""
    return Visitor(http_alone, tokens("supervising-01-1"))


@pytest.fixture
def extension(desk: Desk) -> ProcedureMap:
    """The map of the extension of stay."""
    return desk.catalogue.map_for(SSW)


@pytest.fixture
def later(desk: Desk) -> Callable[[timedelta], Desk]:
    """The same desk at a later instant."""
    return lambda passed: replace(desk, now=lambda: desk.now() + passed)
