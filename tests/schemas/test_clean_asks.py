"""What is asked in some circumstances only is asked in one clean application and not in another, as the files say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import pytest

from infra.catalogue import load_catalogue
from schemas.asking import Asking
from schemas.catalogue import Procedure
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap
from tests.schemas.cases import PLAN, a_map
from tests.schemas.clean_dossiers import clean_dossiers

Kind = Literal["fields", "documents"]
CHANGE = "isa.change.ssw1"
MAPS = [load_catalogue().map_for(procedure.id) for procedure in load_catalogue().procedures()]
ALWAYS_OR_NEVER = (None, "true", "false")


class Row(NamedTuple):
    """A field or document asked on a condition; the same row of several maps is one."""

    kind: Kind
    id: str
    condition: str
    per_person: bool


class Seen(NamedTuple):
    """Whether a field is answered, or a document named in `asks`, and what the condition says there."""

    given: bool
    outcome: Literal["holds", "fails", "cannot_decide"]


ASKED, NOT_ASKED = Seen(given=True, outcome="holds"), Seen(given=False, outcome="fails")


def rows_of(procedure: Procedure, kind: Kind) -> Iterator[Row]:
    for row in getattr(procedure, kind):
        if row.required_when not in ALWAYS_OR_NEVER:
            yield Row(kind, row.id, row.required_when, row.belongs_to_person)


def seen_in(ready: ProcedureMap, dossier: Dossier, asks: frozenset[str]) -> Iterator[tuple[Row, Seen]]:
    asking = Asking(ready, dossier)
    for row in rows_of(ready.procedure, "fields"):
        for subject in asking.subjects(per_person=row.per_person):
            given = row.id in asking.answers(subject)
            yield row, Seen(given, asking.decide(row.condition, subject).outcome)
    for row in rows_of(ready.procedure, "documents"):
        first = asking.subjects(per_person=row.per_person)[0]
        yield row, Seen(row.id in asks, asking.decide(row.condition, first).outcome)


def gaps(maps: Iterable[ProcedureMap]) -> set[tuple[str, Row]]:
    """Rows that are nowhere asked, or nowhere left unasked, in the clean applications of these maps."""
    known: dict[Row, set[Seen]] = {}
    for ready in maps:
        for dossier, asks in clean_dossiers(ready.procedure.id):
            for row, seen in seen_in(ready, dossier, asks):
                known.setdefault(row, set()).add(seen)
    sides: Mapping[str, Seen] = {"never asked": ASKED, "never left unasked": NOT_ASKED}
    return {(name, row) for row, seen in known.items() for name, side in sides.items() if side not in seen}


def turned_round(ready: ProcedureMap, kind: Kind, row_id: str) -> ProcedureMap:
    given = ready.procedure.model_dump()
    for row in given[kind]:
        if row["id"] == row_id:
            row["required_when"] = f"!({row['required_when']})"
    return replace(ready, procedure=Procedure.model_validate(given))


def test_every_condition_is_met_in_a_clean_application_and_not_in_another() -> None:
    assert sorted(gaps(MAPS)) == []


@pytest.mark.parametrize("ready", MAPS, ids=lambda ready: ready.procedure.id)
def test_a_document_named_as_asked_is_asked_there_on_a_condition(ready: ProcedureMap) -> None:
    for dossier, asks in clean_dossiers(ready.procedure.id):
        seen = {row.id: each for row, each in seen_in(ready, dossier, asks) if row.kind == "documents"}

        assert [name for name in asks if seen.get(name) != ASKED] == []


@pytest.mark.parametrize(
    ("procedure_id", "kind", "row_id"),
    [(PLAN, "fields", "goal_task"), (CHANGE, "documents", "hotel_licence")],
)
def test_a_condition_turned_round_is_noticed(procedure_id: str, kind: Kind, row_id: str) -> None:
    ready = a_map(procedure_id)

    before, after = gaps([ready]), gaps([turned_round(ready, kind, row_id)])

    assert row_id not in {row.id for _, row in before}
    assert {row.id for _, row in after - before} == {row_id}
