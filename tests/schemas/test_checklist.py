"""The checklist: every prompt of a map once, on the documents that are there or needed, told by the rule it serves."""

from datetime import date, timedelta

import pytest

from infra.catalogue import load_catalogue
from schemas.checklist import checklist_items, checklist_of
from schemas.dossier import DocumentFact, Omission
from schemas.findings import Severity
from schemas.maps import ProcedureMap
from tests.schemas.cases import (
    EXTENSION,
    LAST_DAY,
    PLAN,
    a_complete_dossier,
    a_dossier,
    a_map,
    a_map_followed,
)

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("ready", CATALOGUE.maps(), ids=lambda ready: str(ready.procedure.id))
def test_every_prompt_of_a_map_is_an_item_with_a_key_of_its_own(ready: ProcedureMap) -> None:
    items = checklist_items(ready, None)
    prompted = {(kind.id, each.rule) for kind in ready.procedure.documents for each in kind.look_for}
    known = {row.id for row in ready.tables.checklist} | {each.rule.id for each in ready.rules}

    assert len({item.key for item in items}) == len(items)
    assert prompted <= {(kind, item.rule_id) for item in items for kind in item.kinds}
    assert {item.rule_id for item in items} <= known


def test_what_no_machine_decides_says_why_where_a_figure_or_a_reading_is_missing() -> None:
    told = {item.rule_id: item.why for item in checklist_items(a_map(PLAN), None) if item.why is not None}

    assert {"OTIT-CAP-05", "OTIT-HRS-11", "OTIT-ID-09", "OTIT-PAY-03"} <= set(told)
    assert all(why.ja != why.en for why in told.values())


def test_every_row_of_the_checklist_is_prompted_by_a_map() -> None:
    prompted = {item.rule_id for ready in CATALOGUE.maps() for item in checklist_items(ready, None)}

    assert {row.id for row in CATALOGUE.tables.checklist} <= prompted


def test_an_item_lies_on_the_file_of_each_person() -> None:
    dossier = a_complete_dossier(EXTENSION)
    photos = {fact.person_id: fact.document_id for fact in dossier.documents if fact.kind == "photo"}

    item = next(each for each in checklist_of(a_map(EXTENSION), dossier) if each.rule_id == "ISA-PH-03")

    assert {spot.person_id: spot.document_id for spot in item.spots} == photos
    assert all(spot.kind == "photo" for spot in item.spots)


@pytest.mark.parametrize(
    ("as_of", "severity"), [(LAST_DAY, Severity.CORRECT), (LAST_DAY + timedelta(days=1), Severity.WARN)]
)
def test_an_item_is_told_by_the_rule_in_force_that_day(as_of: date, severity: Severity) -> None:
    ready = a_map_followed("OTIT-HRS-05", LAST_DAY + timedelta(days=1), severity=Severity.WARN)

    told = {item.rule_id: item.severity for item in checklist_of(ready, a_dossier(ready, as_of=as_of))}

    assert told["OTIT-HRS-05"] is severity


def test_what_is_rightly_left_out_is_not_looked_at_and_what_is_missing_still_is() -> None:
    ready = a_map(EXTENSION)
    kind = next(row for row in ready.procedure.documents if row.look_for and row.required_when == "true")
    omitted = Omission(reason="既に提出済み")
    left_out = DocumentFact(document_id="d", kind=kind.id, scope=kind.scope, person_id="p1", omitted=omitted)

    without = checklist_of(ready, a_dossier(ready, documents=(left_out,)))
    missing = checklist_of(ready, a_dossier(ready))

    assert kind.belongs_to_person
    assert kind.id not in {spot.kind for item in without for spot in item.spots}
    assert kind.id in {spot.kind for item in missing for spot in item.spots}


def test_a_document_that_may_be_needed_is_looked_at_and_says_what_is_missing() -> None:
    ready = a_map(EXTENSION)
    kind = next(
        row
        for row in ready.procedure.documents
        if row.look_for and row.required_when not in ("true", "false")
    )

    spots = [spot for item in checklist_of(ready, a_dossier(ready)) for spot in item.spots]

    assert {spot.missing for spot in spots if spot.kind == kind.id} == {
        ready.condition(kind.required_when).inputs
    }


def test_whatever_only_people_decide_says_why_no_machine_does() -> None:
    maps = load_catalogue().maps()
    asked = {each.rule.id for ready in maps for each in ready.rules}
    prompted = {item.rule_id: item.why for ready in maps for item in checklist_items(ready, None)}

    assert {rule_id for rule_id, why in prompted.items() if why is None} - asked == set()
