"""The desk of one test, with its own people at work."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from api.desk import Desk
from infra.dev.services import Stack
from tests.api.staff.office_day import OfficeDay, browsing


@pytest.fixture
def day(desk: Desk, http: httpx2.AsyncClient, stack: Stack) -> OfficeDay:
    return OfficeDay(desk, http, stack.database_url("superuser"))


@pytest.fixture(scope="module")
async def shared_day(desk: Desk, stack: Stack) -> AsyncIterator[OfficeDay]:
    """One day for all tests of a file that only look or are refused: what it holds nobody changes."""
    async with browsing(desk) as client:
        yield OfficeDay(desk, client, stack.database_url("superuser"))
