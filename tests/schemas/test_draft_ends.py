"""A draft ends on its day only where its client was told a week before; who was told late, or never, gets more time."""

from datetime import date, datetime, timedelta

import pytest

from schemas.calendar import end_of_day
from schemas.draft_ends import LEAST_WARNING, Course, EndTold, course

LAST_ON = date(2026, 11, 16)
ENDS_AT = end_of_day(LAST_ON)
A_MOMENT = timedelta(seconds=1)


def before(**span: float) -> datetime:
    return ENDS_AT - A_MOMENT - timedelta(**span)


def sent(days_left: int, step: int, due_on: date = LAST_ON) -> EndTold:
    return EndTold(due_on, step, before(days=days_left))


@pytest.mark.parametrize(("days_left", "step"), [(31, None), (30, 30), (8, 30), (7, 7)])
def test_a_client_is_told_thirty_and_seven_days_before(days_left: int, step: int | None) -> None:
    told = course(LAST_ON, (), before(days=days_left)).to_tell

    assert told == (EndTold(LAST_ON, step) if step else None)


@pytest.mark.parametrize(
    ("written", "days_left"), [((sent(30, 30),), 8), ((EndTold(LAST_ON, 30), EndTold(LAST_ON, 7)), 1)]
)
def test_what_is_written_is_not_written_again(written: tuple[EndTold, ...], days_left: int) -> None:
    assert course(LAST_ON, written, before(days=days_left)) == Course()


def test_a_warned_draft_ends_with_its_day_and_not_a_moment_before() -> None:
    warned = (sent(30, 30), sent(7, 7))

    assert not course(LAST_ON, warned, ENDS_AT - A_MOMENT).is_over
    assert course(LAST_ON, warned, ENDS_AT).is_over


def test_who_was_told_a_month_before_keeps_the_day_though_the_week_was_missed() -> None:
    told = course(LAST_ON, (sent(30, 30),), before(days=2)).to_tell

    assert told == EndTold(LAST_ON, 7)


@pytest.mark.parametrize("days_left", [6, 0, -1, -400])
def test_a_desk_that_was_down_on_the_days_tells_of_a_later_day(days_left: int) -> None:
    now = before(days=days_left)
    later = LAST_ON + timedelta(days=7 - days_left)

    first = course(LAST_ON, (), now)
    mail = EndTold(later, 7, now)

    assert first == Course(to_tell=EndTold(later, 7))
    assert course(LAST_ON, (mail,), end_of_day(later) - A_MOMENT) == Course()
    assert course(LAST_ON, (mail,), end_of_day(later)).is_over


def test_a_mail_that_left_late_puts_the_end_off_until_a_week_after_it() -> None:
    late = (EndTold(LAST_ON, 30), EndTold(LAST_ON, 7, before(days=3)))
    ends_at = before(days=3) + LEAST_WARNING

    assert course(LAST_ON, late, ENDS_AT) == Course()
    assert course(LAST_ON, late, ends_at - A_MOMENT) == Course()
    assert course(LAST_ON, late, ends_at).is_over


def test_a_mail_that_never_left_is_followed_by_another_when_its_day_is_over() -> None:
    never = (EndTold(LAST_ON, 30), EndTold(LAST_ON, 7))
    again = EndTold(LAST_ON + timedelta(days=8), 7)

    assert course(LAST_ON, never, ENDS_AT) == Course(to_tell=again)
    assert course(LAST_ON, (*never, again), ENDS_AT) == Course()
