"""What is asked, or may be left out, in some circumstances only: it is in one clean application and not in another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import pytest

from infra.catalogue import load_catalogue
from schemas.asking import Asking
from schemas.catalogue import Procedure
from schemas.document_list import lines_of
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap
from tests.schemas.cases import PLAN, a_map
from tests.schemas.clean_dossiers import clean_dossiers

Kind = Literal["fields", "documents", "omissions"]
Part = Literal["fields", "documents"]
SAID_IN: Mapping[Kind, tuple[Part, str]] = {
    "fields": ("fields", "required_when"),
    "documents": ("documents", "required_when"),
    "omissions": ("documents", "may_omit_when"),
}
CHANGE, CERTIFICATE = "isa.change.ssw1", "isa.coe.ssw1"
MAPS = [load_catalogue().map_for(procedure.id) for procedure in load_catalogue().procedures()]
ALWAYS_OR_NEVER = (None, "true", "false")


class Row(NamedTuple):
    """A field or document asked, or left out, on a condition; the same row of several maps is one."""

    kind: Kind
    id: str
    condition: str
    per_person: bool


class Seen(NamedTuple):
    """Whether a field is answered, a document named in `asks`, or left out, and what the condition says there."""

    given: bool
    outcome: Literal["holds", "fails", "cannot_decide"]


MET, UNMET = Seen(given=True, outcome="holds"), Seen(given=False, outcome="fails")


def rows_of(procedure: Procedure, kind: Kind) -> Iterator[Row]:
    part, name = SAID_IN[kind]
    for row in getattr(procedure, part):
        condition = getattr(row, name)
        if condition not in ALWAYS_OR_NEVER:
            yield Row(kind, row.id, condition, row.belongs_to_person)


def seen_in(ready: ProcedureMap, dossier: Dossier, asks: frozenset[str]) -> Iterator[tuple[Row, Seen]]:
    asking = Asking(ready, dossier)
    for row in rows_of(ready.procedure, "fields"):
        for subject in asking.subjects(per_person=row.per_person):
            given = row.id in asking.answers(subject)
            yield row, Seen(given, asking.decide(row.condition, subject).outcome)
    for row in rows_of(ready.procedure, "documents"):
        first = asking.subjects(per_person=row.per_person)[0]
        yield row, Seen(row.id in asks, asking.decide(row.condition, first).outcome)
    yield from left_out_in(asking)


def left_out_in(asking: Asking) -> Iterator[tuple[Row, Seen]]:
    """Of what is asked of the application or its first person: whether it is left out, and whether it may be."""
    needs = {line.kind: line.need for line in reversed(lines_of(asking))}
    for row in rows_of(asking.ready.procedure, "omissions"):
        first = asking.subjects(per_person=row.per_person)[0]
        papers = asking.documents(row.id, first.person_id if first else None)
        if needs[row.id] in ("needed", "omittable"):
            outcome = asking.decide(row.condition, first).outcome
            yield row, Seen(any(paper.omitted for paper in papers), outcome)


def gaps(maps: Iterable[ProcedureMap]) -> set[tuple[str, Row]]:
    """Rows nowhere asked (left out), or nowhere left unasked (attached), in the clean applications of these maps."""
    known: dict[Row, set[Seen]] = {}
    for ready in maps:
        for dossier, asks in clean_dossiers(ready.procedure.id):
            for row, seen in seen_in(ready, dossier, asks):
                known.setdefault(row, set()).add(seen)
    sides: Mapping[str, Seen] = {"never met": MET, "never unmet": UNMET}
    return {(name, row) for row, seen in known.items() for name, side in sides.items() if side not in seen}


def turned_round(ready: ProcedureMap, kind: Kind, row_id: str) -> ProcedureMap:
    part, name = SAID_IN[kind]
    given = ready.procedure.model_dump()
    for row in given[part]:
        if row["id"] == row_id:
            row[name] = f"!({row[name]})"
    return replace(ready, procedure=Procedure.model_validate(given))


def test_every_condition_is_met_in_a_clean_application_and_not_in_another() -> None:
    assert sorted(gaps(MAPS)) == []


@pytest.mark.parametrize("ready", MAPS, ids=lambda ready: ready.procedure.id)
def test_a_document_named_as_asked_is_asked_there_on_a_condition(ready: ProcedureMap) -> None:
    for dossier, asks in clean_dossiers(ready.procedure.id):
        seen = {row.id: each for row, each in seen_in(ready, dossier, asks) if row.kind == "documents"}

        assert [name for name in asks if seen.get(name) != MET] == []


@pytest.mark.parametrize(
    ("procedure_id", "kind", "row_id"),
    [
        (PLAN, "fields", "goal_task"),
        (CHANGE, "documents", "hotel_licence"),
        (CERTIFICATE, "omissions", "wage_rules"),
    ],
)
def test_a_condition_turned_round_is_noticed(procedure_id: str, kind: Kind, row_id: str) -> None:
    ready = a_map(procedure_id)

    before, after = gaps([ready]), gaps([turned_round(ready, kind, row_id)])

    assert (kind, row_id) not in {(row.kind, row.id) for _, row in before}
    assert {(row.kind, row.id) for _, row in after - before} == {(kind, row_id)}
