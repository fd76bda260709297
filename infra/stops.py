"""Stops of lodging as they stand: which run, and which were lifted."""

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import lodging_stop
from schemas.stops import Stop

LIFTED_AT_MOST = 50


async def running_stops(connection: AsyncConnection) -> tuple[Stop, ...]:
    """The stops that are not lifted, the oldest first."""
    query = select(lodging_stop).where(lodging_stop.c.lifted_at.is_(None)).order_by(lodging_stop.c.placed_at)
    return tuple(_stop(row) for row in await connection.execute(query))


async def lifted_stops(connection: AsyncConnection) -> tuple[Stop, ...]:
    """The stops that were lifted last."""
    query = select(lodging_stop).where(lodging_stop.c.lifted_at.is_not(None))
    ordered = query.order_by(lodging_stop.c.lifted_at.desc()).limit(LIFTED_AT_MOST)
    return tuple(_stop(row) for row in await connection.execute(ordered))


def _stop(row: Row[tuple[object, ...]]) -> Stop:
    known = {name: row._mapping[name] for name in Stop.model_fields}
    return Stop.model_validate(known)
