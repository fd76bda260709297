"""Every procedure has a clean application that no rule objects to, and each thing spoiled in it gives its own findings."""

from functools import cache

import pytest

from infra.catalogue import load_catalogue
from schemas.dossier import CheckReport, Dossier
from schemas.findings import Severity
from tests.schemas.cases import check
from tests.schemas.clean_dossiers import FOLDER, Defect, a_clean_dossier, defects, spoiled, variants

PROCEDURES = [row.id for row in load_catalogue().procedures()]
DEFECTS = [defect for procedure_id in PROCEDURES for defect in defects(procedure_id)]
VARIANTS = [each for procedure_id in PROCEDURES for each in variants(procedure_id)]
GRAVE = (Severity.BLOCK, Severity.CORRECT)


def failed(report: CheckReport) -> set[str]:
    return {finding.rule_id for finding in report.findings if finding.outcome == "fails"}


def test_every_procedure_has_a_clean_application_and_no_other_has() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(PROCEDURES)


def assert_clean(procedure_id: str, dossier: Dossier) -> None:
    report = check(load_catalogue().map_for(procedure_id), dossier)

    grave = [finding for finding in report.findings if finding.severity in GRAVE]
    assert [(row.rule_id, row.place) for row in grave if row.outcome == "fails"] == []
    assert {
        name for finding in report.findings for name in finding.missing if not name.startswith("table:")
    } == set()


@cache
def failed_before(procedure_id: str) -> set[str]:
    return failed(check(load_catalogue().map_for(procedure_id), a_clean_dossier(procedure_id)))


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_no_rule_objects_to_a_clean_application(procedure_id: str) -> None:
    assert_clean(procedure_id, a_clean_dossier(procedure_id))


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_no_rule_objects_to_a_clean_application_in_other_circumstances(variant: Defect) -> None:
    assert_clean(variant.procedure_id, spoiled(variant))


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_a_defect_gives_exactly_its_own_findings(defect: Defect) -> None:
    ready = load_catalogue().map_for(defect.procedure_id)

    after = failed(check(ready, spoiled(defect)))

    assert after - failed_before(defect.procedure_id) == defect.found


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_every_procedure_has_defects(procedure_id: str) -> None:
    assert len(list(defects(procedure_id))) >= 2


def test_every_rule_of_every_map_is_found_by_some_defect() -> None:
    rules = {rule.rule.id for row in PROCEDURES for rule in load_catalogue().map_for(row).rules}

    assert rules - frozenset().union(*(defect.found for defect in DEFECTS)) == set()
