"""One database for each test of the ledger."""

from collections.abc import AsyncIterator

import pytest

from infra.dev.services import Stack
from tests.ground import Ground, fresh_ground


@pytest.fixture
async def ground(servers: Stack) -> AsyncIterator[Ground]:
    async with fresh_ground(servers) as one:
        yield one
