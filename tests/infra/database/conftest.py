"""One migrated PostgreSQL for all tests of its shape and walls."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, create_engine

from infra.database.migrate import alembic_config, migrate
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


@pytest.fixture
def as_it_was(server: Stack) -> Iterator[Callable[[str], Connection]]:
    """Makes an empty database in the shape of an earlier revision; its owner's connection."""
    with ExitStack() as opened:
        yield lambda revision: opened.enter_context(_of_revision(server, revision))


@contextmanager
def _of_revision(server: Stack, revision: str) -> Iterator[Connection]:
    name = f"as_of_{revision}"
    with server.connect() as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER toritsugi_owner".encode())
    engine = create_engine(server.database_url("owner", name))
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
        yield connection
    engine.dispose()
    with server.connect() as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
