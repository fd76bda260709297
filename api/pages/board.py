"""The board: every case by filters, and how much of what waits with whom."""

from fastapi import APIRouter, Request, Response

from api import board
from api.board import BoardQuery, Looking
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.trouble import made
from api.pages.visit import Visit
from schemas.calendar import japan_date
from schemas.standing import Holder, Stage
from schemas.tables import of_the_day

LISTED = 50
FILTERS = ("state", "stage", "holder", "office", "procedure", "search", "order", "cursor")
SWITCHES = ("overdue", "on_hold", "mail_trouble")
STATES = ("open", "closed", "all")
ORDERS = ("newest", "due", "untouched")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/board")
async def show_board(request: Request, at: AtDesk, principal: Looking) -> Response:
    """Every case handed in, as the filters in the address say; empty filters are none."""
    visit = Visit(request, at, principal)
    asked = _asked(request)
    page = await board.show_board(at, principal, asked)
    return visit.show(
        "board.html",
        page=page,
        load=await board.show_load(at, principal),
        asked=asked,
        kept=_kept(request),
        names={row.id: row.name for row in at.catalogue.procedures()},
        offices=tuple(of_the_day(at.catalogue.tables.offices, japan_date(at.now())).values()),
        stages=tuple(Stage),
        holders=tuple(Holder),
        states=STATES,
        orders=ORDERS,
    )


def _kept(request: Request) -> dict[str, str]:
    """The filters in the address, without the place in the list."""
    given = request.query_params
    return {name: given[name] for name in (*FILTERS, *SWITCHES) if given.get(name) and name != "cursor"}


def _asked(request: Request) -> BoardQuery:
    given = request.query_params
    filters = {name: given[name].strip() for name in FILTERS if given.get(name, "").strip()}
    switches = {name: True for name in SWITCHES if given.get(name)}
    return made(BoardQuery, limit=LISTED, **filters, **switches)
