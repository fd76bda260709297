"""The log of reads: every read of personal data by staff, written in the transaction that reads."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import staff_read


async def record_read(
    connection: AsyncConnection, reader_id: str, numbers: str | Iterable[str], what: str, at: datetime
) -> None:
    """Note that a staff member read this of one or several applications (content, remarks, package, …)."""
    read = (numbers,) if isinstance(numbers, str) else sorted(set(numbers))
    rows = [{"account_id": reader_id, "number": each, "what": what, "read_at": at} for each in read]
    if rows:
        await connection.execute(insert(staff_read), rows)
