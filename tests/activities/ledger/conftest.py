"""One PostgreSQL for all tests of the ledger, one database for each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infra.dev.services import Stack
from tests.ground import Ground, fresh_ground, standing_on


@pytest.fixture(scope="session")
def ledger_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with standing_on(tmp_path_factory.mktemp("ledger")) as stack:
        yield stack


@pytest.fixture
async def ground(ledger_stack: Stack) -> AsyncIterator[Ground]:
    async with fresh_ground(ledger_stack) as one:
        yield one
