"""Planning backwards from a start, an end of stay or a wish: the last day to hand in, and why."""

from datetime import date, timedelta

import pytest

from schemas.backward_plan import BackwardPlan, planned_back
from schemas.deadlines import enduring_calendar_of, last_day
from schemas.lodging import window_of
from schemas.maps import ProcedureMap
from tests.schemas.cases import EXTENSION, PLAN, a_dossier, a_map


def the_plan(procedure_id: str, aimed_at: date) -> BackwardPlan:
    plan = planned_back(a_map(procedure_id), aimed_at)
    assert plan is not None
    return plan


def arrives(ready: ProcedureMap, handed_in: date) -> date:
    """The day on which a hand-in is ready to be lodged when every step takes all its time."""
    calendar, policy = enduring_calendar_of(ready), ready.procedure
    reviewing = policy.review.within_office_days * policy.review.levels
    reviewed = last_day(calendar, handed_in, reviewing, "office")
    corrected = last_day(calendar, reviewed, policy.correction.within, policy.correction.clock)
    return last_day(calendar, corrected, reviewing, "office")


def test_a_start_on_the_first_of_april_is_planned_back_to_october() -> None:
    plan = the_plan(PLAN, date(2027, 4, 1))

    assert plan.lodge_from == date(2026, 10, 1)
    assert plan.lodge_by == date(2026, 12, 1)
    assert plan.hand_in_by == date(2026, 10, 16)


def test_an_extension_is_planned_so_that_the_result_comes_before_the_stay_ends() -> None:
    plan = the_plan(EXTENSION, date(2027, 4, 1))

    assert plan.lodge_by == date(2027, 3, 1)
    assert plan.hand_in_by == date(2027, 2, 12)


@pytest.mark.parametrize("procedure_id", [PLAN, EXTENSION])
@pytest.mark.parametrize("day", range(0, 365, 7))
def test_all_year_what_is_handed_in_by_the_day_is_lodged_in_time(procedure_id: str, day: int) -> None:
    ready, aimed_at = a_map(procedure_id), date(2026, 10, 1) + timedelta(days=day)

    plan = the_plan(procedure_id, aimed_at)

    assert arrives(ready, plan.hand_in_by) <= plan.lodge_by < aimed_at
    assert enduring_calendar_of(ready).is_office_day(plan.lodge_by)
    assert enduring_calendar_of(ready).is_office_day(plan.hand_in_by)


def test_one_office_day_later_is_too_late() -> None:
    ready = a_map(PLAN)
    plan = the_plan(PLAN, date(2027, 4, 1))

    next_on = enduring_calendar_of(ready).office_days_after(plan.hand_in_by, 1)

    assert arrives(ready, next_on) > plan.lodge_by


def test_golden_week_and_the_turn_of_the_year_move_the_day_to_hand_in() -> None:
    golden_week = the_plan(EXTENSION, date(2027, 6, 17)).derivation.lines("en")
    new_year = the_plan(PLAN, date(2027, 5, 10)).derivation.lines("ja")

    assert any("Greenery Day" in line and "Constitution Memorial Day" in line for line in golden_week)
    assert any("年末年始の休日" in line for line in new_year)


def test_the_end_of_the_regime_comes_before_the_window_s_own_end() -> None:
    plan = the_plan(PLAN, date(2027, 9, 10))

    assert plan.lodge_by == date(2027, 3, 31)


def test_a_wish_is_planned_back_by_the_usual_examination_where_the_map_has_no_window() -> None:
    plan = the_plan("isa.coe.ssw1", date(2027, 4, 1))

    assert plan.lodge_by == date(2026, 12, 28)
    assert "  Result needed by 2027-04-01" in plan.derivation.lines("en")


def test_what_opens_later_than_the_result_is_needed_is_too_narrow() -> None:
    assert the_plan("isa.coe.esd", date(2027, 5, 1)).is_too_narrow
    assert not the_plan("isa.coe.esd", date(2027, 12, 1)).is_too_narrow


def test_a_notification_after_the_event_is_not_planned_for_a_result() -> None:
    plan = the_plan("otit.report.implementation", date(2027, 3, 31))

    assert plan.lodge_by == date(2027, 5, 31)
    assert not any("examination" in line for line in plan.derivation.lines("en"))


def test_what_is_notified_without_delay_has_nothing_to_plan_back_from() -> None:
    assert planned_back(a_map("otit.start"), date(2027, 4, 1)) is None


def test_the_window_of_a_dossier_counts_where_its_conditions_are_answered() -> None:
    ready = a_map(EXTENSION)
    short, long_enough = (
        window_of(ready, a_dossier(ready, {"stay_expires_on": date(2027, 4, 1), "granted_months": months}))
        for months in (4, 12)
    )

    without, with_one = (planned_back(ready, date(2027, 4, 1), window) for window in (short, long_enough))

    assert without is not None and without.lodge_from is None
    assert with_one is not None and with_one.lodge_from == date(2027, 1, 1)


def test_both_languages_tell_the_same_tree() -> None:
    plan = the_plan(PLAN, date(2027, 5, 10))

    ja, en = plan.derivation.lines("ja"), plan.derivation.lines("en")

    assert [len(line) - len(line.lstrip()) for line in ja] == [len(line) - len(line.lstrip()) for line in en]
    assert ja[0] == "当方への提出: 2026年11月20日まで"


@pytest.mark.parametrize(("aimed_at", "is_said"), [(date(2028, 12, 31), False), (date(2029, 1, 1), True)])
def test_holidays_that_are_not_published_are_said_to_be_missing(aimed_at: date, *, is_said: bool) -> None:
    lines = the_plan(EXTENSION, aimed_at).derivation.lines("en")

    assert any("not published" in line for line in lines) is is_said
