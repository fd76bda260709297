"""Filings step by step: what may be lodged and by whom, the intent, the package, the act, its outcome, the results."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from api import cases, filings, results
from api.act_paths import FilingInPath
from api.desk import AtDesk
from api.documents import MayReadDocuments
from api.filings import Lodging, Looking
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.reviews import people_in
from api.pages.trouble import Trouble, attempted, made, told
from api.pages.verdict_forms import not_taken_in, receipts_in
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.queries_case import persons_of
from api.results import Recording
from schemas.filing import FilingState
from schemas.identifiers import number_of
from schemas.parties import Right

LISTED = 50

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/filings")
async def show_filings(
    request: Request,
    at: AtDesk,
    principal: Looking,
    state: Annotated[FilingState | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> Response:
    """Filings of all cases by state, what rests longest first."""
    visit = Visit(request, at, principal)
    chosen = state or FilingState.PREPARED
    page = await filings.show_filings(
        principal, at, filings.FilingQuery(state=chosen, limit=LISTED, cursor=cursor)
    )
    terms = {row.id: await visit.terms(row) for row in page.items}
    return visit.show("filings.html", page=page, terms=terms, state=chosen, states=tuple(FilingState))


@router.get("/filings/{filing_id}")
async def show_filing(
    request: Request,
    at: AtDesk,
    principal: Looking,
    filing_id: FilingInPath,
    begun: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """One filing; `begun` is the id of the act with which its lodging was taken on."""
    return await filing_page(Visit(request, at, principal), filing_id, begun=begun)


async def filing_page(
    visit: Visit,
    filing_id: str,
    *,
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
    begun: str | None = None,
) -> Response:
    """One filing with the step that comes next; what became of a lodging that was begun is told where it was refused."""
    at, principal = visit.at, visit.principal
    on_desk = await filings.show_filing(principal, at, filing_id)
    trouble = trouble or await _refused_later(visit, on_desk, begun)
    filing = on_desk.filing
    terms = await visit.terms(filing)
    content = await cases.show_content(principal, at, filing.number, None)
    async with at.database.as_desk() as connection:
        lines = await persons_of(connection, filing.number, at.now())
    away = {each.person_id for each in on_desk.not_taken}
    return visit.show(
        "filing.html",
        trouble=trouble,
        filled=form,
        begun=begun,
        on_desk=on_desk,
        filing=filing,
        terms=terms,
        people=people_in(terms, content),
        lines=[line for line in lines if line.person_id in filing.persons],
        sent_away=[line for line in lines if line.person_id in away],
        is_mine=filing.handler is not None and filing.handler.id == principal.id,
        is_second=_is_second(visit, on_desk),
        may_lodge=Right.LODGE in principal.rights,
        may_record=Right.RECORD_RESULT in principal.rights,
        has_machine=at.settings.authority_simulator_url is not None,
    )


async def _refused_later(visit: Visit, on_desk: filings.FilingOnTheDesk, begun: str | None) -> Trouble | None:
    """Why a lodging that was taken on was refused afterwards. The page itself was found, so it has the status of one."""
    if not begun or on_desk.is_being_prepared or on_desk.filing.state is not FilingState.PREPARED:
        return None
    refused = await visit.at.gateway.refusal_of(on_desk.filing.number, begun)
    return replace(told(refused), status=200) if refused else None


def _is_second(visit: Visit, on_desk: filings.FilingOnTheDesk) -> bool:
    """Whether this reader is asked to confirm what a colleague reported."""
    lodger = on_desk.lodged_by or on_desk.filing.handler
    first = {each.id for each in (on_desk.reported_by, lodger) if each is not None}
    return on_desk.reported_by is not None and visit.principal.id not in first


@router.get("/filings/{filing_id}/package")
async def download_package(at: AtDesk, principal: MayReadDocuments, filing_id: FilingInPath) -> Response:
    """Send the browser to the newest sealed package, by a signed address."""
    return await filings.download_package(principal, at, filing_id, None)


@router.post("/filings/{filing_id}/begin")
async def begin(
    request: Request, at: AtDesk, principal: Lodging, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Record the intent; the package is sealed, a large one while the page says so."""
    taken_on = Response()

    async def act() -> None:
        way = form.text("way") or "by_hand"
        body = made(filings.Begun, channel=form.text("channel") or "", way=way)
        await filings.begin(principal, at, filing_id, body, form.act(principal), response=taken_on)

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    if taken_on.status_code == 202:
        begun = quote(form.act(principal).id)
        return gone_to(f"/filings/{filing_id}?begun={begun}", "lodging_being_prepared")
    return gone_to(f"/filings/{filing_id}", "lodging_begun", "#act")


@router.post("/filings/{filing_id}/office")
async def route(
    request: Request, at: AtDesk, principal: Lodging, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Lodge with another office."""

    async def act() -> None:
        body = made(filings.OtherOffice, office=form.text("office") or "", reason=form.text("reason") or "")
        await filings.route(principal, at, filing_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "routed")


@router.post("/filings/{filing_id}/notes")
async def note(
    request: Request, at: AtDesk, principal: Lodging, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Write down a tracking number, say, while the lodging is under way."""

    async def act() -> None:
        body = made(filings.Noted, words=form.text("note") or "")
        await filings.note(principal, at, filing_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "lodging_noted", "#said")


@router.post("/filings/{filing_id}/end")
async def end(
    request: Request, at: AtDesk, principal: Lodging, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Say how the act ended."""

    async def act() -> None:
        outcome = form.text("outcome") or ""
        body = made(
            filings.Ended,
            outcome=outcome,
            receipts=receipts_in(form) if outcome == "confirmed" else [],
            words=form.text("words"),
            not_taken=not_taken_in(form),
        )
        await filings.end(principal, at, filing_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "lodging_ended")


@router.post("/filings/{filing_id}/receipts")
async def correct_receipts(
    request: Request, at: AtDesk, principal: Lodging, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Put receipt numbers right."""

    async def act() -> None:
        body = made(filings.CorrectNumbers, receipts=receipts_in(form), reason=form.text("reason") or "")
        await filings.correct_receipts(principal, at, filing_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "numbers_corrected", "#results")


@router.post("/filings/{filing_id}/results")
async def record_result(
    request: Request, at: AtDesk, principal: Recording, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """Record the authority's decision about one person."""

    async def act() -> None:
        body = made(
            results.Decided,
            person_id=form.text("person_id") or "",
            receipt=form.text("receipt") or "",
            result=form.text("result") or "",
            decided_on=form.text("decided_on") or "",
            valid_to=form.text("valid_to"),
            words=form.text("words"),
        )
        await results.record_result(principal, at, number_of(filing_id), body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "result_recorded", "#results")


@router.post("/filings/{filing_id}/more-requested")
async def more_requested(
    request: Request, at: AtDesk, principal: Recording, filing_id: FilingInPath, form: FilledIn
) -> Response:
    """The authority asks for more."""

    async def act() -> None:
        body = made(
            results.MoreRequested,
            persons=form.several("persons"),
            words=form.text("words") or "",
            due_on=form.text("due_on"),
        )
        await results.more_requested(principal, at, number_of(filing_id), body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await filing_page(Visit(request, at, principal), filing_id, trouble=trouble, form=form)
    return gone_to(f"/filings/{filing_id}", "more_recorded", "#results")
