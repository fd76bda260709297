"""The desk of one test, visited by browsers without JavaScript."""

import httpx2
import pytest

from api.desk import Desk
from infra.dev.services import Stack
from tests.api.pages.browsing import PageDay


@pytest.fixture
def day(desk: Desk, http: httpx2.AsyncClient, stack: Stack) -> PageDay:
    return PageDay(desk, http, stack.database_url("superuser"))
