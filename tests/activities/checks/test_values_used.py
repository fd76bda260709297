"""What a named check decided with is kept with the finding, and is what the check declares to read."""

from collections.abc import Iterator

import pytest

from infra.catalogue import load_catalogue
from schemas.dossier import RuleFinding
from schemas.named_checks import CHECK_ROWS
from tests.activities.checks.test_named import CASES, of_case
from tests.schemas.cases import EXTENSION, a_map, check

CHECK_OF = {each.rule.id: each.rule.check for ready in load_catalogue().maps() for each in ready.rules}
OF_WHAT_IS_NOT_THERE = frozenset({"required_fields", "required_documents"})
"""Always needed and absent: then there is nothing it was decided with."""


def failing(rule_id: str) -> Iterator[RuleFinding]:
    for given in CASES[rule_id]["fails"]:
        report = check(a_map(given.get("map", EXTENSION)), of_case(given))
        found = (each for each in report.findings if each.rule_id == rule_id)
        yield from (each for each in found if each.outcome == "fails")


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_a_finding_holds_the_values_its_check_declares(rule_id: str) -> None:
    name = CHECK_OF[rule_id] or ""
    row, found = CHECK_ROWS[name], list(failing(rule_id))

    assert found != []
    assert {told for each in found for told in each.given} <= set(row.reads)
    if row.repeats_answer and name not in OF_WHAT_IS_NOT_THERE:
        assert all(each.inputs or each.given for each in found)


def test_digits_that_may_be_a_my_number_are_not_kept_with_the_finding() -> None:
    assert [each.inputs for each in failing("ALL-TX-06")] == [{}]


def test_the_offices_that_were_compared_are_kept_with_their_sources() -> None:
    name = next(rule_id for rule_id in sorted(CASES) if CHECK_OF[rule_id] == "one_office")

    rows = [row for each in failing(name) for row in each.rows]

    assert {row.table for row in rows} == {"offices"}
    assert len({row.told.ja for row in rows}) > 1
