"""The pages of splitting off: a client chooses and confirms; a reviewer proposes, the client answers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import proposals, splitting
from api.access import scope
from api.act_paths import ProposalInPath
from api.applications import MayHandIn
from api.desk import AtDesk
from api.pages.applications import case_page
from api.pages.cases import overview_page
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.own_case import own_case
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paths import NumberInPath
from api.proposals import Proposing
from api.reading import case_of
from schemas.identifiers import is_application_number
from schemas.refusals import Refused
from schemas.splitting import SPLITTABLE

SURE = "yes"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications/{number}/split-off")
async def choose(
    request: Request,
    at: AtDesk,
    principal: MayHandIn,
    number: NumberInPath,
    *,
    proposal: Annotated[str | None, Query(max_length=120)] = None,
) -> Response:
    """Who can be split off; those a reviewer proposed are chosen already."""
    return await _page(Visit(request, at, principal), number, proposal_id=proposal)


async def _page(
    visit: Visit,
    number: str,
    *,
    proposal_id: str | None = None,
    chosen: tuple[str, ...] = (),
    confirming: bool = False,
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
) -> Response:
    own = await own_case(visit, number)
    asked = await proposals.show_proposals(visit.principal, visit.at, number)
    followed = next((each for each in asked if each.id == proposal_id and each.is_possible), None)
    lines = [line for line in own.shown.persons if line.stage in SPLITTABLE and not line.receipt]
    return visit.show(
        "split.html",
        trouble=trouble,
        filled=form,
        own=own,
        lines=lines,
        chosen=chosen or tuple(followed.persons if followed else ()),
        followed=followed,
        confirming=confirming,
    )


@router.post("/applications/{number}/split-off")
async def split_off(
    request: Request, at: AtDesk, principal: MayHandIn, number: NumberInPath, form: FilledIn
) -> Response:
    """Chosen: asked once more. Sure: split off."""
    visit, answer = Visit(request, at, principal), Response()
    chosen, proposal_id = tuple(form.several("persons")), form.text("proposal_id")
    confirming = form.text("sure") == SURE

    async def act() -> None:
        if not chosen:
            raise Refused("no_person", "persons")
        wanted = made(splitting.Splitting, persons=list(chosen), proposal_id=proposal_id)
        if confirming:
            await splitting.split_off(
                principal, at, number, form.act(principal), wanted=wanted, response=answer
            )

    trouble = await attempted(act())
    if trouble or not confirming:
        return await _page(
            visit,
            number,
            proposal_id=proposal_id,
            chosen=chosen,
            confirming=trouble is None,
            trouble=trouble,
            form=form,
        )
    return gone_to(answer.headers["Location"].removeprefix("/v1"), "split_off")


@router.post("/applications/{number}/proposals/{proposal_id}/answer")
async def answer_proposal(
    request: Request,
    at: AtDesk,
    principal: MayHandIn,
    number: NumberInPath,
    *,
    proposal_id: ProposalInPath,
    form: FilledIn,
) -> Response:
    """The client lets a person wait as proposed, or declines."""

    async def act() -> None:
        wanted = made(proposals.Answering, answer=form.text("answer") or "", reason=form.text("reason"))
        await proposals.answer(principal, at, number, proposal_id, form.act(principal), wanted=wanted)

    trouble = await attempted(act())
    if trouble:
        return await case_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "proposal_answered")


@router.post("/applications/{number}/proposals")
async def propose(
    request: Request, at: AtDesk, principal: Proposing, number: NumberInPath, form: FilledIn
) -> Response:
    """A reviewer proposes something to the client."""
    visit = Visit(request, at, principal)

    async def act() -> None:
        other = form.text("other_number")
        wanted = made(
            proposals.NewProposal,
            proposed=form.text("proposed") or "",
            persons=form.several("persons"),
            other_number=other,
            other_person_id=await _person_at(visit, other, form.number("line", otherwise=1)),
            reason=form.text("reason") or "",
        )
        await proposals.propose(principal, at, number, form.act(principal), wanted)

    trouble = await attempted(act())
    if trouble:
        return await overview_page(visit, number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "proposed", "#proposals")


async def _person_at(visit: Visit, number: str | None, line: int) -> str | None:
    """The person on a line of the other application; whose it is, is asked where it is proposed."""
    if number is None:
        return None
    if not is_application_number(number):
        raise Refused("not_found", "other_number")
    async with scope(visit.at, visit.principal) as connection:
        case = await case_of(connection, number, None)
    if not 1 <= line <= len(case.persons):
        raise Refused("unknown_person", "line")
    return case.persons[line - 1]
