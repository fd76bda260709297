"""Time limits: where they end, when they remind, how they explain themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import holidays
import pytest

from schemas.calendar import ENGLISH, OfficeCalendar, end_of_day
from schemas.deadlines import calendar_of, explained, last_day, reminders
from schemas.standing import Deadline, Derived
from tests.schemas.cases import PLAN, a_map


def at(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def the_calendar() -> OfficeCalendar:
    return calendar_of(a_map(PLAN))


def test_calendar_days_count_from_the_day_after() -> None:
    assert last_day(the_calendar(), date(2026, 11, 22), 7, "calendar") == date(2026, 11, 29)


def test_office_days_step_over_the_new_year() -> None:
    assert last_day(the_calendar(), date(2026, 12, 24), 10, "office") == date(2027, 1, 14)


def test_office_days_step_over_golden_week() -> None:
    assert last_day(the_calendar(), date(2026, 4, 30), 3, "office") == date(2026, 5, 8)


def test_reminders_go_out_on_mornings_of_the_same_clock() -> None:
    found = reminders(the_calendar(), date(2027, 1, 14), (5, 2), "office", after=at(2026, 12, 24))

    assert found == (datetime(2027, 1, 6, 0, tzinfo=UTC), datetime(2027, 1, 12, 0, tzinfo=UTC))


def test_a_reminder_whose_morning_is_past_is_left_out() -> None:
    found = reminders(the_calendar(), date(2026, 11, 29), (3, 1), "calendar", after=at(2026, 11, 27))

    assert found == (datetime(2026, 11, 28, 0, tzinfo=UTC),)


def test_a_deadline_explains_each_span_it_skipped() -> None:
    derived = Derived(rule="correction", from_on=date(2026, 12, 24), days=10, clock="office")

    tree = explained(derived, end_of_day(date(2027, 1, 14)), the_calendar())
    lines = tree.lines("ja")

    assert lines[0] == "期限: 2027年1月14日の終わり(日本時間24時)"
    assert lines[1].strip() == "補正を求めた日: 2026年12月24日"
    assert any("年末年始の休日" in line for line in lines)
    assert any("成人の日" in line for line in lines)
    assert len(tree.lines("en")) == len(lines)


def test_a_date_of_the_authority_is_explained_as_given() -> None:
    derived = Derived(rule="more_requested", from_on=date(2026, 11, 22), days=0, clock="given")

    lines = explained(derived, end_of_day(date(2026, 12, 1)), the_calendar()).lines("en")

    assert lines == (
        "Due by the end of 2026-12-01 (24:00 in Japan)",
        "  Request recorded on 2026-11-22",
        "  The authority set the date",
    )


def test_a_deadline_that_a_hold_moved_says_so() -> None:
    derived = Derived(rule="correction", from_on=date(2026, 11, 22), days=7, clock="calendar")

    lines = explained(derived, at(2026, 12, 2, 1), the_calendar()).lines("en")

    assert lines[-1].strip() == "Moved by a hold from 2026-11-29"


def test_a_deadline_that_was_not_held_does_not_say_so() -> None:
    derived = Derived(rule="correction", from_on=date(2026, 11, 22), days=7, clock="calendar")

    lines = explained(derived, end_of_day(date(2026, 11, 29)), the_calendar()).lines("en")

    assert not any("hold" in line for line in lines)


def test_the_holds_that_moved_a_deadline_are_told_with_their_times() -> None:
    derived = Derived(rule="correction", from_on=date(2026, 11, 22), days=7, clock="calendar")
    deadline = Deadline(
        id="d",
        kind="correction",
        due_at=end_of_day(date(2026, 11, 29)),
        set_at=at(2026, 11, 22),
        derived=derived,
    )

    moved = deadline.after_hold(at(2026, 11, 24), at(2026, 11, 26)).after_hold(
        at(2026, 11, 27), at(2026, 11, 28)
    )
    lines = explained(derived, moved.due_at, the_calendar(), held=moved.held).lines("en")

    assert lines[0] == "Due by the end of 2026-12-02 (24:00 in Japan)"
    assert lines[-3:] == (
        "  Moved by a hold from 2026-11-29",
        "    On hold from 2026-11-24 12:00 to 2026-11-26 12:00 in Japan",
        "    On hold from 2026-11-27 12:00 to 2026-11-28 12:00 in Japan",
    )


def test_a_hold_before_a_deadline_was_set_does_not_count_for_it() -> None:
    deadline = Deadline(
        id="d", kind="correction", due_at=end_of_day(date(2026, 11, 29)), set_at=at(2026, 11, 25)
    )

    moved = deadline.after_hold(at(2026, 11, 24), at(2026, 11, 26))

    assert moved.due_at == end_of_day(date(2026, 11, 30))
    assert [(each.from_at, each.to_at) for each in moved.held] == [(at(2026, 11, 25), at(2026, 11, 26))]


def test_a_deadline_that_stands_still_says_since_when() -> None:
    derived = Derived(rule="correction", from_on=date(2026, 11, 22), days=7, clock="calendar")

    tree = explained(derived, end_of_day(date(2026, 11, 29)), the_calendar(), still_since=at(2026, 11, 24))

    assert tree.lines("ja")[-1].strip().startswith("2026年11月24日12:00(日本時間)から保留で止まっている")


@pytest.mark.parametrize(
    ("rule", "clock", "reason"),
    [
        ("correction", "office", "The time to correct of this procedure, our own policy"),
        ("correction_extended", "calendar", "An extension granted by the desk"),
        ("more_requested", "calendar", "The authority set no date: the time to correct of this procedure"),
        ("result_expected", "calendar", "The usual time of examination of this procedure"),
        ("review", "office", "The time to review of this procedure, our own policy"),
        ("hold", "given", "The day named for looking at the hold"),
    ],
)
def test_every_kind_of_deadline_says_why_it_is_so_long(
    rule: str, clock: Literal["calendar", "office", "given"], reason: str
) -> None:
    derived = Derived(rule=rule, from_on=date(2026, 11, 24), days=5, clock=clock)

    lines = explained(derived, end_of_day(date(2026, 12, 1)), the_calendar()).lines("en")

    assert reason in {line.strip() for line in lines}


LIBRARY = holidays.country_holidays("JP", years=range(2027, 2029), language="ja")
TURN_OF_THE_YEAR = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}


def is_open(on: date) -> bool:
    return on.weekday() < 5 and on not in LIBRARY and (on.month, on.day) not in TURN_OF_THE_YEAR


def counted_one_by_one(from_on: date, days: int) -> date:
    on = from_on
    while days:
        on += timedelta(days=1)
        days -= is_open(on)
    return on


@pytest.mark.parametrize(
    ("rule", "clock", "days"),
    [
        ("correction", "office", 10),
        ("more_requested", "office", 7),
        ("review", "office", 5),
        ("correction_extended", "calendar", 14),
        ("result_expected", "calendar", 60),
        ("hold", "given", 0),
    ],
)
def test_a_year_of_each_deadline_is_counted_as_by_hand_and_told_alike_in_both_languages(
    rule: str, clock: Literal["calendar", "office", "given"], days: int
) -> None:
    for from_on in (date(2027, 1, 1) + timedelta(days=each) for each in range(365)):
        by_hand = counted_one_by_one(from_on, days) if clock == "office" else from_on + timedelta(days=days)
        due_on = last_day(the_calendar(), from_on, days, "office" if clock == "office" else "calendar")

        tree = explained(
            Derived(rule=rule, from_on=from_on, days=days, clock=clock), end_of_day(due_on), the_calendar()
        )

        ja, en = tree.lines("ja"), tree.lines("en")
        between = (from_on + timedelta(days=each) for each in range(1, (due_on - from_on).days + 1))
        met = {LIBRARY[on] for on in between if on in LIBRARY and on.weekday() < 5}
        told = {name for name in met if any(name in line for line in ja)}
        assert due_on == by_hand
        assert [len(line) - len(line.lstrip()) for line in ja] == [
            len(line) - len(line.lstrip()) for line in en
        ]
        assert told == (met if clock == "office" else set())


def test_every_holiday_of_the_table_has_an_english_name() -> None:
    names = {holiday.ja for holiday in a_map(PLAN).tables.holidays}

    assert names <= set(ENGLISH)
