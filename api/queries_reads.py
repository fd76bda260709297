"""Who of the desk's people read whose data, when: for managers, and for the report of an incident."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Key, Named, keyset_page, named, names_of
from infra.database.tables import staff_read
from schemas.words import Word


class StaffRead(Word):
    """One read: who, which application, what (content, documents, remarks, package, payloads, …), when."""

    id: int
    reader: Named | None
    number: str
    what: str
    read_at: datetime


class ReadsFilter(Word):
    """Which reads: of an application, by a reader, between two instants (from inclusive, to exclusive)."""

    number: str | None = None
    reader_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


class ReadsPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[StaffRead, ...]
    last: Key | None


async def reads_page(
    connection: AsyncConnection, wanted: ReadsFilter, *, limit: int, after: Key | None = None
) -> ReadsPage:
    """The newest reads first."""
    query = select(staff_read)
    if wanted.number is not None:
        query = query.where(staff_read.c.number == wanted.number)
    if wanted.reader_id is not None:
        query = query.where(staff_read.c.account_id == wanted.reader_id)
    if wanted.from_at is not None:
        query = query.where(staff_read.c.read_at >= wanted.from_at)
    if wanted.to_at is not None:
        query = query.where(staff_read.c.read_at < wanted.to_at)
    found = await keyset_page(
        connection, query, (staff_read.c.id,), limit=limit, after=after, descending=True
    )
    names = await names_of(connection, (row.account_id for row in found.rows))
    rows = tuple(
        StaffRead(
            id=row.id,
            reader=named(names, row.account_id),
            number=row.number,
            what=row.what,
            read_at=row.read_at,
        )
        for row in found.rows
    )
    return ReadsPage(rows=rows, last=found.last)
