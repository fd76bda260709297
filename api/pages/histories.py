"""The history of a case in words, and the engine's own history behind it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import timeline
from api.access import Principal, needs, scope
from api.desk import AtDesk
from api.gateway import NotReady
from api.pages.doors import PageRoute
from api.pages.facts import Facts
from api.pages.visit import Visit
from api.paging import Paged
from api.paths import NumberInPath
from api.reading import case_of
from schemas.parties import Right

LISTED = 100
Historian = Annotated[Principal, Depends(needs(Right.INSPECT, Right.READ_OWN))]
Inspector = Annotated[Principal, Depends(needs(Right.INSPECT))]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


async def _facts(visit: Visit, number: str) -> Facts:
    async with scope(visit.at, visit.principal) as connection:
        case = await case_of(connection, number, visit.principal.organisation_id)
    terms = await visit.terms(case)
    positions = {person: place for place, person in enumerate(case.persons, start=1)}
    return Facts(terms, {person: terms.person(place) for person, place in positions.items()})


@router.get("/applications/{number}/timeline")
async def show_timeline(
    request: Request,
    at: AtDesk,
    principal: Historian,
    number: NumberInPath,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> Response:
    """Every event with who did it and what it was about; clients see what concerns them."""
    visit = Visit(request, at, principal)
    page = await timeline.show_timeline(principal, at, number, Paged(limit=LISTED, cursor=cursor))
    return visit.show(
        "timeline.html",
        number=number,
        page=page,
        facts=await _facts(visit, number),
        may_inspect=Right.INSPECT in principal.rights,
    )


@router.get("/applications/{number}/engine")
async def show_engine(request: Request, at: AtDesk, principal: Inspector, number: NumberInPath) -> Response:
    """What the engine knows: events, attempts, failures, what is pending, and a link to its own page."""
    visit = Visit(request, at, principal)
    try:
        history = await timeline.show_engine(principal, at, number)
    except NotReady:
        history = None
    codec = f"{at.settings.public_url}/codec"
    return visit.show("engine.html", number=number, history=history, codec=codec)
