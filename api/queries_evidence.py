"""Evidence of a filing (控え): what arrived or was uploaded and a person filed with it; it lies sealed with the arrivals."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from infra.database.tables import arrival, arrival_act, arrival_standing
from schemas.arrivals import ArrivalKind, ArrivalState, ArrivalWay
from schemas.words import Word


class Evidence(Word):
    """One thing that proves a filing: a reception mail, a scanned slip, a screenshot. Its bytes are behind the arrival."""

    arrival_id: str
    way: ArrivalWay
    kind: ArrivalKind
    arrived_on: date | None
    size_bytes: int
    sha256: str
    filed_at: datetime
    filed_by: Named | None


async def evidence_of(connection: AsyncConnection, filing_id: str) -> tuple[Evidence, ...]:
    """What was filed with this filing and still stands, the oldest first."""
    acts = arrival_act.c
    joined = arrival_act.join(arrival, arrival.c.id == acts.arrival_id).join(
        arrival_standing, arrival_standing.c.arrival_id == arrival.c.id
    )
    query = (
        select(arrival, acts.acted_at, acts.actor_id)
        .select_from(joined)
        .where(
            acts.act == ArrivalState.CONFIRMED.value,
            acts.facts["filing_id"].astext == filing_id,
            arrival_standing.c.state == ArrivalState.CONFIRMED.value,
        )
        .order_by(acts.id)
    )
    rows = (await connection.execute(query)).all()
    names = await names_of(connection, (row.actor_id for row in rows))
    return tuple(
        Evidence(
            arrival_id=row.id,
            way=row.way,
            kind=row.kind,
            arrived_on=row.arrived_on,
            size_bytes=row.size_bytes,
            sha256=row.content_sha256,
            filed_at=row.acted_at,
            filed_by=named(names, row.actor_id),
        )
        for row in rows
    )
