"""Worked examples of the arithmetic that officers do by hand, through the shipped rules and tables."""

from datetime import date

import pytest

from schemas.expressions import as_input
from schemas.offices import corporate_number_valid
from tests.schemas.cases import PLAN, a_dossier, a_map, check


def objections(rule_id: str, answers: dict[str, object], *, as_of: date = date(2026, 11, 22)) -> int:
    ready = a_map(PLAN, only=rule_id)
    return len(check(ready, a_dossier(ready, answers, as_of=as_of)).findings)


def computed(text: str, **values: int | date) -> str | None:
    vocabulary = a_map(PLAN).vocabulary
    inputs = {
        name: as_input("date" if isinstance(value, date) else "integer", value)
        for name, value in values.items()
    }
    return vocabulary.formula(text).compute(inputs)


@pytest.mark.parametrize(
    ("total", "lecture", "prior", "objected"),
    [(1920, 320, False, 0), (1920, 319, False, 1), (1920, 160, True, 0), (1920, 159, True, 1), (1919, 320, False, 0),
     (1919, 319, False, 1)],
)  # fmt: skip
def test_lectures_are_a_sixth_of_all_hours_or_a_twelfth_without_rounding(
    total: int, lecture: int, prior: bool, objected: int
) -> None:
    answers: dict[str, object] = {"hours_total": total, "hours_lecture": lecture, "prior_course": prior}

    assert objections("OTIT-HRS-06", answers) == objected


@pytest.mark.parametrize(
    ("required", "related", "peripheral", "objecting"),
    [(900, 600, 300, []), (899, 601, 300, ["OTIT-HRS-01"]), (900, 299, 601, ["OTIT-HRS-03"]),
     (899, 901, 0, ["OTIT-HRS-01", "OTIT-HRS-02"])],
)  # fmt: skip
def test_of_1800_hours_half_are_required_at_most_half_related_and_a_third_peripheral(
    required: int, related: int, peripheral: int, objecting: list[str]
) -> None:
    answers: dict[str, object] = {
        "hours_training": 1800,
        "hours_required": required,
        "hours_related": related,
        "hours_peripheral": peripheral,
    }

    assert [
        rule for rule in ("OTIT-HRS-01", "OTIT-HRS-02", "OTIT-HRS-03") if objections(rule, answers)
    ] == objecting


@pytest.mark.parametrize(("safety", "objected"), [(90, 0), (89, 1)])
def test_of_900_required_hours_90_are_safety(safety: int, objected: int) -> None:
    others = {"hours_related": 0, "safety_related": 0, "hours_peripheral": 0, "safety_peripheral": 0}

    found = objections("OTIT-HRS-04", {**others, "hours_required": 900, "safety_required": safety})

    assert found == objected


def test_a_start_on_10_may_is_lodged_from_10_november_and_best_by_10_january() -> None:
    start = date(2027, 5, 10)

    assert computed("months_before(planned_start_on, 6)", planned_start_on=start) == "2026-11-10"
    assert computed("months_before(planned_start_on, 4)", planned_start_on=start) == "2027-01-10"


def test_months_before_a_day_that_a_month_lacks_end_on_its_last_day() -> None:
    assert computed("months_before(planned_start_on, 6)", planned_start_on=date(2027, 8, 31)) == "2027-02-28"


@pytest.mark.parametrize(
    ("staff", "base"),
    [(30, 3), (31, 4), (40, 4), (41, 5), (45, 5), (50, 5), (51, 6), (300, 15), (301, 15), (640, 32)],
)
def test_the_base_head_count_follows_the_table_and_then_a_twentieth(staff: int, base: int) -> None:
    assert computed("base_quota(full_time_staff)", full_time_staff=staff) == str(base)


def test_two_staff_train_two_although_the_table_says_three() -> None:
    answers: dict[str, object] = {"full_time_staff": 2, "stage1_trainees_now": 2, "excellent_employer": False}

    assert objections("OTIT-CAP-01", answers) == 0
    assert objections("OTIT-CAP-03", answers) == 1


@pytest.mark.parametrize(("lodged_on", "objected"), [(date(2026, 11, 22), 0), (date(2026, 11, 23), 1)])
def test_a_course_of_23_november_2023_counts_until_the_day_before_three_years_are_full(
    lodged_on: date, objected: int
) -> None:
    answers: dict[str, object] = {
        "training_manager_full_time": True,
        "manager_course_completed_on": date(2023, 11, 23),
    }

    assert objections("OTIT-ORG-01", answers, as_of=lodged_on) == objected


def test_180000_yen_at_2000_hours_are_1080_an_hour_and_below_the_minimum_of_tokyo() -> None:
    answers: dict[str, object] = {
        "monthly_base_yen": 180_000,
        "fixed_allowances_yen": 0,
        "annual_hours": 2000,
        "workplace_prefecture": "13",
        "contract_from_on": date(2026, 9, 1),
        "contract_to_on": date(2026, 9, 30),
    }

    assert (
        computed("hourly_wage(monthly_base_yen, annual_hours)", monthly_base_yen=180_000, annual_hours=2000)
        == "1080"
    )
    assert objections("ALL-PAY-01", answers) == 1


def test_the_check_digit_of_a_corporate_number_is_computed() -> None:
    assert corporate_number_valid("7000012050002")
    assert not corporate_number_valid("7000012050003")
