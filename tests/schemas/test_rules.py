"""What the rules say of given answers, case by case from data files, and how findings are told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from infra.catalogue import load_catalogue
from schemas.findings import Severity
from schemas.maps import ProcedureMap
from schemas.rules import filled
from tests.schemas.cases import (
    EXTENSION,
    PLAN,
    RuleCase,
    a_dossier,
    a_map,
    check,
    outcome_of,
    rule_cases,
)

CASES = list(rule_cases())
PROCEDURES = [row.id for row in load_catalogue().procedures()]


@pytest.mark.parametrize("rule_id", sorted({case.rule_id for case in CASES}))
def test_a_rule_says_what_its_cases_expect_in_every_map_that_has_it(rule_id: str) -> None:
    own = [case for case in CASES if case.rule_id == rule_id]

    assert {str(case): outcome_of(case) for case in own} == {str(case): case.expected for case in own}


def test_every_condition_is_tried_on_both_sides() -> None:
    tried = {(case.procedure_id, case.rule_id, case.expected) for case in CASES}

    for procedure_id in PROCEDURES:
        for rule in a_map(procedure_id).rules:
            if rule.holds is not None:
                assert (procedure_id, rule.rule.id, "holds") in tried, rule.rule.id
                assert (procedure_id, rule.rule.id, "fails") in tried, rule.rule.id


def sharpened(condition: str) -> Iterator[str]:
    """The same condition with one comparison moved by the smallest step, for each comparison in it."""
    moved = {">=": ">", "<=": "<", ">": ">=", "<": "<=", "==": "!="}
    for found in re.finditer(r">=|<=|==|>|<", condition):
        yield condition[: found.start()] + moved[found.group()] + condition[found.end() :]


@pytest.mark.parametrize("clause", ["expression", "applies_when"])
def test_moving_any_comparison_by_one_step_is_noticed_by_a_case(clause: str) -> None:
    rules = {rule.rule.id: rule.rule for procedure_id in PROCEDURES for rule in a_map(procedure_id).rules}

    unnoticed = [
        f"{rule_id}: {text}"
        for rule_id, rule in rules.items()
        for text in sharpened(getattr(rule, clause) or "")
        if not noticed(rule_id, clause, text)
    ]

    assert unnoticed == []


def noticed(rule_id: str, clause: str, text: str) -> bool:
    """Whether a case of some map has another outcome when that clause of the rule says `text` instead."""
    return any(
        outcome_of(case, with_condition(case, clause, text)) != case.expected
        for case in CASES
        if case.rule_id == rule_id
    )


def with_condition(case: RuleCase, clause: str, text: str) -> ProcedureMap:
    ready = a_map(case.procedure_id, only=case.rule_id)
    rule, condition = ready.rules[0], ready.condition(text)
    changed = replace(rule, holds=condition) if clause == "expression" else replace(rule, applies=condition)
    return replace(ready, rules=(changed,))


def test_what_a_rule_hangs_on_is_tried_both_ways() -> None:
    tried = {(case.rule_id, case.expected) for case in CASES}
    hanging = {
        rule.rule.id
        for procedure_id in PROCEDURES
        for rule in a_map(procedure_id).rules
        if rule.rule.applies_when != "true"
    }

    assert {rule_id for rule_id in hanging if (rule_id, "not_applicable") not in tried} == set()


def test_all_persons_are_asked_and_all_findings_come_together() -> None:
    ready = a_map(EXTENSION)
    dossier = a_dossier(ready, {"card_number": "WRONG", "requested_months": 60}, persons=3)

    report = check(ready, dossier)

    wrong = [finding for finding in report.findings if finding.outcome == "fails"]
    assert [finding.person_id for finding in wrong if finding.rule_id == "ISA-RC-01"] == ["p1", "p2", "p3"]
    assert [finding.person_id for finding in wrong if finding.rule_id == "ISA-SW-02"] == ["p1", "p2", "p3"]


def test_the_same_content_gives_the_same_report() -> None:
    ready = a_map(PLAN)
    dossier = a_dossier(ready, {"hours_total": 1920, "hours_lecture": 319, "prior_course": False})

    assert check(ready, dossier) == check(ready, dossier)


def test_a_finding_keeps_its_key_over_rounds_and_differs_between_persons() -> None:
    ready = a_map(EXTENSION, only="ISA-RC-01")

    first = check(ready, a_dossier(ready, {"card_number": "WRONG"}, persons=2))
    second = check(ready, a_dossier(ready, {"card_number": "WRONG AGAIN"}, persons=2))

    assert [finding.key for finding in first.findings] == [finding.key for finding in second.findings]
    assert len({finding.key for finding in first.findings}) == 2


def test_keys_and_messages_carry_no_answer_of_a_person() -> None:
    ready = a_map(EXTENSION)
    canary = "CANARY7"
    dossier = a_dossier(ready, {"card_number": canary, "passport_number": canary, "name_latin": canary})

    report = check(ready, dossier)

    told = [filled(rule.rule.message, finding.message_values).en for rule in ready.rules for finding in report.findings
            if finding.rule_id == rule.rule.id]  # fmt: skip
    assert not any(canary in text for text in [*told, *(finding.key for finding in report.findings)])
    assert any(canary in finding.inputs.values() for finding in report.findings)


def test_a_message_shows_the_computed_limit_in_both_languages() -> None:
    ready = a_map(PLAN, only="OTIT-TIME-01")
    report = check(ready, a_dossier(ready, {"planned_start_on": "2027-08-31"}))

    message = filled(ready.rules[0].rule.message, report.findings[0].message_values).ja

    assert "2027-02-28" in message
    assert "2027-02-28" in filled(ready.rules[0].rule.message, report.findings[0].message_values).en


def test_what_cannot_be_decided_names_what_is_missing() -> None:
    ready = a_map(PLAN, only="OTIT-HRS-01")

    report = check(ready, a_dossier(ready, {"hours_required": 900}))

    assert report.findings[0].missing == ("hours_training",)


def test_a_rule_that_may_not_apply_is_told_without_what_only_its_condition_looks_up() -> None:
    ready = a_map(PLAN, only="OTIT-HRS-11")

    (finding,) = check(ready, a_dossier(ready, {"occupation_code": "2-1-9"})).findings

    assert (finding.missing, finding.rows) == (("occupation_transferable",), ())


def test_an_unpublished_wage_is_named_and_never_guessed() -> None:
    ready = a_map(PLAN, only="ALL-PAY-01")
    answers = {
        "monthly_base_yen": 1,
        "fixed_allowances_yen": 0,
        "annual_hours": 2000,
        "workplace_prefecture": "13",
        "contract_from_on": "2027-06-11",
        "contract_to_on": "2028-05-09",
    }

    report = check(ready, a_dossier(ready, answers))

    assert report.findings[0].outcome == "cannot_decide"
    assert report.findings[0].missing == ("table:minimum_wages",)


def test_an_answer_of_a_wrong_type_counts_as_missing() -> None:
    ready = a_map(PLAN, only="OTIT-HRS-09")

    report = check(ready, a_dossier(ready, {"lecture_hours_per_day": "eight"}))

    assert report.findings[0].outcome == "cannot_decide"


def test_the_gravest_failure_decides_what_the_desk_does_next() -> None:
    ready = a_map(EXTENSION)

    nothing_wrong = check(
        ready, a_dossier(a_map(EXTENSION, only="ISA-RC-01"), {"card_number": "AB12345678CD"})
    )
    alone = check(a_map(EXTENSION, only="ISA-RC-01"), a_dossier(ready, {"card_number": "AB12345678CD"}))
    blocked = check(ready, a_dossier(ready, {"stay_expires_on": "2026-11-01", "card_number": "WRONG"}))

    assert alone.worst() is None
    assert nothing_wrong.worst() == Severity.CORRECT
    assert blocked.worst() == Severity.BLOCK


def test_a_rule_is_asked_only_while_it_is_in_force() -> None:
    ready = a_map(PLAN, only="OTIT-HRS-09")
    ended = replace(
        ready.rules[0], rule=ready.rules[0].rule.model_copy(update={"valid_to": date(2026, 11, 21)})
    )
    last_day = replace(
        ready.rules[0], rule=ready.rules[0].rule.model_copy(update={"valid_to": date(2026, 11, 22)})
    )
    dossier = a_dossier(ready, {"lecture_hours_per_day": 9})

    assert check(replace(ready, rules=(ended,)), dossier).findings == ()
    assert len(check(replace(ready, rules=(last_day,)), dossier).findings) == 1


def test_a_value_that_cannot_be_computed_shows_as_a_question_mark() -> None:
    ready = a_map(PLAN, only="ALL-PAY-01")
    report = check(ready, a_dossier(ready))

    assert "(?円)" in filled(ready.rules[0].rule.message, report.findings[0].message_values).ja


def test_the_months_of_contributions_are_counted_from_25_to_2_months_back() -> None:
    ready = a_map(EXTENSION, only="ISA-TX-01")
    answers = {"health_insurance": "national", "pension": "national", "unpaid_months": 1}

    report = check(ready, a_dossier(ready, answers, as_of=date(2026, 4, 30)))

    assert report.findings[0].message_values == {"from": "2024-03", "to": "2026-02"}
