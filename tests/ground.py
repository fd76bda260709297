"""A database of one's own for each test: migrated once into a template and copied; emptied, it is the next test's.

To empty one takes two milliseconds, to copy and drop one fifty, and its connections and statements would be made anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import text

from infra.database.connection import Database
from infra.database.migrate import migrate
from infra.dev.services import Stack
from infra.settings import Settings
from schemas.application import HandedIn
from tests.builders import ORGANISATION

TEMPLATE = "ground_template"
ORDINALS = count(1)
WHO_IS_LEFT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
ALL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
AN_ORGANISATION = """INSERT INTO organisation
    (id, kind, name, name_kana, prefecture, fee_class, locale, notice_email)
    VALUES (%s, 'supervising_organisation', '見本監理団体', 'ミホン', '13', 'standard', 'ja', 'a@client.example')
    ON CONFLICT DO NOTHING"""
AN_APPLICATION = """INSERT INTO application
    (number, organisation_id, procedure, map_version, version, created_by, created_at, changed_at, handed_in_at, rounds)
    VALUES (%s, %s, %s, %s, 1, %s, now(), now(), now(), 1)"""
AN_APPLICANT = "INSERT INTO applicant (person_id, organisation_id, number, position) VALUES (%s, %s, %s, %s)"
A_HAND_IN = """INSERT INTO hand_in
    (number, round, organisation_id, persons, manifest_sha256, manifest, handed_in_by, capacity, handed_in_at)
    VALUES (%s, %s, %s, %s, '', '{}', 'acc-client', 'client', now() - interval '1 minute')"""


@contextmanager
def standing_on(directory: Path, *services: str) -> Iterator[Stack]:
    """A fast stack with PostgreSQL and these servers, and a migrated template in it."""
    stack = Stack(directory, {"postgres", *services}, fast=True)
    asyncio.run(stack.__aenter__())
    try:
        with stack.connect() as admin:
            admin.execute(f"CREATE DATABASE {TEMPLATE} OWNER toritsugi_owner")
        migrate(stack.database_url("owner", TEMPLATE))
        yield stack
    finally:
        asyncio.run(stack.__aexit__(None, None, None))


class Ground:
    """One test's database: the worker's door to it, and a back door for what other people do."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack = stack
        self.name = name
        self.database = Database(SecretStr(stack.database_url("worker", name)), pool_size=4)

    def behind_the_desk(self) -> psycopg.Connection:
        """A superuser's connection: what the front desk, an operator or an intruder would do."""
        return self.stack.connect(self.name)

    def take_in(self, handed_in: HandedIn, wrapped_key: bytes | None = None) -> None:
        """The rows the front desk leaves behind when an application is handed in."""
        with self.behind_the_desk() as connection:
            connection.execute(AN_ORGANISATION, (handed_in.organisation_id,))
            row = (handed_in.number, handed_in.organisation_id, handed_in.procedure, handed_in.map_version)
            connection.execute(AN_APPLICATION, (*row, handed_in.handed_in_by))
            for place, person in enumerate(handed_in.persons):
                row_id = person if handed_in.number in person else f"{handed_in.number}.{person}"
                applicant = (row_id, handed_in.organisation_id, handed_in.number, place)
                connection.execute(AN_APPLICANT, applicant)
            if wrapped_key is not None:
                connection.execute(
                    "INSERT INTO data_key (number, wrapped, created_at) VALUES (%s, %s, now())",
                    (handed_in.number, wrapped_key),
                )

    def hand_in(self, number: str, round: int, *persons: str) -> None:
        """A round sealed by the front desk."""
        with self.behind_the_desk() as connection:
            connection.execute(A_HAND_IN, (number, round, ORGANISATION, list(persons)))

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """What the worker reads."""
        async with self.database.as_worker() as connection:
            return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]


class Grounds:
    """The databases of one stack, each used by one test at a time and emptied for the next, with its connections open."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._unused: list[Ground] = []

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Ground]:
        """A database as the migrations leave it, used by nobody else meanwhile."""
        ground = self._unused.pop() if self._unused else self._copied()
        yield ground
        _empty(ground)
        self._unused.append(ground)

    async def close(self) -> None:
        """Close the connections of those that are not in use."""
        for ground in self._unused:
            await ground.database.close()

    def _copied(self) -> Ground:
        name = f"ground_{next(ORDINALS)}"
        with self.stack.connect() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER toritsugi_owner")
        return Ground(self.stack, name)


def _empty(ground: Ground) -> None:
    with ground.behind_the_desk() as admin:
        admin.execute(WHO_IS_LEFT)
        tables = [row[0] for row in admin.execute(ALL_TABLES)]
        # Without its triggers: rows that others refer to go in any order.
        admin.execute("SET session_replication_role = replica")
        for name in tables:
            admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


@cache
def settings_of(stack: Stack) -> Settings:
    """A desk's settings in this stack; reading them takes as long as a test."""
    return stack.place.settings()
