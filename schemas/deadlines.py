"""Deadlines that explain themselves: each carries the day it ends on, the instant, and how that was derived.

A deadline that falls on a day ends with that day in Japan: at 24:00 JST, the instant 15:00 UTC. Everything is
computed from the instant passed in; nothing here knows the time.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self

from schemas.calendar import JAPAN, ClosedSpan, OfficeCalendar, end_of_day, japan_date
from schemas.catalogue import Bilingual, Clock
from schemas.maps import ProcedureMap
from schemas.standing import Derived
from schemas.words import Word

DeadlineKind = Literal["correction", "review", "result", "lodging", "authority_request"]


class Derivation(Word):
    """A line in both languages, and the lines it follows from."""

    ja: str
    en: str
    because: tuple["Derivation", ...] = ()

    def lines(self, locale: Literal["ja", "en"], depth: int = 0) -> tuple[str, ...]:
        """The tree as indented lines, for a page or a mail."""
        own = "  " * depth + str(getattr(self, locale))
        return (own, *(line for child in self.because for line in child.lines(locale, depth + 1)))


class Deadline(Word):
    """Ends with the day `due_on` in Japan, at the instant `due_by` (UTC); reminders are days in Japan."""

    kind: DeadlineKind
    due_on: date
    due_by: datetime
    clock: Clock
    reminders_on: tuple[date, ...]
    derivation: Derivation

    @classmethod
    def ending(
        cls, kind: DeadlineKind, due_on: date, derivation: Derivation, *, clock: Clock,
        reminders_on: Sequence[date] = (),
    ) -> Self:  # fmt: skip
        """A deadline that ends with a day."""
        return cls(
            kind=kind,
            due_on=due_on,
            due_by=end_of_day(due_on),
            clock=clock,
            reminders_on=tuple(sorted(set(reminders_on))),
            derivation=derivation,
        )


MORNING = time(9)
"""When a reminder goes out on its day, in Japan."""
BASES: Mapping[str, Bilingual] = {
    "correction": Bilingual(ja="補正を求めた日", en="Asked on"),
    "result_expected": Bilingual(ja="提出した日", en="Lodged on"),
    "hold": Bilingual(ja="保留にした日", en="Placed on hold"),
    "more_requested": Bilingual(ja="官署の求めを記録した日", en="Request recorded on"),
}
EXTENDED = Bilingual(ja="期限を延ばした日", en="Extended on")


def calendar_of(ready: ProcedureMap) -> OfficeCalendar:
    """The office calendar of a map's tables."""
    tables = ready.tables
    return OfficeCalendar(
        known_from=tables.holidays_from, known_to=tables.holidays_to, holidays=tables.holidays
    )


def last_day(calendar: OfficeCalendar, from_on: date, days: int, clock: Clock) -> date:
    """The last day of a time limit: so many days after a day, which does not count itself."""
    if clock == "office":
        return calendar.office_days_after(from_on, days)
    return from_on + timedelta(days=days)


def reminders(
    calendar: OfficeCalendar, due_on: date, before: Sequence[int], clock: Clock, *, after: datetime
) -> tuple[datetime, ...]:
    """The mornings on which a reminder goes out, those that are still to come, in order."""
    days = (
        calendar.office_days_before(due_on, count) if clock == "office" else due_on - timedelta(days=count)
        for count in before
    )
    instants = (datetime.combine(on, MORNING, tzinfo=JAPAN).astimezone(UTC) for on in days)
    return tuple(sorted(instant for instant in set(instants) if instant > after))


def explained(derived: Derived, due_at: datetime, calendar: OfficeCalendar) -> Derivation:
    """How a recorded deadline came about: from which day, how long on which clock, what was skipped, what moved it."""
    due_on = japan_date(due_at - timedelta(microseconds=1))
    base = BASES.get(derived.rule, EXTENDED)
    lines = [
        Derivation(ja=f"{base.ja}: {_ja(derived.from_on)}", en=f"{base.en} {derived.from_on.isoformat()}")
    ]
    if derived.clock == "given":
        lines.append(Derivation(ja="期限は官署が定めた", en="The authority set the date"))
        return _result(due_on, tuple(lines))
    clock: Clock = derived.clock
    counted = _days(derived.days, clock)
    lines.append(
        Derivation(ja=f"期間: {counted.ja}(翌日から数える)", en=f"Length: {counted.en}, from the day after")
    )
    planned_on = last_day(calendar, derived.from_on, derived.days, clock)
    if clock == "office":
        lines += [_skipped(span) for span in calendar.closed_spans(derived.from_on, planned_on)]
    if planned_on != due_on:
        lines.append(
            Derivation(
                ja=f"保留により{_ja(planned_on)}から移動", en=f"Moved by a hold from {planned_on.isoformat()}"
            )
        )
    return _result(due_on, tuple(lines))


def _result(due_on: date, because: tuple[Derivation, ...]) -> Derivation:
    return Derivation(
        ja=f"期限: {_ja(due_on)}の終わり(日本時間24時)",
        en=f"Due by the end of {due_on.isoformat()} (24:00 in Japan)",
        because=because,
    )


def _skipped(span: ClosedSpan) -> Derivation:
    names = "・".join(span.names)
    if span.from_on == span.to_on:
        return Derivation(
            ja=f"閉庁日: {_ja(span.from_on)}({names})", en=f"Closed: {span.from_on.isoformat()} ({names})"
        )
    return Derivation(
        ja=f"閉庁日: {_ja(span.from_on)}から{_ja(span.to_on)}まで({names})",
        en=f"Closed: {span.from_on.isoformat()} to {span.to_on.isoformat()} ({names})",
    )


def _days(length: int, clock: Clock) -> Bilingual:
    if clock == "office":
        return Bilingual(ja=f"{length}開庁日", en=f"{length} office days")
    return Bilingual(ja=f"{length}日", en=f"{length} days")


def _ja(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
