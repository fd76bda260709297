"""What every test may ask for: one whole desk, running as real processes on its own ports, started once per session."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.dev.demo.__main__ import people_of
from infra.dev.demo.day import People
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.services import Stack
from infra.logs import configure

TESTS = Path(__file__).parent
HEAVIEST_FIRST = ("browser", "faults", "journeys", "infra", "bench", "workflows", "activities", "api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes are dealt out first: processes that share the suite then end at the same time."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return HEAVIEST_FIRST.index(folder) if folder in HEAVIEST_FIRST else len(HEAVIEST_FIRST)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Lines as in production: the library's own way of showing a fault takes twelve seconds of a core.

    What nobody caught stays with pytest, which makes it a failure.
    """
    hooks = sys.excepthook, threading.excepthook
    configure("WARNING")
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture(scope="session")
def whole_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All servers, the worker, the front desk and the sample office."""
    running = Stack(tmp_path_factory.mktemp("desk"), (*SERVERS, *DESK), fast=True, sample_office=True)
    asyncio.run(running.__aenter__())
    try:
        yield running
    finally:
        asyncio.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def desk(whole_desk: Stack) -> Stack:
    """The whole desk, as those see it who come through the door."""
    return whole_desk


@pytest.fixture(scope="session")
def people(desk: Stack) -> Iterator[People]:
    """One signed-in person per role, and the authority."""
    signed_in = people_of(desk.place)
    yield signed_in
    signed_in.leave()
