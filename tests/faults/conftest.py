"""A desk of its own for tests that kill: whoever shares it must expect servers to fall."""

import asyncio
from collections.abc import Iterator

import pytest

from infra.dev.ports import Ports
from infra.dev.services import Stack
from tests.faults.cutting import Line, killable
from tests.faults.patience import Persistent, patient_people
from tests.faults.story import Lived, live_through
from tests.journeys.office import Office


@pytest.fixture(scope="package")
def ports() -> Ports:
    """The doors of the desk that is killed."""
    return Ports.free()


@pytest.fixture(scope="package")
def line(ports: Ports) -> Iterator[Line]:
    """The line between its worker and the authority."""
    with Line(ports.authority) as carrying:
        yield carrying


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, ports: Ports, line: Line) -> Iterator[Stack]:
    """The desk that is killed. It wants two people to confirm what was carried to a counter."""
    running = killable(tmp_path_factory.mktemp("house"), ports, line)
    with pytest.MonkeyPatch.context() as wishes:
        wishes.setenv("TORITSUGI_SECOND_CONFIRMS", '["otit.*:counter"]')
        asyncio.run(running.__aenter__())
        try:
            yield running
        finally:
            asyncio.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="package")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The authority alone."""
    running = Stack(tmp_path_factory.mktemp("counter"), {"authority"}, fast=True)
    asyncio.run(running.__aenter__())
    try:
        yield running
    finally:
        asyncio.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="package")
def met() -> dict[str, Persistent]:
    """What each of the people met on the way, by role."""
    return {}


@pytest.fixture(scope="package")
def office(house: Stack, met: dict[str, Persistent]) -> Iterator[Office]:
    """The sample office with people who do not give up."""
    people, transports = patient_people(house)
    met |= transports
    opened = Office(house, people)
    yield opened
    opened.close()
    people.leave()


@pytest.fixture(scope="package")
def lived(office: Office, line: Line) -> Lived:
    """What five applications lived through."""
    return live_through(office, line)
