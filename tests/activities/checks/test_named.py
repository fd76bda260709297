"""What the checks written in code say, case by case from a data file that an officer can read."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from activities.checks.named import NAMED_CHECKS
from infra.catalogue import load_catalogue
from schemas.dossier import Dossier
from schemas.elsewhere import CaseElsewhere
from schemas.mrz import read_zone
from tests.schemas.cases import EXTENSION, a_map, check
from tests.schemas.clean_dossiers import Defect, spoiled

CASES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("named.toml").read_text(encoding="utf-8")
)


def of_case(given: Mapping[str, Any]) -> Dossier:
    papers = {kind: _known(changed) for kind, changed in given.get("documents", {}).items()}
    spoilt = Defect(given.get("map", EXTENSION), "case", frozenset(), {**given, "documents": papers})
    others = tuple(CaseElsewhere.model_validate(each) for each in given.get("elsewhere", ()))
    return spoiled(spoilt).model_copy(update={"elsewhere": others})


def _known(changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is known of a file: `false` is not known; two lines are a passport's zone on page 1."""
    known = {name: None if value is False else value for name, value in changed.items()}
    lines, seen_in = known.pop("zone", None), known.pop("seen_in", "text")
    if lines is None:
        return known
    zone = read_zone(*lines)
    assert zone is not None, lines
    return {**known, "passports": ({"page": 1, "zone": zone, "seen_in": seen_in},)}


def outcome(rule_id: str, given: Mapping[str, Any]) -> str:
    findings = check(a_map(given.get("map", EXTENSION)), of_case(given)).findings
    outcomes = {finding.outcome for finding in findings if finding.rule_id == rule_id}
    return "fails" if "fails" in outcomes else "cannot_decide" if outcomes else "holds"


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_a_check_says_what_its_cases_expect(rule_id: str) -> None:
    told = [
        (expected, outcome(rule_id, given)) for expected, givens in CASES[rule_id].items() for given in givens
    ]

    assert [said for _, said in told] == [expected for expected, _ in told]
    assert {"holds", "fails"} <= set(CASES[rule_id])


def test_every_check_of_a_shipped_map_has_its_cases() -> None:
    rules = {each.rule.id: each.rule.check for ready in load_catalogue().maps() for each in ready.rules}
    checks = {rule_id: check for rule_id, check in rules.items() if check is not None}

    assert set(CASES) == set(checks)
    assert set(checks.values()) <= set(NAMED_CHECKS)
