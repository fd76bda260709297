"""Planning backwards: by when a procedure, or one's own application, must be handed in for a day that is aimed at."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Principal, needs, scope
from api.bodies import Shown
from api.desk import AtDesk, Desk
from api.paths import NumberInPath
from api.queries_deadlines import stops_beside
from api.reading import case_of, collected, dossier, key_of
from schemas.backward_plan import BackwardPlan, plan_of, planned_back
from schemas.calendar import japan_date
from schemas.maps import NotInForce, ProcedureMap, UnknownProcedure
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.stops import told_beside

router = APIRouter(prefix="/v1", tags=["planning"])

SignedIn = Annotated[Principal, Depends(needs())]
Own = Annotated[Principal, Depends(needs(Right.READ_OWN))]
EARLIEST, LATEST = date(2020, 1, 1), date(2099, 12, 31)
"""Days outside this span were mistyped."""


class PlanShown(Shown):
    """A plan, or none: where nothing is planned back from that day. `is_late` when the day to hand in has passed."""

    plan: BackwardPlan | None
    is_late: bool


@router.get("/procedures/{procedure_id}/plan")
async def plan_procedure(
    principal: SignedIn, at: AtDesk, procedure_id: str, on: Annotated[date, Query(ge=EARLIEST, le=LATEST)]
) -> PlanShown:
    """By when to hand in so that this day is kept. Refused: `not_found`."""
    today = japan_date(at.now())
    try:
        ready = at.catalogue.map_for(procedure_id, on=today)
    except (UnknownProcedure, NotInForce):
        raise Refused("not_found") from None
    return _shown(await _beside_stops(at, ready, planned_back(ready, on)), today)


@router.get("/applications/{number}/plan")
async def plan_application(principal: Own, at: AtDesk, number: NumberInPath) -> PlanShown:
    """By when one's own application is to be handed in, for the earliest day that its answers name."""
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.client_organisation)
        everything = await collected(connection, case, key)
    ready = await at.packs.of(case, is_draft=case.is_draft)
    today = japan_date(at.now())
    plan = plan_of(ready, dossier(everything, ready, today))
    return _shown(await _beside_stops(at, ready, plan), today)


async def _beside_stops(at: Desk, ready: ProcedureMap, plan: BackwardPlan | None) -> BackwardPlan | None:
    """The same days; their tree says that the stops that run don't move them."""
    if plan is None:
        return None
    async with at.database.as_desk() as connection:
        stops = await stops_beside(connection, ready, ())
    return plan.and_also(told_beside(stops, "window"))


def _shown(plan: BackwardPlan | None, today: date) -> PlanShown:
    return PlanShown(plan=plan, is_late=plan is not None and plan.hand_in_by < today)
