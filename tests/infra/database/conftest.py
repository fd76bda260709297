"""One migrated PostgreSQL for all tests of its shape and walls."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from infra.database.migrate import migrate
from infra.dev.services import Stack


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """PostgreSQL with the present shape."""
    running = Stack(tmp_path_factory.mktemp("postgres"), {"postgres"}, fast=True)
    asyncio.run(running.__aenter__())
    try:
        migrate(running.database_url("owner"))
        yield running
    finally:
        asyncio.run(running.__aexit__(None, None, None))


@pytest.fixture
def connection(server: Stack) -> Iterator[psycopg.Connection]:
    """A look past every wall."""
    with server.connect("toritsugi") as opened:
        yield opened
