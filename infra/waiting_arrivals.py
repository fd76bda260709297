"""Arrivals that nobody has settled: whose they are, and since when they wait."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import account, arrival, arrival_standing
from schemas.arrivals import SETTLED, ArrivalState
from schemas.parties import Right, roles_with


class WaitingArrival(NamedTuple):
    """One arrival that was read and is not settled. `owner` is who was named, else whom it was given; None: nobody."""

    id: str
    owner: str | None
    is_named: bool
    uploaded_by: str | None
    received_at: datetime


async def waiting_arrivals(connection: AsyncConnection) -> tuple[WaitingArrival, ...]:
    """Every one, what waits longest first."""
    state = func.coalesce(arrival_standing.c.state, ArrivalState.OPEN.value)
    query = (
        select(
            arrival.c.id,
            arrival.c.handler,
            arrival_standing.c.owner,
            arrival.c.uploaded_by,
            arrival.c.received_at,
        )
        .select_from(arrival.outerjoin(arrival_standing, arrival_standing.c.arrival_id == arrival.c.id))
        .where(
            arrival.c.read_at.is_not(None),
            arrival.c.erased_at.is_(None),
            state.not_in([each.value for each in SETTLED]),
        )
        .order_by(arrival.c.received_at, arrival.c.id)
    )
    return tuple(
        WaitingArrival(
            row.id, row.owner or row.handler, row.owner is not None, row.uploaded_by, row.received_at
        )
        for row in await connection.execute(query)
    )


async def who_may_record_results(connection: AsyncConnection) -> tuple[str, ...]:
    """The ids of the desk's active people who may."""
    query = select(account.c.id).where(
        account.c.organisation_id.is_(None),
        account.c.active,
        account.c.roles.overlap(roles_with(Right.RECORD_RESULT)),
    )
    return tuple((await connection.execute(query.order_by(account.c.id))).scalars())
