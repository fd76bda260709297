"""The ground the benchmarks stand on: a whole stack, its people, a watching database connection, the engine."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row
from temporalio.client import Client

from infra.database.connection import Database
from infra.database.tables import METADATA
from infra.dev.demo.day import People
from infra.dev.place import DATABASE, Place
from infra.dev.services import Stack
from infra.keys import KeyRing
from infra.temporal import connect
from infra.wrapped_keys import read_by_worker
from schemas import messages

LOOK_AGAIN_SECONDS, PATIENCE_SECONDS = 0.02, 60.0
OPEN_TASK = "SELECT id, filing_id FROM task WHERE number = %s AND kind = %s AND closed_at IS NULL"
PROPOSED = "SELECT id FROM finding WHERE number = %s AND state = 'proposed' ORDER BY id"


@dataclass(frozen=True)
class OpenTask:
    """A human task that waits."""

    id: str
    filing_id: str | None


class Ground:
    """A running stack with the sample office. It looks into the database by a login of its own, which no count sees."""

    def __init__(self, stack: Stack, people: People) -> None:
        self.stack, self.people = stack, people
        self._watching = stack.connect(DATABASE)

    @property
    def place(self) -> Place:
        """Where the stack lives."""
        return self.stack.place

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """The rows of one query, as superuser."""
        with self._watching.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def task(self, number: str, kind: str) -> OpenTask:
        """The open task of this kind, as soon as there is one. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for row in self.rows(OPEN_TASK, number, kind):
                return OpenTask(row["id"], row["filing_id"])
            time.sleep(LOOK_AGAIN_SECONDS)
        raise TimeoutError(f"{kind} of {number}")

    def proposed(self, number: str) -> list[str]:
        """The findings of the rules that wait for a reviewer."""
        return [row["id"] for row in self.rows(PROPOSED, number)]

    def wait_for_end(self, number: str) -> None:
        """Come back when the road of an application has ended. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.rows("SELECT 1 FROM standing WHERE number = %s AND closed_at IS NOT NULL", number):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the end of {number}")
            time.sleep(LOOK_AGAIN_SECONDS)

    def kept(self, number: str) -> Mapping[str, tuple[int, int]]:
        """How many rows of one application lie in each table, and how many bytes they take without indexes."""
        return {
            name: (row["rows"], row["bytes"])
            for name in tables_of_applications()
            for row in self.rows(_WEIGHED.format(name), number)
            if row["rows"]
        }

    def written_ahead(self) -> int:
        """How many bytes the server's write-ahead log has grown to, ever."""
        return int(self.rows("SELECT pg_current_wal_lsn() - '0/0' AS bytes")[0]["bytes"])

    def close(self) -> None:
        """Look no longer."""
        self._watching.close()


_WEIGHED = (
    'SELECT count(*) AS rows, coalesce(sum(pg_column_size(t.*)), 0)::bigint AS bytes FROM "{}" t '
    "WHERE t.number = %s"
)


def tables_of_applications() -> list[str]:
    """The tables whose rows belong to an application."""
    return sorted(name for name, table in METADATA.tables.items() if "number" in table.columns)


@dataclass(frozen=True)
class Engine:
    """The workflow server with our keys: what it keeps can be read."""

    client: Client
    keys: KeyRing


@asynccontextmanager
async def engine_of(place: Place) -> AsyncIterator[Engine]:
    """A client like the worker's own."""
    settings = place.settings()
    database = Database(settings.worker_database_url)
    keys = KeyRing.from_setting(settings.key_encryption_key.get_secret_value(), read_by_worker(database))
    try:
        yield Engine(await connect(keys, environment=temporal_env(place)), keys)
    finally:
        await database.close()


def temporal_env(place: Place) -> dict[str, str]:
    """The part of the environment that names the workflow server."""
    return {name: value for name, value in place.settings_env().items() if name.startswith("TEMPORAL_")}


@asynccontextmanager
async def without_rounds(client: Client) -> AsyncIterator[None]:
    """While this lasts no round of the desk is walked, so that nothing is counted but what was asked for."""
    rounds = [client.get_schedule_handle(each) for each in (messages.SCHEDULE, messages.ARRIVALS_SCHEDULE)]
    for each in rounds:
        await each.pause(note="benchmark")
    for each in rounds:
        while (await each.describe()).info.running_actions:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        for each in rounds:
            await each.unpause()
