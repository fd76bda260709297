"""Auditing: proves at a terminal that nobody changed a history, and that what is shown is what it makes.

`python -m activities.ledger.auditing [number]` looks at one application, or at all; it ends with 1 where one is broken.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.rebuilding import key_of, rebuild, telling
from activities.ledger.verifying import Row, event_of, verify
from infra.database.connection import Database
from infra.settings import settings

SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
NUMBERS = text(
    "SELECT number FROM event WHERE number > :after UNION SELECT number FROM standing WHERE number > :after "
    "UNION SELECT number FROM application WHERE number > :after AND handed_in_at IS NOT NULL "
    "ORDER BY number LIMIT 200"
)
"""Whoever deletes a whole history leaves that something was handed in."""
ROWS = "SELECT * FROM {name} WHERE number = :number"
BESIDES_EVENTS = frozenset({"notice"})
"""Tables where other parts of the desk write rows of their own."""


async def audit(database: Database, number: str) -> tuple[str, ...]:
    """What is wrong with one application, one line each; nothing when chain, standing and rows all hold."""
    async with database.as_worker() as connection:
        await connection.execute(SNAPSHOT)
        events = sorted(await _rows(connection, "event", number), key=lambda row: int(row["seq"]))
        standings = await _rows(connection, "standing", number)
        if not events or not standings:
            return (
                "nothing is recorded: the road has not begun yet, or the history or its standing is gone",
            )
        (kept,) = standings
        broken = verify(events, up_to=kept["seq"])
        if broken is not None:
            return (f"event {broken.seq}: {broken.trouble}",)
        return await _differing(connection, number, events)


async def _differing(connection: AsyncConnection, number: str, events: Sequence[Row]) -> tuple[str, ...]:
    found = []
    for name, again in rebuild([event_of(row) for row in events]).items():
        kept = {key_of(name, row): dict(row) for row in await _rows(connection, name, number)}
        if name in BESIDES_EVENTS:
            kept = {key: row for key, row in kept.items() if key in again}
        if telling(name, kept) != telling(name, again):
            found.append(f"table {name}: not what its events make it")
    return tuple(found)


async def _rows(connection: AsyncConnection, name: str, number: str) -> list[dict[str, Any]]:
    answer = await connection.execute(text(ROWS.format(name=name)), {"number": number})
    return [dict(row) for row in answer.mappings()]


async def all_numbers(database: Database) -> AsyncIterator[str]:
    """Every application that has a history, or must have one, page by page."""
    after = ""
    while True:
        async with database.as_worker() as connection:
            page = (await connection.execute(NUMBERS, {"after": after})).scalars().all()
        for number in page:
            yield number
        if not page:
            return
        after = page[-1]


async def _at_the_terminal(number: str | None) -> int:
    database = Database(settings().worker_database_url)
    looked_at = broken = 0
    try:
        async for each in _one(number) if number else all_numbers(database):
            troubles = await audit(database, each)
            looked_at += 1
            broken += bool(troubles)
            sys.stdout.writelines(f"{each}  {trouble}\n" for trouble in troubles)
    finally:
        await database.close()
    sys.stdout.write(f"{looked_at} applications audited, {broken} broken\n")
    return 1 if broken else 0


async def _one(number: str) -> AsyncIterator[str]:
    yield number


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Whether the recorded histories are whole and unchanged.")
    parser.add_argument("number", nargs="?", help="one application; all of them unless given")
    sys.exit(asyncio.run(_at_the_terminal(parser.parse_args().number)))
