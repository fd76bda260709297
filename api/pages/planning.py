"""The page of a procedure on which somebody asks by when it must be handed in for a day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import planning
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.trouble import told
from api.pages.visit import Visit
from api.planning import EARLIEST, LATEST, SignedIn
from schemas.calendar import japan_date
from schemas.maps import NotInForce, ProcedureMap, UnknownProcedure
from schemas.refusals import Refused

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/procedures/{procedure_id}/plan")
async def show_plan(
    request: Request,
    at: AtDesk,
    principal: SignedIn,
    procedure_id: str,
    *,
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The plan for a day, when one is asked for."""
    visit = Visit(request, at, principal)
    ready = _in_force(visit, procedure_id)
    anchor = ready.procedure.field(ready.procedure.window.anchor or "")
    day = _day(on)
    planned = await planning.plan_procedure(principal, at, procedure_id, day) if day else None
    return visit.show(
        "plan.html",
        trouble=told(Refused("malformed_request", "on")) if on and day is None else None,
        procedure=ready.procedure,
        anchor=anchor.label if anchor else None,
        on=day,
        planned=planned,
    )


def _in_force(visit: Visit, procedure_id: str) -> ProcedureMap:
    try:
        return visit.at.catalogue.map_for(procedure_id, on=japan_date(visit.at.now()))
    except (UnknownProcedure, NotInForce):
        raise Refused("not_found") from None


def _day(text: str) -> date | None:
    """The day that was typed; None for what is no day, or far away."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if EARLIEST <= on <= LATEST else None
