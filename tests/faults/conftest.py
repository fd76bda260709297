"""A desk of its own for tests that kill: whoever shares it must expect servers to fall."""

import asyncio
from collections.abc import Iterator

import pytest

from infra.dev.demo.__main__ import WHO, people_of
from infra.dev.demo.day import People
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.services import Stack
from tests.faults.patience import Persistent, stubborn
from tests.faults.story import Lived, live_through
from tests.journeys.office import Office


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The desk that is killed."""
    running = Stack(tmp_path_factory.mktemp("house"), (*SERVERS, *DESK), fast=True, sample_office=True)
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
    usual = people_of(house.place)
    visitors = {role: stubborn(house, subject) for role, subject in WHO.items()}
    met |= {role: transport for role, (_, transport) in visitors.items()}
    patient = People(
        **{role: visitor for role, (visitor, _) in visitors.items()},
        authority=usual.authority,
        today=usual.today,
    )
    opened = Office(house, patient)
    yield opened
    opened.close()
    patient.leave()
    usual.leave()


@pytest.fixture(scope="package")
def lived(office: Office) -> Lived:
    """What five applications lived through."""
    return live_through(office)
