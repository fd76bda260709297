"""The pages of what comes next: everything that lies ahead, and beginning the next application from an accepted one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import following
from api.applications import MayEdit
from api.desk import AtDesk
from api.following import Steering
from api.pages.applications import case_page
from api.pages.doors import PageRoute
from api.pages.forms import FilledIn
from api.pages.trouble import attempted, made
from api.pages.visit import Visit, gone_to
from api.paging import Paged
from api.paths import NumberInPath

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
