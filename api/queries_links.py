"""On which other applications of the same client persons rest: for whose result they wait, from whose they began."""

from collections.abc import Collection

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries_watches import FOLLOWS
from infra.database.tables import link
from schemas.links import Waiting

WAITS_FOR = "waits_for"
RESTS_ON = (WAITS_FOR, FOLLOWS)
"""A person waits for the other application's result, or began from it."""
REACHES = text(
    """WITH RECURSIVE reached (number) AS (
         SELECT CAST(:first AS text)
         UNION SELECT l.other_number FROM link l JOIN reached r ON l.number = r.number WHERE l.kind = :kind)
       SELECT 1 FROM reached WHERE number = :number"""
)


async def waits_of(connection: AsyncConnection, number: str) -> tuple[Waiting, ...]:
    """For whom an application waits, as its road is told when it starts."""
    query = select(link.c.person_id, link.c.other_number).where(
        link.c.number == number, link.c.kind == WAITS_FOR
    )
    rows = await connection.execute(query.order_by(link.c.person_id))
    return tuple(Waiting(person_id=row.person_id, other_number=row.other_number) for row in rows)


async def rests_on(
    connection: AsyncConnection, number: str, persons: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """For which application each of these persons waited, or from whose result his own began: person and number."""
    query = select(link.c.person_id, link.c.other_number).where(
        link.c.number == number, link.c.person_id.in_(persons), link.c.kind.in_(RESTS_ON)
    )
    rows = await connection.execute(query.order_by(link.c.person_id, link.c.other_number).distinct())
    return tuple((row.person_id, row.other_number) for row in rows)


async def waits_in_the_end_for(connection: AsyncConnection, first: str, number: str) -> bool:
    """Whether `first` is, or waits over however many others for, `number`."""
    asked = {"first": first, "number": number, "kind": WAITS_FOR}
    return (await connection.execute(REACHES, asked)).one_or_none() is not None
