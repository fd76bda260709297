"""Deadlines: where they end, how they explain themselves, how they stand still."""

from datetime import UTC, date, datetime

from schemas.deadlines import (
    after_hold,
    authority_request_due,
    correction_due,
    result_expected,
    review_due,
)
from tests.schemas.cases import EXTENSION, PLAN, a_map


def at(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_a_correction_counts_calendar_days_where_the_map_says_so() -> None:
    due = correction_due(a_map(EXTENSION), at(2026, 11, 22))

    assert due.due_on == date(2026, 11, 29)
    assert due.due_by == datetime(2026, 11, 29, 15, tzinfo=UTC)
    assert due.reminders_on == (date(2026, 11, 26), date(2026, 11, 28))


def test_a_correction_counts_office_days_over_the_new_year() -> None:
    due = correction_due(a_map(PLAN), at(2026, 12, 24))

    assert due.due_on == date(2027, 1, 14)
    assert due.reminders_on == (date(2027, 1, 6), date(2027, 1, 12))


def test_a_correction_explains_each_span_it_skipped() -> None:
    due = correction_due(a_map(PLAN), at(2026, 12, 24))

    lines = due.derivation.lines("ja")

    assert lines[0] == "期限: 2027年1月14日の終わり(日本時間24時)"
    assert any("年末年始の休日" in line for line in lines)
    assert any("成人の日" in line for line in lines)
    assert len(due.derivation.lines("en")) == len(lines)


def test_what_is_asked_in_the_evening_in_london_is_asked_the_next_day_in_japan() -> None:
    before = correction_due(a_map(EXTENSION), at(2026, 11, 22, 14))
    after = correction_due(a_map(EXTENSION), at(2026, 11, 22, 15))

    assert before.due_on == date(2026, 11, 29)
    assert after.due_on == date(2026, 11, 30)


def test_a_review_is_due_in_office_days_over_golden_week() -> None:
    due = review_due(a_map(EXTENSION), at(2026, 4, 30))

    assert due.due_on == date(2026, 5, 8)


def test_a_result_is_expected_by_the_end_of_the_usual_span() -> None:
    slow = result_expected(a_map(EXTENSION), at(2026, 11, 22))
    standard = result_expected(a_map(PLAN), at(2026, 11, 22))

    assert slow.due_on == date(2026, 12, 31)
    assert standard.due_on == date(2027, 1, 21)
    assert any("通常39日" in line for line in slow.derivation.lines("ja"))


def test_what_the_authority_sets_is_kept_as_it_is() -> None:
    due = authority_request_due(a_map(EXTENSION), date(2026, 11, 22), date(2026, 11, 24))

    assert due.due_on == date(2026, 11, 24)
    assert due.reminders_on == (date(2026, 11, 23),)


def test_a_hold_moves_the_deadline_by_the_days_it_lasted() -> None:
    due = correction_due(a_map(EXTENSION), at(2026, 11, 22))

    moved = after_hold(a_map(EXTENSION), due, at(2026, 11, 23), at(2026, 11, 26))

    assert moved.due_on == date(2026, 12, 2)
    assert moved.reminders_on == (date(2026, 11, 29), date(2026, 12, 1))
    assert any("保留" in line for line in moved.derivation.lines("ja"))


def test_a_hold_on_the_office_clock_counts_office_days_only() -> None:
    due = correction_due(a_map(PLAN), at(2026, 11, 24))

    over_the_weekend = after_hold(a_map(PLAN), due, at(2026, 11, 27), at(2026, 11, 29))
    over_monday = after_hold(a_map(PLAN), due, at(2026, 11, 27), at(2026, 11, 30))

    assert over_the_weekend.due_on == due.due_on == date(2026, 12, 8)
    assert over_monday.due_on == date(2026, 12, 9)
