"""The page of stops: what is not lodged now and why; placing a stop, lifting one."""

from fastapi import APIRouter, Request, Response

from api import stops
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.stops import Holding, Looking, StopAsked, StopInPath
from schemas.calendar import japan_date
from schemas.parties import Right
from schemas.tables import of_the_day

FIELDS = ("procedure", "authority", "office", "channel", "until_on")
REASONS = ("channel_down", "authority_closed", "rule_changes", "other")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/stops")
async def show_stops(request: Request, at: AtDesk, principal: Looking) -> Response:
    """The stops that run, a form for a new one, and those that were lifted."""
    return await stops_page(Visit(request, at, principal))


async def stops_page(visit: Visit, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED) -> Response:
    """The page, with what was typed when an act was refused."""
    today = japan_date(visit.at.now())
    return visit.show(
        "stops.html",
        trouble=trouble,
        filled=form,
        page=await stops.show_stops(visit.principal, visit.at),
        names={row.id: row.name for row in visit.at.catalogue.procedures()},
        offices=of_the_day(visit.at.catalogue.tables.offices, today),
        reasons=REASONS,
        today=today,
        may_stop=Right.HOLD in visit.principal.rights,
    )


@router.post("/stops")
async def place_stop(request: Request, at: AtDesk, principal: Holding, form: FilledIn) -> Response:
    """Stop what is lodged."""

    async def act() -> None:
        chosen = {name: form.text(name) for name in FIELDS if form.text(name)}
        body = made(StopAsked, reason=form.text("reason") or "", words=form.text("words") or "", **chosen)
        await stops.place_stop(principal, at, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await stops_page(Visit(request, at, principal), trouble=trouble, form=form)
    return gone_to("/stops", "stopped")


@router.post("/stops/{stop_id}/lift")
async def lift_stop(
    request: Request, at: AtDesk, principal: Holding, stop_id: StopInPath, form: FilledIn
) -> Response:
    """Let it be lodged again."""

    async def act() -> None:
        await stops.lift_stop(principal, at, stop_id, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await stops_page(Visit(request, at, principal), trouble=trouble, form=form)
    return gone_to("/stops", "stop_lifted")
