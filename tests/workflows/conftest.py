"""One PostgreSQL and one Temporal for all tests of the road; a database and a queue for each."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from infra.dev.services import Stack
from tests.ground import Ground, fresh_ground, standing_on
from tests.workflows.office import Office, opened_office

QUEUES = count(1)


@pytest.fixture(scope="session")
def road_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with standing_on(tmp_path_factory.mktemp("road"), "temporal") as stack:
        yield stack


@pytest.fixture
async def ground(road_stack: Stack) -> AsyncIterator[Ground]:
    async with fresh_ground(road_stack) as one:
        yield one


@pytest.fixture
async def office(road_stack: Stack, ground: Ground) -> AsyncIterator[Office]:
    async with opened_office(ground, road_stack.settings_env(), f"road-{next(QUEUES)}") as one:
        yield one
