"""The catalogue as pages: every procedure, document, rule and table, searchable, with sources and what is unverified."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from api.access import Principal, needs
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.terms import Terms
from api.pages.visit import Visit
from schemas.calendar import japan_date
from schemas.catalogue import Bilingual, Bound, Rule, Sourced
from schemas.checklist import ChecklistItem, checklist_items
from schemas.deadlines import Derivation
from schemas.expression_words import in_words
from schemas.lodging import bound_told
from schemas.maps import Catalogue, ProcedureMap, UnknownProcedure
from schemas.refusals import Refused
from schemas.table_names import table_name
from schemas.tables import FeeAmount, Tables

FOUND_AT_MOST = 100

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SignedIn = Annotated[Principal, Depends(needs())]


class Hit(NamedTuple):
    """One thing the search found: where it is, what it is called, and the row it comes from."""

    kind: str
    href: str
    id: str
    name: Bilingual
    row: Sourced | ChecklistItem


@router.get("/catalogue")
async def show_catalogue(
    request: Request,
    at: AtDesk,
    principal: SignedIn,
    search: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Every procedure and table; with a search, everything whose id or name in either language holds the words."""
    catalogue = at.catalogue
    words = search.casefold().split()
    hits = [each for each in _everything(catalogue) if _has(each, words)] if words else []
    return Visit(request, at, principal).show(
        "catalogue.html",
        search=search,
        hits=hits[:FOUND_AT_MOST],
        more=max(0, len(hits) - FOUND_AT_MOST),
        procedures=catalogue.procedures(),
        today=japan_date(at.now()),
        table_name=table_name,
        tables={name: len(rows) for name, rows in table_rows(catalogue.tables).items()},
        unverified=sum(each.row.verification == "unverified" for each in _everything(catalogue)),
        rules=len(_rules(catalogue)),
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
        terms=Terms(ready, visit.locale),
        ready=ready,
        sources=ready.tables.source_titles(),
        versions=[each.procedure for each in at.catalogue.maps() if each.procedure.id == procedure_id],
        told=lambda condition: in_words(ready, condition),
        bounds=_bounds,
        items=checklist_items(ready),
        cut_off=ready.tables.cut_off(ready.procedure.window.cut_off or ""),
        fees=_fees_of(ready),
    )


@router.get("/catalogue/rules/{rule_id}")
async def show_rule(request: Request, at: AtDesk, principal: SignedIn, rule_id: str) -> Response:
    """One rule: what it asks by machine, in words and as written, what a person looks for, and the procedures with it."""
    ready = next((each for each in at.catalogue.maps() if rule_id in each.procedure.rules), None)
    prompts = _prompts(at.catalogue, rule_id)
    if ready is None and not prompts:
        raise Refused("not_found")
    rule = _rules(at.catalogue)[rule_id] if ready else None
    return Visit(request, at, principal).show(
        "catalogue_rule.html",
        rule_id=rule_id,
        rule=rule,
        title=rule.title if rule else prompts[0].item.title,
        words=in_words(ready, rule.expression) if ready and rule and rule.expression else None,
        applies=in_words(ready, rule.applies_when) if ready and rule else None,
        prompts=prompts,
        procedures=[each.procedure for each in at.catalogue.maps() if rule_id in each.procedure.rules],
        sources=at.catalogue.tables.source_titles(),
    )


class Prompted(NamedTuple):
    """What a person looks for by a rule, and the maps that prompt it."""

    item: ChecklistItem
    maps: list[ProcedureMap]


def _prompts(catalogue: Catalogue, rule_id: str | None = None) -> list[Prompted]:
    """Every prompt (of one rule), what several maps prompt alike once."""
    found: dict[tuple[str, str], Prompted] = {}
    for ready in catalogue.maps():
        for item in checklist_items(ready):
            if rule_id in (None, item.rule_id):
                found.setdefault((item.rule_id, item.prompt.ja), Prompted(item, [])).maps.append(ready)
    return list(found.values())


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


def table_rows(tables: Tables) -> Mapping[str, tuple[Any, ...]]:
    """Every table of rows by its name."""
    found = {name: getattr(tables, name) for name in type(tables).model_fields}
    return {name: rows for name, rows in found.items() if isinstance(rows, tuple)}


def _bounds(earliest: Bound | None, latest: Bound | None) -> list[tuple[Derivation, Bound]]:
    """Both ends of a span in words, each with its row."""
    ends = ((earliest, False), (latest, True))
    return [
        (told, each) for each, is_latest in ends if each for told in bound_told(each, is_latest=is_latest)
    ]


def _fees_of(ready: ProcedureMap) -> list[FeeAmount]:
    """The amounts under the map's fee, for every answer that chooses one and every channel it has."""
    row = ready.procedure.fee
    field = ready.procedure.field(row.by or "")
    wanted = {f"{row.table}.{choice.id}" for choice in field.choices} if field else {row.table}
    channels = {None, *(channel.id for channel in ready.procedure.channels)}
    return [each for each in ready.tables.fees if each.table in wanted and each.channel in channels]


def _rules(catalogue: Catalogue) -> dict[str, Rule]:
    return {each.rule.id: each.rule for ready in catalogue.maps() for each in ready.rules}


def _everything(catalogue: Catalogue) -> Iterator[Hit]:
    for ready in catalogue.maps():
        yield from _of_a_map(ready)
    for rule in _rules(catalogue).values():
        yield Hit("rule", f"/catalogue/rules/{rule.id}", rule.id, rule.title, rule)
    for item, _ in _prompts(catalogue):
        yield Hit("item", f"/catalogue/rules/{item.rule_id}", item.rule_id, item.prompt, item)
    for name, rows in table_rows(catalogue.tables).items():
        for row in rows:
            if isinstance(row, Sourced):
                yield Hit("table", f"/catalogue/tables/{name}", name, _name_of(row), row)


def _of_a_map(ready: ProcedureMap) -> Iterator[Hit]:
    procedure = ready.procedure
    href = f"/catalogue/procedures/{procedure.id}?version={procedure.version}"
    yield Hit("procedure", href, procedure.id, procedure.name, procedure)
    for kind in procedure.documents:
        yield Hit("document", f"{href}#d-{kind.id}", kind.id, Bilingual(ja=kind.ja, en=kind.en), kind)
    for field in procedure.fields:
        yield Hit("field", f"{href}#f-{field.id}", field.id, field.label, field)


def _name_of(row: Sourced) -> Bilingual:
    """What a row of a table is called: its names, or its telling values."""
    ja, en = getattr(row, "ja", None), getattr(row, "en", None)
    told = " ".join(
        str(value) for value in row.model_dump(mode="json", exclude=set(Sourced.model_fields)).values()
    )
    return Bilingual(
        ja=ja if isinstance(ja, str) else told or "—", en=en if isinstance(en, str) else told or "—"
    )


def _has(hit: Hit, words: list[str]) -> bool:
    text = f"{hit.id} {hit.name.ja} {hit.name.en}".casefold()
    return all(word in text for word in words)
