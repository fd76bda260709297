"""The desk of one test, with its own people at work."""

import httpx2
import pytest

from api.desk import Desk
from infra.dev.services import Stack
from tests.api.staff.office_day import OfficeDay


@pytest.fixture
def day(desk: Desk, http: httpx2.AsyncClient, stack: Stack) -> OfficeDay:
    return OfficeDay(desk, http, stack.database_url("superuser"))
