"""Deadlines: derived once, reminded, overdue into a task, ended when nobody waits, moved by a hold."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.calendar import end_of_day, japan_date
from schemas.commands import HoldChecked, LiftHold, PlaceHold
from schemas.events import DeadlineSet
from schemas.refusals import Refused
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import MANAGER, PaperRoad, a_plan, a_remark, at_review, lodged
from workflows import deadlines, holds

DUE = datetime(2026, 12, 14, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 12, 14, 0, 0, tzinfo=UTC)


def correcting(*persons: str, **plan: object) -> PaperRoad:
    road = at_review(*persons, plan=a_plan(**plan))
    road.review(a_remark(None))
    return road


def place(road: PaperRoad) -> None:
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="client_asked"))


def lift(road: PaperRoad) -> None:
    road.act(holds.lift, road.ask(LiftHold, MANAGER))


def at(road: PaperRoad, instant: datetime) -> None:
    road.wait(seconds=(instant - road.now).total_seconds())


def test_a_correction_is_due_at_the_end_of_the_last_day_in_japan() -> None:
    road = correcting()

    deadline = road.standing.running_deadlines()[0]

    assert deadline.due_at == DUE
    assert deadline.remind_at == tuple(MORNING - timedelta(days=before) for before in (7, 3, 1))


def test_a_deadline_says_how_it_was_derived() -> None:
    road = correcting(correction_days=5, correction_clock="office")

    body = next(event.body for event in road.events if isinstance(event.body, DeadlineSet))

    assert (body.derived.rule, body.derived.days, body.derived.clock) == ("correction", 5, "office")
    assert body.due_at == datetime(2026, 12, 7, 15, 0, tzinfo=UTC)


def test_reminders_that_would_be_in_the_past_are_left_out() -> None:
    road = correcting(correction_days=3)

    deadline = road.standing.running_deadlines()[0]

    assert [instant.isoformat() for instant in deadline.remind_at] == ["2026-12-02T00:00:00+00:00"]


@pytest.mark.parametrize(("early_seconds", "reminded"), [(1, 0), (0, 1)])
def test_a_reminder_comes_at_its_instant_and_not_before(early_seconds: int, reminded: int) -> None:
    road = correcting()

    at(road, MORNING - timedelta(days=7, seconds=early_seconds))

    assert road.kinds.count("reminder_due") == reminded


def test_reminders_slept_through_come_as_one() -> None:
    road = correcting()

    at(road, DUE - timedelta(hours=1))

    assert road.kinds.count("reminder_due") == 1
    assert deadlines.next_instant(road.situation) == DUE


@pytest.mark.parametrize(("early_seconds", "passed"), [(1, 0), (0, 1)])
def test_a_deadline_passes_at_its_instant_and_not_before(early_seconds: int, passed: int) -> None:
    road = correcting()

    at(road, DUE - timedelta(seconds=early_seconds))

    assert road.kinds.count("deadline_passed") == passed


def test_a_passed_deadline_opens_a_task_and_decides_nothing() -> None:
    road = correcting("p1", "p2")
    road.correct("p1")

    at(road, DUE)

    assert road.task(TaskKind.OVERDUE_CORRECTION).persons == ("p2",)
    assert road.person("p2").stage is Stage.CORRECTION


def test_two_deadlines_that_pass_together_open_two_tasks() -> None:
    road = lodged("p1", "p2")
    road.wait(days=55)
    road.ask_for_more("p2", due_on=(road.now + timedelta(days=1)).date())

    road.now += timedelta(days=10)
    road.take_steps()

    late = [(task.kind, task.persons) for task in road.standing.open_tasks()]
    assert late == [(TaskKind.CHASE_RESULT, ("p1",)), (TaskKind.OVERDUE_CORRECTION, ("p2",))]
    assert len({task.id for task in road.standing.tasks}) == len(road.standing.tasks)


def test_a_deadline_nobody_waits_for_ends() -> None:
    road = correcting()

    road.correct()

    assert not road.standing.running_deadlines()
    assert deadlines.next_instant(road.situation) is None


def test_an_expected_result_that_is_late_is_chased() -> None:
    road = lodged()

    road.wait(days=61)

    assert road.task(TaskKind.CHASE_RESULT).persons == ("p1",)
    assert road.person().stage is Stage.LODGED


def test_nothing_comes_due_on_hold() -> None:
    road = correcting()
    place(road)

    road.wait(days=100)

    assert deadlines.next_instant(road.situation) is None
    assert not {"reminder_due", "deadline_passed"} & set(road.kinds)


def test_a_hold_moves_deadline_and_reminders_by_its_length() -> None:
    road = correcting()
    road.wait(days=2)
    place(road)
    road.wait(days=10)

    lift(road)

    deadline = road.standing.running_deadlines()[0]
    assert deadline.due_at == DUE + timedelta(days=10)
    assert deadline.remind_at[0] == MORNING + timedelta(days=3)


def test_a_deadline_set_during_a_hold_moves_by_what_was_left_of_it() -> None:
    road = at_review()
    place(road)
    road.wait(days=10)
    road.review(a_remark())
    set_for = road.standing.running_deadlines()[0].due_at
    road.wait(days=3)

    lift(road)

    assert road.standing.running_deadlines()[0].due_at == set_for + timedelta(days=3)


def test_a_deadline_that_passed_before_the_hold_stays_where_it_was() -> None:
    road = correcting()
    at(road, DUE)
    place(road)
    road.wait(days=10)

    lift(road)

    assert road.standing.deadlines[0].due_at == DUE


def test_a_hold_is_placed_once_and_lifted_once() -> None:
    road = correcting()

    with pytest.raises(Refused, match="not_on_hold"):
        lift(road)
    place(road)
    with pytest.raises(Refused, match="on_hold"):
        place(road)
    lift(road)

    assert road.standing.hold is None


def held_until(road: PaperRoad, until_on: date) -> None:
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="client_asked", until_on=until_on))


def test_on_the_last_day_of_a_hold_somebody_is_asked_whether_it_is_still_needed() -> None:
    road = correcting()
    held_until(road, japan_date(road.now) + timedelta(days=14))

    rings_at = deadlines.next_instant(road.situation)
    road.wait(days=15)

    assert rings_at == end_of_day(date(2026, 12, 14))
    assert road.task(TaskKind.CHECK_HOLD).is_open
    assert not road.standing.open_tasks(TaskKind.OVERDUE_CORRECTION)


def test_a_hold_goes_on_until_another_day_with_a_reason_or_is_lifted() -> None:
    road = correcting()
    held_until(road, japan_date(road.now) + timedelta(days=1))
    road.wait(days=2)
    later = japan_date(road.now) + timedelta(days=7)

    with pytest.raises(Refused, match="reason_missing"):
        road.decide(TaskKind.CHECK_HOLD, HoldChecked(until_on=later), MANAGER)
    road.decide(TaskKind.CHECK_HOLD, HoldChecked(until_on=later, remark_id="why"), MANAGER)
    goes_on = road.standing.hold
    road.wait(days=8)
    road.decide(TaskKind.CHECK_HOLD, HoldChecked(), MANAGER)

    assert goes_on == "client_asked"
    assert road.standing.hold is None
    assert [each.kind for each in road.standing.running_deadlines()] == ["correction"]


def test_lifting_a_hold_ends_the_question_about_it() -> None:
    road = correcting()
    held_until(road, japan_date(road.now) + timedelta(days=1))
    road.wait(days=2)

    lift(road)

    assert not road.standing.open_tasks(TaskKind.CHECK_HOLD)
    assert not road.standing.running_deadlines(deadlines.HOLD)


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (730, False), (731, True)])
def test_a_hold_ends_between_today_and_two_years_from_now(days: int, refused: bool) -> None:
    road = correcting()
    until_on = japan_date(road.now) + timedelta(days=days)

    with pytest.raises(Refused, match="day_out_of_range") if refused else nullcontext():
        held_until(road, until_on)


@pytest.mark.parametrize("due_on", [date(9999, 12, 31), date(2029, 6, 1)])
def test_a_day_of_the_authority_that_was_mistyped_is_refused(due_on: date) -> None:
    road = lodged()

    with pytest.raises(Refused, match="day_out_of_range"):
        road.ask_for_more(due_on=due_on)


def test_a_plan_outlives_its_table_of_holidays() -> None:
    road = PaperRoad(at=datetime(2035, 6, 4, 1, 0, tzinfo=UTC))

    road.check()

    assert road.task(TaskKind.REVIEW).due_at == datetime(2035, 6, 11, 15, 0, tzinfo=UTC)
