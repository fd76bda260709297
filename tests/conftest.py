"""What every test may ask for: one whole desk, running as real processes on its own ports, started once per session."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from infra.dev.demo.__main__ import people_of
from infra.dev.demo.day import People
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.services import Stack
from infra.logs import configure
from tests.ground import Grounds, standing_on

TOGETHER = ("tests/faults/", "tests/browser/")
"""Folders that share what costs much: a desk that is killed, a browser."""


def dealt_with(test: str) -> str:
    """What goes to one process with this test: its folder or its file."""
    folder = next((each for each in TOGETHER if test.startswith(each)), None)
    return folder or test.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Dealt out among processes a file stays together, and so does a folder that shares a browser or a desk."""
    dealt = LoadFileScheduling(config, log)
    dealt._split_scope = dealt_with
    return dealt


NEEDED_IN: dict[str, set[Path]] = {"whole_desk": set(), "servers": set()}
"""Who asks for a stack, himself or through others: whole files, as what belongs to a file ends with its last test."""
STANDING: dict[str, Stack] = {}
"""The stacks of this process, by the fixture that started them."""
ASLEEP: set[str] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest go first, then who needs the whole desk, so that no process is left with them in the end."""
    for item in items:
        for fixture in NEEDED_IN.keys() & getattr(item, "fixturenames", ()):
            NEEDED_IN[fixture].add(item.path)
    items.sort(
        key=lambda item: (
            dealt_with(item.nodeid) not in TOGETHER,
            item.path not in NEEDED_IN["whole_desk"],
            item.path not in NEEDED_IN["servers"],
        )
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A stack nobody needs now sleeps: a desk with nothing to do takes a twelfth of a core from the others."""
    for fixture, stack in STANDING.items():
        if item.path in NEEDED_IN[fixture]:
            wake(fixture, stack)
        elif fixture not in ASLEEP:
            ASLEEP.add(fixture)
            for name in stack.running():
                stack.pause(name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Whoever is to end is awake."""
    if nextitem is None:
        for fixture, stack in STANDING.items():
            wake(fixture, stack)


def wake(fixture: str, stack: Stack) -> None:
    """Let a stack go on."""
    if fixture in ASLEEP:
        ASLEEP.remove(fixture)
        for name in stack.running():
            stack.resume(name)


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
    STANDING["whole_desk"] = running
    try:
        yield running
    finally:
        del STANDING["whole_desk"]
        asyncio.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What a worker speaks to, and no desk: whoever needs a database or queue takes one of his own in it."""
    folder = tmp_path_factory.mktemp("servers")
    with standing_on(folder, "temporal", "objects", "authority", "mail") as running:
        STANDING["servers"] = running
        yield running
        del STANDING["servers"]


@pytest.fixture(scope="session")
async def grounds(servers: Stack) -> AsyncIterator[Grounds]:
    """Their databases. While they are kept, one event loop lasts, so that connections can stay open between tests."""
    kept = Grounds(servers)
    yield kept
    await kept.close()


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
