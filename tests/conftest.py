"""What every test may ask for: one whole desk, running as real processes on its own ports, started once per session."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from infra.dev.demo.__main__ import people_of
from infra.dev.demo.day import People
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.services import Stack
from infra.logs import configure
from tests.ground import standing_on

BROWSER = "tests/browser/"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Dealt out among processes a file stays together, and so does the folder that shares a browser."""
    dealt = LoadFileScheduling(config, log)
    dealt._split_scope = lambda test: BROWSER if test.startswith(BROWSER) else test.partition("::")[0]
    return dealt


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs the whole desk goes first, so that no process is left with the longest files in the end."""
    items.sort(key=lambda item: "whole_desk" not in getattr(item, "fixturenames", ()))


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
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What a worker speaks to, and no desk: whoever needs a database or queue takes one of his own in it."""
    folder = tmp_path_factory.mktemp("servers")
    with standing_on(folder, "temporal", "objects", "authority", "mail") as running:
        yield running


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
