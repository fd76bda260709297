"""One database for each test of the ledger."""

from collections.abc import AsyncIterator

import pytest

from tests.ground import Ground, Grounds


@pytest.fixture
async def ground(grounds: Grounds) -> AsyncIterator[Ground]:
    async with grounds.fresh() as one:
        yield one
