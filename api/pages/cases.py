"""One case for the desk's people: the overview, and what managers do to it: hold, let go on, waive."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import cases, checklists, findings, holds, proposals
from api.access import Principal, needs
from api.act_paths import FindingInPath
from api.desk import AtDesk
from api.findings import Waived
from api.holds import Holding
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paths import NumberInPath
from schemas.findings import UNSETTLED
from schemas.identifiers import number_of
from schemas.parties import Right
from schemas.standing import Stage

MayWaive = Annotated[Principal, Depends(needs(Right.WAIVE))]
HOLD_REASONS = ("client_asked", "authority_closed", "rule_changes", "other")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


async def overview_page(
    visit: Visit, number: str, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    """All of a case but its content."""
    case = await cases.show_overview(visit.principal, visit.at, number)
    terms = await visit.terms(case)
    return visit.show(
        "case.html",
        trouble=trouble,
        filled=form,
        case=case,
        terms=terms,
        people={line.person_id: terms.person(line.position) for line in case.persons},
        unsettled=UNSETTLED,
        checklist=await checklists.show_checklist(visit.principal, visit.at, number),
        hold_reasons=HOLD_REASONS,
        is_closed=case.stage is Stage.CLOSED,
        may_hold=Right.HOLD in visit.principal.rights,
        may_waive=Right.WAIVE in visit.principal.rights,
        may_inspect=Right.INSPECT in visit.principal.rights,
        may_propose=Right.REVIEW in visit.principal.rights,
        proposed=await proposals.show_proposals(visit.principal, visit.at, number),
        came_from=case.came_from,
    )


@router.post("/applications/{number}/hold")
async def place_hold(
    request: Request, at: AtDesk, principal: Holding, number: NumberInPath, form: FilledIn
) -> Response:
    """Stop the clocks."""

    async def act() -> None:
        body = made(
            holds.HoldAsked,
            reason=form.text("reason") or "",
            until_on=form.text("until_on"),
            words=form.text("words"),
        )
        await holds.place_hold(principal, at, number, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await overview_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "held")


@router.post("/applications/{number}/release-hold")
async def release_hold(
    request: Request, at: AtDesk, principal: Holding, number: NumberInPath, form: FilledIn
) -> Response:
    """Let the clocks go on."""

    async def act() -> None:
        await holds.release_hold(principal, at, number, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await overview_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "let_go_on")


@router.post("/findings/{finding_id}/waive")
async def waive(
    request: Request, at: AtDesk, principal: MayWaive, finding_id: FindingInPath, form: FilledIn
) -> Response:
    """Waive one finding with a written reason."""
    number = number_of(finding_id)

    async def act() -> None:
        body = made(Waived, reason=form.text("reason") or "")
        await findings.waive(principal, at, finding_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await overview_page(Visit(request, at, principal), number, trouble=trouble, form=form)
    return gone_to(f"/applications/{number}", "waived", "#findings")
