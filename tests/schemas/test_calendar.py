"""Days in Japan: months, ages, office days, and the holiday table against the library it was frozen from."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.calendar import (
    BeyondCalendar,
    age_on,
    days_between,
    end_of_day,
    japan_date,
    longest_year_days,
    months_after,
    months_before,
)
from schemas.deadlines import calendar_of
from tests.schemas.cases import a_map

OFFICE = calendar_of(a_map())
DAYS = st.dates(date(2025, 6, 1), date(2027, 12, 31))
COUNTS = st.integers(0, 60)


def test_the_holiday_table_agrees_with_the_library() -> None:
    library = holidays.country_holidays("JP", years=range(2025, 2029), language="ja")

    assert {holiday.on: holiday.ja for holiday in OFFICE.holidays} == dict(library.items())


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2027, 5, 10), 6, date(2026, 11, 10)),
        (date(2027, 5, 10), 4, date(2027, 1, 10)),
        (date(2027, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 1, 31), 1, date(2026, 12, 31)),
        (date(2027, 3, 31), 12, date(2026, 3, 31)),
    ],
)
def test_a_calendar_month_is_clipped_to_the_end_of_a_shorter_one(
    on: date, months: int, expected: date
) -> None:
    assert months_before(on, months) == expected


@settings(deadline=None)
@given(DAYS, st.integers(0, 60))
def test_going_back_and_forth_never_gains_a_day(on: date, months: int) -> None:
    assert on - timedelta(days=3) <= months_after(months_before(on, months), months) <= on


@pytest.mark.parametrize(
    ("birth_on", "on", "age"),
    [
        (date(2008, 11, 22), date(2026, 11, 22), 18),
        (date(2008, 11, 23), date(2026, 11, 22), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_is_counted_on_birthdays(birth_on: date, on: date, age: int) -> None:
    assert age_on(birth_on, on) == age


def test_a_day_in_japan_ends_at_fifteen_hours_utc() -> None:
    assert end_of_day(date(2026, 11, 22)) == datetime(2026, 11, 22, 15, tzinfo=UTC)


def test_an_instant_before_the_end_is_still_that_day_and_the_end_is_the_next() -> None:
    end = end_of_day(date(2026, 11, 22))

    assert japan_date(end - timedelta(seconds=1)) == date(2026, 11, 22)
    assert japan_date(end) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("begins_on", "ends_on", "days"),
    [
        (date(2026, 10, 1), date(2027, 9, 30), 365),
        (date(2027, 2, 28), date(2028, 2, 27), 365),
        (date(2027, 2, 28), date(2028, 2, 28), 366),
        (date(2027, 3, 1), date(2027, 8, 31), 366),
        (date(2026, 10, 1), date(2028, 9, 30), 366),
        (date(2096, 3, 1), date(9999, 12, 31), 366),
        (date(2026, 10, 1), date(2026, 9, 30), 365),
    ],
)
def test_the_longest_year_of_a_contract_has_its_leap_day(begins_on: date, ends_on: date, days: int) -> None:
    assert longest_year_days(begins_on, ends_on) == days


def test_days_between_are_signed() -> None:
    assert days_between(date(2026, 11, 22), date(2026, 11, 25)) == 3
    assert days_between(date(2026, 11, 25), date(2026, 11, 22)) == -3


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), "year_end"),
        (date(2027, 1, 3), "year_end"),
        (date(2027, 1, 4), None),
        (date(2026, 11, 21), "saturday"),
        (date(2026, 11, 22), "sunday"),
        (date(2026, 11, 23), "holiday"),
        (date(2026, 11, 24), None),
    ],
)
def test_offices_close_on_weekends_holidays_and_over_the_new_year(on: date, why: str | None) -> None:
    assert OFFICE.closed_for(on) == why


def test_golden_week_is_stepped_over() -> None:
    assert OFFICE.office_days_after(date(2026, 4, 28), 2) == date(2026, 5, 1)
    assert OFFICE.office_days_after(date(2026, 5, 1), 1) == date(2026, 5, 7)


def test_the_new_year_is_stepped_over() -> None:
    assert OFFICE.office_days_after(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert OFFICE.office_days_before(date(2027, 1, 4), 1) == date(2026, 12, 28)


def test_zero_office_days_after_a_closed_day_is_the_next_open_one() -> None:
    assert OFFICE.office_days_after(date(2026, 11, 21), 0) == date(2026, 11, 24)
    assert OFFICE.office_days_after(date(2026, 11, 24), 0) == date(2026, 11, 24)


def test_closed_spans_name_what_closes_them() -> None:
    spans = OFFICE.closed_spans(date(2026, 5, 1), date(2026, 5, 7))

    assert [(span.from_on, span.to_on) for span in spans] == [(date(2026, 5, 2), date(2026, 5, 6))]
    assert spans[0].names == ("土曜日", "憲法記念日", "みどりの日", "こどもの日", "振替休日")


def test_days_without_known_holidays_are_refused() -> None:
    with pytest.raises(BeyondCalendar):
        OFFICE.office_days_after(date(2028, 12, 20), 30)


@settings(deadline=None)
@given(DAYS, COUNTS, COUNTS)
def test_office_days_add_up(on: date, first: int, second: int) -> None:
    start = OFFICE.next_office_day(on)

    stepwise = OFFICE.office_days_after(OFFICE.office_days_after(start, first), second)

    assert stepwise == OFFICE.office_days_after(start, first + second)


@settings(deadline=None)
@given(DAYS, COUNTS)
def test_counting_office_days_gives_back_the_number_added(on: date, days: int) -> None:
    start = OFFICE.next_office_day(on)

    assert OFFICE.office_days_between(start, OFFICE.office_days_after(start, days)) == days


@settings(deadline=None)
@given(DAYS, COUNTS)
def test_going_back_the_same_office_days_returns(on: date, days: int) -> None:
    start = OFFICE.next_office_day(on)

    assert OFFICE.office_days_before(OFFICE.office_days_after(start, days), days) == start


@settings(deadline=None)
@given(DAYS, st.integers(0, 90))
def test_open_and_closed_days_make_up_all_days(on: date, length: int) -> None:
    end = on + timedelta(days=length)

    closed = sum((span.to_on - span.from_on).days + 1 for span in OFFICE.closed_spans(on, end))

    assert closed + OFFICE.office_days_between(on, end) == length
