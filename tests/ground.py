"""A database of one's own for each test: migrated once into a template, copied in a moment, with one client's case in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import text

from infra.database.connection import Database
from infra.database.migrate import migrate
from infra.dev.services import Stack
from schemas.application import HandedIn
from tests.builders import ORGANISATION

TEMPLATE = "ground_template"
ORDINALS = count(1)
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


@asynccontextmanager
async def fresh_ground(stack: Stack) -> AsyncIterator[Ground]:
    """A copy of the template, dropped afterwards."""
    name = f"ground_{next(ORDINALS)}"
    with stack.connect() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER toritsugi_owner")
    ground = Ground(stack, name)
    try:
        yield ground
    finally:
        await ground.database.close()
        with stack.connect() as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
