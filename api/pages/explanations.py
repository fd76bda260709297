"""Why a rule found something, on one page; and for managers, what newer rules would change and their adoption."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import explanations, inspections
from api.act_paths import FindingInPath
from api.acts import case_at
from api.desk import AtDesk
from api.explanations import Reader
from api.inspections import Adopter, Inspector
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.paths import NumberInPath
from schemas.identifiers import number_of
from schemas.parties import Right

WEIGHED = 20

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/findings/{finding_id}/explanation")
async def show_explanation(
    request: Request, at: AtDesk, principal: Reader, finding_id: FindingInPath
) -> Response:
    """The values, the condition, the source, and what would make it pass."""
    visit = Visit(request, at, principal)
    told = await explanations.show_explanation(principal, at, finding_id)
    number = number_of(finding_id)
    terms = await visit.terms(await case_at(at, number))
    return visit.show("explanation.html", number=number, terms=terms, told=told)


@router.get("/impact")
async def show_impact(
    request: Request,
    at: AtDesk,
    principal: Inspector,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> Response:
    """Open applications under other rules, with what the shipped ones would change."""
    return await _impact_page(Visit(request, at, principal), cursor)


async def _impact_page(
    visit: Visit, cursor: str | None = None, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED
) -> Response:
    asked = inspections.ImpactQuery(limit=WEIGHED, cursor=cursor)
    page = await inspections.show_impact(visit.principal, visit.at, asked)
    return visit.show(
        "impact.html",
        trouble=trouble,
        filled=form,
        page=page,
        names={row.id: row.name for row in visit.at.catalogue.procedures()},
        may_adopt=Right.ADOPT_RULES in visit.principal.rights,
    )


@router.post("/applications/{number}/rules")
async def adopt(
    request: Request, at: AtDesk, principal: Adopter, number: NumberInPath, form: FilledIn
) -> Response:
    """Adopt the shipped rules for one application."""

    async def act() -> None:
        body = made(
            inspections.Adopted,
            pack_version=form.text("pack_version") or "",
            reason=form.text("reason") or "",
        )
        await inspections.adopt(principal, at, number, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await _impact_page(Visit(request, at, principal), trouble=trouble, form=form)
    return gone_to("/impact", "rules_adopted")
