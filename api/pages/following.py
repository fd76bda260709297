"""The pages of what comes next: everything that lies ahead, the next application, and waiting for another one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import following, links, waiting
from api.access import scope
from api.applications import MayEdit
from api.desk import AtDesk
from api.following import Steering
from api.pages.applications import case_page
from api.pages.doors import PageRoute
from api.pages.forms import FilledIn
from api.pages.trouble import attempted, made
from api.pages.visit import Visit, gone_to
from api.paging import Paged
from api.paths import NumberInPath, PersonInPath
from api.reading import case_of
from schemas.refusals import Refused

LISTED = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/next")
async def show_ahead(
    request: Request,
    at: AtDesk,
    principal: Steering,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> Response:
    """What lies ahead, the nearest first."""
    page = await following.show_ahead(principal, at, Paged(limit=LISTED, cursor=cursor))
    return Visit(request, at, principal).show("next.html", page=page)


@router.post("/applications/{number}/next")
async def begin_next(
    request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath, form: FilledIn
) -> Response:
    """Begin the next application for the persons that were ticked."""
    answer = Response()

    async def act() -> None:
        wanted = made(
            following.NextApplication,
            follow_up=form.text("follow_up") or "",
            persons=list(form.several("persons")),
        )
        await following.begin_next(principal, at, number, form.act(principal), wanted=wanted, response=answer)

    trouble = await attempted(act())
    if trouble:
        return await case_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(answer.headers["Location"].removeprefix("/v1"), "next_begun")


@router.post("/applications/{number}/persons/{person_id}/link")
async def wait_for(
    request: Request,
    at: AtDesk,
    principal: MayEdit,
    number: NumberInPath,
    *,
    person_id: PersonInPath,
    form: FilledIn,
) -> Response:
    """A person of a draft waits for another application, named by number and line; without a number it waits no more."""
    visit = Visit(request, at, principal)

    async def act() -> None:
        other = form.text("other_number")
        if other is None:
            await links.end_link(principal, at, number, person_id)
            return
        there = await _person_at(visit, other, form.number("position", otherwise=1))
        wanted = made(waiting.NewLink, person_id=person_id, other_number=other, other_person_id=there)
        await links.make_link(principal, at, number, form.act(principal), wanted)

    trouble = await attempted(act())
    if trouble:
        return await case_page(visit, number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "link_kept", "#persons")


async def _person_at(visit: Visit, number: str, position: int) -> str:
    """The person on a line of an own application. Raises Refused `no_such_application`, `unknown_person`."""
    try:
        async with scope(visit.at, visit.principal) as connection:
            case = await case_of(connection, number, visit.principal.client_organisation)
    except Refused as refused:
        if refused.code != "not_found":
            raise
        raise Refused("no_such_application", "other_number") from None
    if not 1 <= position <= len(case.persons):
        raise Refused("unknown_person", "position")
    return case.persons[position - 1]
