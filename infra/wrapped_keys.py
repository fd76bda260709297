"""Where the key ring finds the wrapped data key of an application or an arrival, for any login that may read it."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.connection import Database
from infra.database.tables import arrival, data_key
from schemas.arrivals import ARRIVAL


async def wrapped_key(connection: AsyncConnection, number: str) -> bytes | None:
    """The wrapped key as this transaction sees it: None when never made, empty when destroyed."""
    if number.startswith(ARRIVAL):
        asked = select(arrival.c.wrapped, arrival.c.erased_at.label("destroyed_at"))
        asked = asked.where(arrival.c.id == number)
    else:
        asked = select(data_key.c.wrapped, data_key.c.destroyed_at).where(data_key.c.number == number)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    return b"" if row.destroyed_at is not None or row.wrapped is None else bytes(row.wrapped)


def read_by_worker(database: Database) -> Callable[[str], Awaitable[bytes | None]]:
    """Reads wrapped keys with the worker's login."""

    async def load(number: str) -> bytes | None:
        async with database.as_worker() as connection:
            return await wrapped_key(connection, number)

    return load
