"""When a draft that nobody touches ends, and when its client is told; never without a mail that left in time. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from schemas.calendar import days_between, end_of_day, japan_date

TOLD_BEFORE = (30, 7)
"""Days before its end on which a draft's client is told; our own policy."""
LEAST_WARNING = timedelta(days=min(TOLD_BEFORE))
"""What lies at least between a mail that left the house and the end."""


class EndTold(NamedTuple):
    """One mail about the end of a draft: the last day it names, the step it is for, and when it left the house."""

    due_on: date
    step: int
    sent_at: datetime | None = None


class Course(NamedTuple):
    """What is to be done with a draft now: end it, or write this mail, or neither."""

    is_over: bool = False
    to_tell: EndTold | None = None


def last_day(changed_at: datetime, kept_days: int) -> date:
    """The last day (Japan) of a draft that was last touched then."""
    return japan_date(changed_at) + timedelta(days=kept_days)


def course(last_on: date, written: Sequence[EndTold], now: datetime) -> Course:
    """What becomes of a draft whose time runs out with this day, given the mails that name that day or a later one.

    A client who was told too late, or not at all, gets more time: the draft lasts until the latest day that a mail names.
    """
    named_on = max((each.due_on for each in written), default=last_on)
    sent_at = min((each.sent_at for each in written if each.sent_at is not None), default=None)
    ends_at, today = end_of_day(named_on), japan_date(now)
    if now >= ends_at and sent_at is not None:
        return Course(is_over=now >= sent_at + LEAST_WARNING)
    days_left = days_between(today, named_on)
    step = min((step for step in TOLD_BEFORE if days_left <= step), default=None)
    is_written = any(each.due_on == named_on and each.step == step for each in written)
    if step is None or (is_written and now < ends_at):
        return Course()
    is_in_time = sent_at is not None and sent_at + LEAST_WARNING <= ends_at
    due_on = named_on if is_in_time else max(named_on, today + LEAST_WARNING)
    return Course(to_tell=EndTold(due_on, step))
