"""The inbox of results: the list by age, one arrival with its proposals, and what people decide about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import arrival_confirming, arrivals, cases
from api.access import Principal
from api.arrival_confirming import Confirming
from api.arrivals import ArrivalInPath, Looking, Sorting
from api.desk import AtDesk
from api.pages.arrival_forms import decision_in, sent_notice
from api.pages.arrival_pages import drawn_part
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.reviews import people_in
from api.pages.sending import sent_file
from api.pages.terms import Terms
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.queries_arrivals import ArrivalView
from api.queries_case import PersonView, persons_of
from api.queries_colleagues import colleagues_with
from api.queries_filings import FilingView, filings_of, one_filing
from schemas.arrival_owners import LATE_AFTER
from schemas.arrivals import ArrivalKind, ArrivalState, Match
from schemas.examination import REFUSED_FILES
from schemas.filing import FilingKind
from schemas.identifiers import is_application_number
from schemas.parties import Right

LISTED = 50
PAGES_SHOWN = 10
WORDS_AT_MOST = 4_000
FILTERS = ("state", "owner", "kind", "number")
SUGGESTED = {
    ArrivalKind.RECEPTION_COMPLETED: "receipt",
    ArrivalKind.MORE_REQUESTED: "more_requested",
    ArrivalKind.RESULT_NOTICE: "result",
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Proposal:
    """One filing the arrival may concern, with what is needed to record something from it."""

    filing: FilingView
    terms: Terms
    people: Mapping[str, str]
    lines: tuple[PersonView, ...]
    match: Match | None
    is_mine: bool


@router.get("/arrivals")
async def show_arrivals(request: Request, at: AtDesk, principal: Looking) -> Response:
    """What arrived, what waits longest first; open ones unless another state is chosen."""
    return await list_page(Visit(request, at, principal))


async def list_page(visit: Visit, *, trouble: Trouble | None = None) -> Response:
    """The list, as the filters in the address say."""
    given = visit.request.query_params
    kept = {"state": ArrivalState.OPEN.value}
    kept |= {name: given[name].strip() for name in FILTERS if given.get(name, "").strip()}
    asked = made(arrivals.ArrivalQuery, limit=LISTED, cursor=given.get("cursor") or None, **kept)
    page = await arrivals.show_arrivals(visit.principal, visit.at, asked)
    return visit.show(
        "arrivals.html",
        trouble=trouble,
        page=page,
        asked=asked,
        kept=kept,
        states=tuple(ArrivalState),
        kinds=tuple(ArrivalKind),
        now=visit.at.now(),
        late_after=LATE_AFTER,
        may_record=Right.RECORD_RESULT in visit.principal.rights,
    )


@router.post("/arrivals/uploads")
async def upload(request: Request, at: AtDesk, principal: Confirming) -> Response:
    """Take a notice from a plain form."""
    async with sent_file(request) as sent:
        trouble = await attempted(sent_notice(at, principal, sent))
    if trouble:
        return await list_page(Visit(request, at, principal), trouble=trouble)
    return gone_to("/arrivals", "arrival_added")


@router.get("/arrivals/{arrival_id}")
async def show_arrival(
    request: Request,
    at: AtDesk,
    principal: Looking,
    arrival_id: ArrivalInPath,
    number: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """One arrival; `number` looks for another case than the proposed ones."""
    return await arrival_page(Visit(request, at, principal), arrival_id, number=number)


async def arrival_page(
    visit: Visit,
    arrival_id: str,
    *,
    number: str | None = None,
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
) -> Response:
    """One arrival with its texts, its proposals and the acts there are."""
    at, principal = visit.at, visit.principal
    view = await arrivals.show_arrival(principal, at, arrival_id)
    looked_for = (number or "").strip().upper() or None
    found = view.reading.recognised if view.reading else None
    async with at.database.as_desk() as connection:
        colleagues = await colleagues_with(connection, Right.RECORD_RESULT)
    return visit.show(
        "arrival.html",
        trouble=trouble,
        filled=form,
        view=view,
        proposals=await _proposals(visit, view, looked_for),
        looked_for=looked_for,
        colleagues=colleagues,
        suggested=SUGGESTED.get(view.row.kind),
        receipt=next((each.value for each in found.numbers if each.kind in NUMBERS), "") if found else "",
        words=_words(view),
        refusals={code.value: _telling(visit, telling) for code, telling in REFUSED_FILES.items()},
        pages_shown=PAGES_SHOWN,
        now=at.now(),
        late_after=LATE_AFTER,
        may_record=Right.RECORD_RESULT in principal.rights,
    )


NUMBERS = ("online", "paper", "labelled")
"""Numbers an authority gives; the others are ours."""


def _telling(visit: Visit, telling: Any) -> str:
    return str(telling.title_ja if visit.locale == "ja" else telling.title_en)


def _words(view: ArrivalView) -> str:
    sources = view.reading.sources if view.reading else ()
    return next((each.text[:WORDS_AT_MOST] for each in sources if each.place == "text"), "")


async def _proposals(visit: Visit, view: ArrivalView, looked_for: str | None) -> list[Proposal]:
    wanted: list[tuple[FilingView, Match | None]] = []
    async with visit.at.database.as_desk() as connection:
        if looked_for is None:
            for match in view.matches:
                filing = await one_filing(connection, match.filing_id)
                wanted += [(filing, match)] if filing else []
        elif is_application_number(looked_for):
            there = await filings_of(connection, looked_for)
            wanted = [(filing, None) for filing in there if filing.kind is FilingKind.FIRST]
    return [await _proposal(visit, filing, match) for filing, match in wanted]


async def _proposal(visit: Visit, filing: FilingView, match: Match | None) -> Proposal:
    at, principal = visit.at, visit.principal
    terms = await visit.terms(filing)
    content = await cases.show_content(principal, at, filing.number, None)
    async with at.database.as_desk() as connection:
        lines = await persons_of(connection, filing.number, at.now())
    return Proposal(
        filing=filing,
        terms=terms,
        people=people_in(terms, content),
        lines=tuple(line for line in lines if line.person_id in filing.persons),
        match=match,
        is_mine=filing.handler is not None and filing.handler.id == principal.id,
    )


@router.get("/arrivals/{arrival_id}/parts/{place}/pages/{page}")
async def show_page(
    at: AtDesk, principal: Looking, arrival_id: ArrivalInPath, place: int, page: int
) -> Response:
    """One page of a released attachment, drawn anew; nothing of the original reaches the browser."""
    return await drawn_part(at, arrival_id, place, page, staff_id=principal.id)


@router.post("/arrivals/{arrival_id}/assign")
async def assign(
    request: Request, at: AtDesk, principal: Sorting, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """Give it to somebody."""

    async def act() -> None:
        body = made(arrivals.Assigned, to=form.text("to") or "")
        await arrivals.assign(principal, at, arrival_id, body, form.act(principal))

    said = gone_to(f"/arrivals/{arrival_id}", "arrival_assigned")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


@router.post("/arrivals/{arrival_id}/dismiss")
async def dismiss(
    request: Request, at: AtDesk, principal: Sorting, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """It concerns no case."""

    async def act() -> None:
        body = made(arrivals.Dismissed, words=form.text("words") or "")
        await arrivals.dismiss(principal, at, arrival_id, body, form.act(principal))

    said = gone_to("/arrivals", "arrival_dismissed")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


@router.post("/arrivals/{arrival_id}/merge")
async def merge(
    request: Request, at: AtDesk, principal: Sorting, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """It says the same as another one."""

    async def act() -> None:
        body = made(arrivals.Merged, into=form.text("into") or "")
        await arrivals.merge(principal, at, arrival_id, body, form.act(principal))

    said = gone_to(f"/arrivals/{arrival_id}", "arrival_merged")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


@router.post("/arrivals/{arrival_id}/reopen")
async def reopen(
    request: Request, at: AtDesk, principal: Sorting, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """It was dismissed or merged by mistake."""

    async def act() -> None:
        await arrivals.reopen(principal, at, arrival_id, form.act(principal))

    said = gone_to(f"/arrivals/{arrival_id}", "arrival_reopened")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


@router.post("/arrivals/{arrival_id}/confirm")
async def confirm(
    request: Request, at: AtDesk, principal: Confirming, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """Record what it says."""

    async def act() -> None:
        body = made(arrival_confirming.Confirmed, decision=decision_in(form))
        await arrival_confirming.confirm(principal, at, arrival_id, body, form.act(principal))

    said = gone_to(f"/arrivals/{arrival_id}", "arrival_confirmed")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


@router.post("/arrivals/{arrival_id}/resume")
async def resume(
    request: Request, at: AtDesk, principal: Confirming, arrival_id: ArrivalInPath, form: FilledIn
) -> Response:
    """Finish an interrupted recording."""

    async def act() -> None:
        await arrival_confirming.resume(principal, at, arrival_id, form.act(principal))

    said = gone_to(f"/arrivals/{arrival_id}", "arrival_confirmed")
    return await _acted(request, at, principal, arrival_id, act=act, said=said, form=form)


async def _acted(
    request: Request,
    at: AtDesk,
    principal: Principal,
    arrival_id: str,
    *,
    act: Callable[[], Awaitable[Any]],
    said: Response,
    form: Filled,
) -> Response:
    trouble = await attempted(act())
    if trouble is None:
        return said
    return await arrival_page(Visit(request, at, principal), arrival_id, trouble=trouble, form=form)
