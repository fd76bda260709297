"""Journeys share the whole desk of the session; each walks with an application of its own."""

from collections.abc import Iterator

import pytest

from infra.dev.demo.day import People
from infra.dev.services import Stack
from tests.journeys.office import Office


@pytest.fixture(scope="session")
def office(desk: Stack, people: People) -> Iterator[Office]:
    """The sample office."""
    opened = Office(desk, people)
    yield opened
    opened.close()
