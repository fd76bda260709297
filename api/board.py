"""The board: every case by filters, and the load of the desk. For staff; it shows no personal data."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.access import Principal, needs
from api.desk import AtDesk
from api.paging import Listed, Name, Paged, following, position
from api.queries_board import BoardFilter, BoardRow, Order, board_page
from api.queries_load import Load, load
from schemas.parties import Right
from schemas.standing import Holder, Stage

router = APIRouter(prefix="/v1/board", tags=["board"])

Looking = Annotated[Principal, Depends(needs(Right.READ_CASES, Right.INSPECT))]


class BoardQuery(Paged):
    """What the board shows; all that is given must hold. `search`: a number, its beginning, a receipt number.
    `mail_trouble`: a mail about the case did not leave the house so far."""

    state: Literal["open", "closed", "all"] = "open"
    stage: Stage | None = None
    holder: Holder | None = None
    office: Name = None
    organisation: Name = None
    procedure: Name = None
    overdue: bool = False
    on_hold: bool = False
    mail_trouble: bool = False
    search: Name = None
    order: Order = "newest"

    def filter(self) -> BoardFilter:
        """The same for the reader of the tables."""
        named = self.model_dump(exclude={"limit", "cursor", "organisation"})
        return BoardFilter(organisation_id=self.organisation, **named)


@router.get("")
async def show_board(
    at: AtDesk, principal: Looking, asked: Annotated[BoardQuery, Query()]
) -> Listed[BoardRow]:
    """Cases handed in: newest first, or what is due next, or what rests longest."""
    of = f"board.{asked.order}"
    after = position(at.settings, of, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await board_page(
            connection, asked.filter(), now=at.now(), limit=asked.rows(at.settings), after=after
        )
    return Listed(items=page.rows, next=following(at.settings, of, page.last))


@router.get("/load")
async def show_load(at: AtDesk, principal: Looking) -> Load:
    """How much of what waits with whom, since when."""
    async with at.database.as_desk() as connection:
        return await load(connection, at.now())
