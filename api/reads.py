"""Who of the desk's people read whose data: per case, and across cases for the report of an incident."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from api.access import Principal, needs
from api.acts import case_at
from api.desk import AtDesk, Desk
from api.paging import Listed, Name, Paged, following, position
from api.paths import NumberInPath
from api.queries_reads import ReadsFilter, StaffRead, reads_page
from schemas.parties import Right

LIST = "reads"

router = APIRouter(prefix="/v1", tags=["reads"])

Inspector = Annotated[Principal, Depends(needs(Right.INSPECT))]


@router.get("/applications/{number}/reads")
async def reads_of_a_case(
    principal: Inspector, at: AtDesk, number: NumberInPath, asked: Annotated[Paged, Query()]
) -> Listed[StaffRead]:
    """Every read of this case by staff, the newest first."""
    await case_at(at, number)
    return await _page(at, ReadsFilter(number=number), asked)


class ReadsQuery(Paged):
    """Which reads: by a reader, between two instants (with an offset; from inclusive, to exclusive)."""

    reader: Name = None
    from_at: AwareDatetime | None = None
    to_at: AwareDatetime | None = None


@router.get("/reads")
async def reads(principal: Inspector, at: AtDesk, asked: Annotated[ReadsQuery, Query()]) -> Listed[StaffRead]:
    """Every read by staff, by reader and time, the newest first."""
    wanted = ReadsFilter(reader_id=asked.reader, from_at=asked.from_at, to_at=asked.to_at)
    return await _page(at, wanted, asked)


async def _page(at: Desk, wanted: ReadsFilter, asked: Paged) -> Listed[StaffRead]:
    after = position(at.settings, LIST, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await reads_page(connection, wanted, limit=asked.rows(at.settings), after=after)
    return Listed(items=page.rows, next=following(at.settings, LIST, page.last))
