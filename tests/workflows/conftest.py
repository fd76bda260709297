"""A database and a queue for each test of the road."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from infra.dev.services import Stack
from tests.ground import Ground, Grounds
from tests.workflows.office import Office, opened_office

QUEUES = count(1)


@pytest.fixture
async def ground(grounds: Grounds) -> AsyncIterator[Ground]:
    async with grounds.fresh() as one:
        yield one


@pytest.fixture
async def office(servers: Stack, ground: Ground) -> AsyncIterator[Office]:
    async with opened_office(ground, servers.settings_env(), f"road-{next(QUEUES)}") as one:
        yield one
