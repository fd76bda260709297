"""A client's applications: the list, a new one, one on a page, its persons, handing in and withdrawing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import (
    applications,
    corrections,
    fees,
    listing,
    own_results,
    procedures,
    proposals,
    timeline,
)
from api.applications import MayEdit, MayHandIn, MayRead, MayWithdraw
from api.desk import AtDesk
from api.pages.cases import overview_page
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.own_case import beside_stops, own_case
from api.pages.trouble import Trouble, attempted, made, told
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paging import Paged
from api.paths import NumberInPath, PersonInPath
from schemas.calendar import japan_date
from schemas.parties import Right
from schemas.refusals import Refused

LISTED = 30
EVENTS_SHOWN = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications")
async def list_them(
    request: Request,
    at: AtDesk,
    principal: MayRead,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """A client's own applications, and the beginning of a new one; staff have the board."""
    if principal.is_staff:
        return gone_to("/board")
    return await _list_page(Visit(request, at, principal), cursor)


async def _list_page(
    visit: Visit, cursor: str | None = None, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    page = await listing.list_them(
        visit.principal, visit.at, limit=LISTED, cursor=cursor, procedure=None, stage=None
    )
    offered = await procedures.list_procedures(visit.principal, visit.at)
    names = {each.id: each for each in visit.at.catalogue.procedures()}
    return visit.show(
        "applications.html",
        trouble=trouble,
        filled=form,
        page=page,
        offered=offered.items,
        names={procedure_id: row.name for procedure_id, row in names.items()},
        may_begin=Right.EDIT_CONTENT in visit.principal.rights,
    )


@router.post("/applications")
async def begin(request: Request, at: AtDesk, principal: MayEdit, form: FilledIn) -> Response:
    """Begin a draft."""
    visit, answer = Visit(request, at, principal), Response()

    async def act() -> None:
        wanted = made(
            applications.NewApplication,
            procedure=form.text("procedure") or "",
            persons=form.number("persons", otherwise=1),
        )
        await applications.begin(principal, at, form.act(principal), wanted, answer)

    trouble = await attempted(act())
    if trouble:
        return await _list_page(visit, trouble=trouble, form=form)
    return gone_to(answer.headers["Location"].removeprefix("/v1"), "begun")


@router.get("/applications/{number}")
async def show_one(request: Request, at: AtDesk, principal: MayRead, number: NumberInPath) -> Response:
    """One application: for its own people all of it, for staff the overview of the case."""
    visit = Visit(request, at, principal)
    return await (overview_page if principal.is_staff else case_page)(visit, number)


async def case_page(
    visit: Visit, number: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    """What a client sees of an application: what is to be done, where it stands, what was found, what came back."""
    own = await beside_stops(visit, await own_case(visit, number))
    if own.is_draft:
        return visit.show("draft.html", trouble=trouble, filled=form, own=own)
    told_of = await corrections.read_findings(visit.principal, visit.at, number)
    history = await timeline.show_timeline(visit.principal, visit.at, number, Paged(limit=EVENTS_SHOWN))
    return visit.show(
        "own_case.html",
        trouble=trouble,
        filled=form,
        own=own,
        told_of=told_of,
        history=history,
        ours={row.id for row in visit.at.catalogue.procedures(on=japan_date(visit.at.now()))},
        fees=await fees.show_fees(visit.principal, visit.at, number),
        may_withdraw=Right.WITHDRAW in visit.principal.rights,
        may_split=Right.HAND_IN in visit.principal.rights,
        proposed=await proposals.show_proposals(visit.principal, visit.at, number),
        results=await own_results.show_results(visit.principal, visit.at, number),
        came_from=own.came_from,
    )


@router.post("/applications/{number}/persons")
async def add_persons(
    request: Request, at: AtDesk, principal: MayEdit, number: NumberInPath, form: FilledIn
) -> Response:
    """Add persons to a draft."""

    async def act() -> None:
        more = made(applications.MorePersons, count=form.number("count", otherwise=1))
        await applications.add(principal, at, number, form.act(principal), more)

    trouble = await attempted(act())
    if trouble:
        return await case_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "persons_added", "#persons")


@router.post("/applications/{number}/persons/{person_id}/remove")
async def remove_person(
    request: Request,
    at: AtDesk,
    principal: MayEdit,
    number: NumberInPath,
    *,
    person_id: PersonInPath,
    form: FilledIn,
) -> Response:
    """Take a person out of a draft."""

    async def act() -> None:
        await applications.remove(principal, at, number, person_id, form.number("version"))

    trouble = await attempted(act())
    if trouble:
        return await case_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "person_removed", "#persons")


@router.post("/applications/{number}/hand-in")
async def hand_in(
    request: Request, at: AtDesk, principal: MayHandIn, number: NumberInPath, form: FilledIn
) -> Response:
    """Hand in; every gap is listed with a link to where it is mended."""
    visit = Visit(request, at, principal)
    try:
        version = form.number("version")
        await applications.hand_in(principal, at, number, form.act(principal), version)
    except Refused as refused:
        own = await own_case(visit, number)
        return await case_page(visit, number, trouble=told(refused, own.mended_at, own.whose), form=form)
    return gone_to(f"/applications/{number}", "handed_in")


@router.post("/applications/{number}/corrections")
async def correct(
    request: Request, at: AtDesk, principal: MayHandIn, number: NumberInPath, form: FilledIn
) -> Response:
    """Hand in the next round, with an answer to each finding that got one."""
    visit = Visit(request, at, principal)
    try:
        correction = made(corrections.Correction, persons=form.several("persons"), replies=_replies(form))
        await corrections.correct(principal, at, number, form.act(principal), correction)
    except Refused as refused:
        own = await own_case(visit, number)
        return await case_page(visit, number, trouble=told(refused, own.mended_at, own.whose), form=form)
    return gone_to(f"/applications/{number}", "corrected")


def _replies(form: Filled) -> list[corrections.Reply]:
    given = form.by_prefix("reply")
    return [made(corrections.Reply, finding_id=finding, words=words) for finding, words in given.items()]


@router.post("/applications/{number}/withdrawal")
async def withdraw(
    request: Request, at: AtDesk, principal: MayWithdraw, number: NumberInPath, form: FilledIn
) -> Response:
    """Withdraw the persons that were ticked; nobody ticked is refused here, everybody must be meant."""

    async def act() -> None:
        persons = form.several("persons")
        if not persons:
            raise Refused("no_person", "withdrawn")
        wanted = made(applications.Withdrawal, persons=persons, reason=form.text("reason"))
        await applications.withdraw(principal, at, number, form.act(principal), wanted)

    trouble = await attempted(act())
    if trouble:
        return await case_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "withdrawal_asked")
