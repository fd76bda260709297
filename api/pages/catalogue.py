"""The catalogue as pages: every procedure, document, rule and table, searchable, with sources and what is unverified."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from api.access import Principal, needs
from api.desk import AtDesk
from api.pages.catalogue_search import everything, found, prompts_of, rules_of, table_rows
from api.pages.doors import PageRoute
from api.pages.visit import Visit
from schemas.calendar import japan_date
from schemas.catalogue import Bound, Sourced
from schemas.checklist import checklist_items
from schemas.deadlines import Derivation
from schemas.explaining import read_by
from schemas.expression_words import in_words
from schemas.lodging import bound_told
from schemas.maps import ProcedureMap, UnknownProcedure
from schemas.named_checks import CHECK_ROWS
from schemas.offices import offices_of
from schemas.refusals import Refused
from schemas.table_names import table_name
from schemas.tables import FeeAmount, Office

FOUND_AT_MOST = 100

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SignedIn = Annotated[Principal, Depends(needs())]


@router.get("/catalogue")
async def show_catalogue(
    request: Request,
    at: AtDesk,
    principal: SignedIn,
    search: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Every procedure and table; with a search, everything the words are found in."""
    catalogue, today = at.catalogue, japan_date(at.now())
    hits = found(catalogue, search, today)
    return Visit(request, at, principal).show(
        "catalogue.html",
        search=search,
        hits=hits[:FOUND_AT_MOST],
        more=max(0, len(hits) - FOUND_AT_MOST),
        procedures=catalogue.procedures(),
        today=today,
        table_name=table_name,
        tables={name: len(rows) for name, rows in table_rows(catalogue.tables).items()},
        unverified=sum(
            each.row.verification == "unverified" for each in everything(catalogue, today) if each.row
        ),
        rules=len(rules_of(catalogue)),
    )


@router.get("/catalogue/procedures/{procedure_id}")
async def show_procedure(
    request: Request,
    at: AtDesk,
    principal: SignedIn,
    procedure_id: str,
    version: Annotated[date | None, Query()] = None,
) -> Response:
    """One map whole: fields, documents, checklist, window, office, channels, fee, days, results, rules; with sources."""
    visit = Visit(request, at, principal)
    try:
        ready = at.catalogue.map_for(procedure_id, version=version)
    except UnknownProcedure:
        raise Refused("not_found") from None
    return visit.show(
        "catalogue_procedure.html",
        terms=visit.terms_of(ready),
        ready=ready,
        sources=ready.tables.source_titles(),
        versions=[each.procedure for each in at.catalogue.maps() if each.procedure.id == procedure_id],
        told=lambda condition: in_words(ready, condition),
        bounds=_bounds,
        items=checklist_items(ready, japan_date(at.now())),
        cut_off=ready.tables.cut_off(ready.procedure.window.cut_off or ""),
        fees=_fees_of(ready),
        offices=_offices_of(ready),
    )


@router.get("/catalogue/rules/{rule_id}")
async def show_rule(request: Request, at: AtDesk, principal: SignedIn, rule_id: str) -> Response:
    """One rule: what it asks by machine, in words and as written, what a person looks for, and the procedures with it."""
    ready = next((each for each in at.catalogue.maps() if rule_id in each.procedure.rules), None)
    today = japan_date(at.now())
    prompts = prompts_of(at.catalogue, today, rule_id)
    if ready is None and not prompts:
        raise Refused("not_found")
    chosen = ready.rule(rule_id, today) if ready else None
    rule = chosen.rule if chosen else None
    check = CHECK_ROWS.get(rule.check or "") if rule else None
    return Visit(request, at, principal).show(
        "catalogue_rule.html",
        rule_id=rule_id,
        rule=rule,
        title=rule.title if rule else prompts[0].item.title,
        check=check,
        reads=tuple(read_by(ready, check)) if ready and check else (),
        words=in_words(ready, rule.expression) if ready and rule and rule.expression else None,
        applies=in_words(ready, rule.applies_when) if ready and rule else None,
        at_other_times=[each for each in rules_of(at.catalogue) if each.id == rule_id and each != rule],
        prompts=prompts,
        practice=[each for each in at.catalogue.tables.practice_items if rule_id in each.by],
        practice_table=table_name("practice_items"),
        procedures=[each.procedure for each in at.catalogue.maps() if rule_id in each.procedure.rules],
        sources=at.catalogue.tables.source_titles(),
    )


@router.get("/catalogue/tables/{name}")
async def show_table(request: Request, at: AtDesk, principal: SignedIn, name: str) -> Response:
    """One table, row by row, with sources and dates."""
    rows = table_rows(at.catalogue.tables).get(name)
    if rows is None:
        raise Refused("not_found")
    plain = [row.model_dump(mode="json") if isinstance(row, BaseModel) else {"value": row} for row in rows]
    return Visit(request, at, principal).show(
        "catalogue_table.html",
        name=name,
        named=table_name(name),
        columns=sorted(plain[0], key=lambda each: each in Sourced.model_fields) if plain else [],
        rows=plain,
        sources=at.catalogue.tables.source_titles(),
    )


def _bounds(earliest: Bound | None, latest: Bound | None) -> list[tuple[Derivation, Bound]]:
    """Both ends of a span in words, each with its row."""
    ends = ((earliest, False), (latest, True))
    return [
        (told, each) for each, is_latest in ends if each for told in bound_told(each, is_latest=is_latest)
    ]


def _offices_of(ready: ProcedureMap) -> list[Office]:
    """The rows of the one office that the map names, each with its days; none where a prefecture decides."""
    row = ready.procedure.office
    return [each for each in offices_of(ready.tables, row.table, None) if each.id == row.office]


def _fees_of(ready: ProcedureMap) -> list[FeeAmount]:
    """The amounts under the map's fee, for every answer that chooses one and every channel it has."""
    row = ready.procedure.fee
    field = ready.procedure.field(row.by or "")
    wanted = {f"{row.table}.{choice.id}" for choice in field.choices} if field else {row.table}
    channels = {None, *(channel.id for channel in ready.procedure.channels)}
    return [each for each in ready.tables.fees if each.table in wanted and each.channel in channels]
