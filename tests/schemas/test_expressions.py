"""Conditions: typed when loaded, undecided rather than wrong when something is missing."""

from datetime import UTC, date, datetime

import pytest

from schemas.expressions import ExpressionError, Inputs, Vocabulary, as_input, compile_condition
from tests.schemas.cases import a_map

TABLES = a_map().tables
INPUTS: Inputs = {
    "start_on": "date",
    "hours": "integer",
    "area": "decimal",
    "ready": "boolean",
    "country": "text",
    "kinds": "texts",
}


def condition(text: str) -> object:
    return compile_condition(text, INPUTS, TABLES)


@pytest.mark.parametrize(
    "text",
    [
        "unknown > 1",
        "hours > 'eight'",
        "start_on < '2027-03-31'",
        "hours",
        "hours >",
        "no_such_function(hours) > 1",
        "months_before(hours, 1) < start_on",
        "area > hours",
    ],
)
def test_a_mistake_is_refused_when_it_is_compiled(text: str) -> None:
    with pytest.raises(ExpressionError):
        condition(text)


def test_a_refusal_says_where_in_the_text() -> None:
    with pytest.raises(ExpressionError, match="1:10: undeclared reference to 'hoours'"):
        condition("ready && hoours > 1")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("hours >= 8", "holds"),
        ("hours > 8", "fails"),
        ("start_on == date('2027-05-10')", "holds"),
        ("months_before(start_on, 6) == date('2026-11-10')", "holds"),
        ("months_after(start_on, 12) == date('2028-05-10')", "holds"),
        ("days_between(date('2027-05-01'), start_on) == 9", "holds"),
        ("office_days_between(date('2027-04-28'), start_on) == 4", "holds"),
        ("age_on(date('2009-05-11'), start_on) == 17", "holds"),
        ("needs_bilateral_paper('isa', country, start_on)", "holds"),
        ("needs_bilateral_paper('isa', 'PHL', start_on)", "fails"),
        ("needs_bilateral_paper('isa', country, date('2026-03-31'))", "fails"),
        ("'photo' in kinds", "holds"),
        ("state_fee('otit.plan', start_on) == 3900", "holds"),
        ("office_for('isa', '14', date('2026-11-22')) == 'yokohama'", "holds"),
        ("office_for('isa', '14') == office_for('isa', '14', date('2026-11-22'))", "holds"),
        ("stay_limit('grant', 'TIT1B', start_on) == 12", "holds"),
        ("stay_limit('grant', 'TIT2A', start_on) == 12", "fails"),
        ("stay_limit('total', 'ESD', date('2027-04-01')) == 36", "holds"),
        ("stay_limit('total', 'ESD') == 36", "holds"),
        ("total_stay_days('SSW1', 0, date('2028-02-01'), start_on) == 1826", "holds"),
        ("total_stay_days('SSW1', 0, date('2029-02-01'), start_on) == 1827", "holds"),
        ("total_stay_days('SSW1', 12, date('2030-02-01'), start_on) == 2192", "holds"),
        ("area >= 4.5", "holds"),
    ],
)
def test_a_condition_over_known_values_is_decided(text: str, outcome: str) -> None:
    values = {
        "start_on": as_input("date", date(2027, 5, 10)),
        "hours": 8,
        "area": as_input("decimal", "4.5"),
        "ready": True,
        "country": "VNM",
        "kinds": ["photo"],
    }

    assert compile_condition(text, INPUTS, TABLES).decide(values).outcome == outcome


def test_a_missing_input_is_named_and_nothing_is_raised() -> None:
    decision = compile_condition("ready && hours > 1", INPUTS, TABLES).decide({"ready": True})

    assert decision.outcome == "cannot_decide"
    assert decision.missing == ("hours",)


def test_a_missing_input_that_does_not_matter_is_no_hindrance() -> None:
    assert compile_condition("ready && hours > 1", INPUTS, TABLES).decide({"ready": False}).outcome == "fails"
    assert compile_condition("ready || hours > 1", INPUTS, TABLES).decide({"ready": True}).outcome == "holds"


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("min_wage('02', start_on) > 0", "table:minimum_wages"),
        ("lowest_wage(date('2026-03-31')) > 0", "table:minimum_wages"),
        ("state_fee('isa.extension', date('2027-03-31')) > 0", "table:fees"),
        ("office_for('isa', '48', date('2026-11-22')) == ''", "table:offices"),
        ("lodge_by('nothing') > start_on", "table:cut_offs"),
        ("stay_limit('total', 'SSW2', start_on) > 0", "table:residence_statuses"),
        ("stay_limit('total', 'ESD', date('2027-03-31')) > 0", "table:residence_statuses"),
        ("stay_limit('grant', 'nothing', start_on) > 0", "table:residence_statuses"),
    ],
)
def test_an_unpublished_figure_cannot_be_decided(text: str, table: str) -> None:
    decision = compile_condition(text, INPUTS, TABLES).decide({"start_on": as_input("date", "2027-05-10")})

    assert decision.outcome == "cannot_decide"
    assert decision.missing == (table,)


def test_dividing_by_zero_cannot_be_decided() -> None:
    assert compile_condition("1 / hours > 0", INPUTS, TABLES).decide({"hours": 0}).outcome == "cannot_decide"


def test_names_inside_texts_and_functions_are_no_inputs() -> None:
    vocabulary = Vocabulary(INPUTS, TABLES)

    assert vocabulary.names_in("country == 'hours' && kinds.exists(x, x == \"area\")") == ("country", "kinds")


def test_a_formula_shows_dates_as_dates() -> None:
    formula = Vocabulary(INPUTS, TABLES).formula("months_before(start_on, 6)")

    assert formula.compute({"start_on": as_input("date", "2027-05-10")}) == "2026-11-10"
    assert formula.compute({}) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", True),
        ("integer", "8"),
        ("boolean", 1),
        ("text", 8),
        ("date", "tomorrow"),
        ("date", "1899-12-31"),
        ("date", "2101-01-01"),
        ("decimal", "x"),
    ],
)
def test_a_value_of_another_kind_is_no_input(kind: str, value: str | int | bool) -> None:
    with pytest.raises(ValueError, match=r".+"):
        as_input(kind, value)  # type: ignore[arg-type]


def test_a_date_enters_as_midnight_utc() -> None:
    assert as_input("date", "2027-05-10") == datetime(2027, 5, 10, tzinfo=UTC)
