"""Deadlines that explain themselves: each carries the day it ends on, the instant, and how that was derived.

A deadline that falls on a day ends with that day in Japan: at 24:00 JST, the instant 15:00 UTC. Everything is
computed from the instant passed in; nothing here knows the time.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, Self

from schemas.calendar import ClosedSpan, OfficeCalendar, end_of_day, japan_date
from schemas.catalogue import Bilingual, Clock
from schemas.maps import ProcedureMap
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


def calendar_of(ready: ProcedureMap) -> OfficeCalendar:
    """The office calendar of a map's tables."""
    tables = ready.tables
    return OfficeCalendar(
        known_from=tables.holidays_from, known_to=tables.holidays_to, holidays=tables.holidays
    )


def correction_due(ready: ProcedureMap, asked_at: datetime) -> Deadline:
    """Until when the client may correct, by the map's policy, from the instant it was asked."""
    policy = ready.procedure.correction
    asked_on = japan_date(asked_at)
    due_on = _after(ready, asked_on, policy.within, policy.clock)
    base = Derivation(ja=f"補正を求めた日: {_ja(asked_on)}", en=f"Asked on {asked_on.isoformat()}")
    return Deadline.ending(
        "correction",
        due_on,
        _derivation(ready, base, asked_on, due_on, length=policy.within, clock=policy.clock),
        clock=policy.clock,
        reminders_on=_reminders(ready, asked_on, due_on, policy.reminders_before, policy.clock),
    )


def review_due(ready: ProcedureMap, received_at: datetime) -> Deadline:
    """Until when the desk should have reviewed, in office days from the instant the ball came to it."""
    within = ready.procedure.review.within_office_days
    received_on = japan_date(received_at)
    due_on = _after(ready, received_on, within, "office")
    base = Derivation(ja=f"受け付けた日: {_ja(received_on)}", en=f"Received on {received_on.isoformat()}")
    tree = _derivation(ready, base, received_on, due_on, length=within, clock="office")
    return Deadline.ending("review", due_on, tree, clock="office")


def result_expected(ready: ProcedureMap, lodged_at: datetime) -> Deadline:
    """When the result is expected at the latest; passing it means asking the authority, never a result."""
    expected = ready.procedure.expected_days
    lodged_on = japan_date(lodged_at)
    due_on = lodged_on + timedelta(days=max(expected.most, expected.typical or 0))
    base = Derivation(ja=f"提出した日: {_ja(lodged_on)}", en=f"Lodged on {lodged_on.isoformat()}")
    span = Derivation(
        ja=f"標準的な期間: {expected.least}日から{expected.most}日" + _usual(expected.typical, "ja"),
        en=f"Standard span: {expected.least} to {expected.most} days" + _usual(expected.typical, "en"),
    )
    tree = _result(due_on, (base, span))
    return Deadline.ending("result", due_on, tree, clock="calendar")


def authority_request_due(ready: ProcedureMap, asked_on: date, answer_on: date) -> Deadline:
    """What the authority asks for must be with it on `answer_on`; reminders as for corrections."""
    base = Derivation(
        ja=f"官署が定めた期限: {_ja(answer_on)}", en=f"Set by the authority: {answer_on.isoformat()}"
    )
    policy = ready.procedure.correction
    reminders = _reminders(ready, asked_on, answer_on, policy.reminders_before, "calendar")
    return Deadline.ending(
        "authority_request", answer_on, _result(answer_on, (base,)), clock="calendar", reminders_on=reminders
    )


def after_hold(ready: ProcedureMap, deadline: Deadline, held_at: datetime, released_at: datetime) -> Deadline:
    """The deadline moved by the days it stood still, on its own clock; reminders move with it."""
    held_on, released_on = japan_date(held_at), japan_date(released_at)
    held = _length(ready, held_on, released_on, deadline.clock)
    due_on = _after(ready, deadline.due_on, held, deadline.clock) if held else deadline.due_on
    stood = Derivation(
        ja=f"保留: {_ja(held_on)}から{_ja(released_on)}まで({_days(held, deadline.clock).ja})",
        en=f"On hold {held_on.isoformat()} to {released_on.isoformat()} ({_days(held, deadline.clock).en})",
    )
    moved = (_after(ready, on, held, deadline.clock) if held else on for on in deadline.reminders_on)
    return Deadline.ending(
        deadline.kind,
        due_on,
        _result(due_on, (deadline.derivation, stood)),
        clock=deadline.clock,
        reminders_on=tuple(on for on in moved if on > released_on),
    )


def _after(ready: ProcedureMap, on: date, days: int, clock: Clock) -> date:
    if clock == "office":
        return calendar_of(ready).office_days_after(on, days)
    return on + timedelta(days=days)


def _length(ready: ProcedureMap, start_on: date, end_on: date, clock: Clock) -> int:
    if clock == "office":
        return calendar_of(ready).office_days_between(start_on, end_on)
    return max(0, (end_on - start_on).days)


def _reminders(
    ready: ProcedureMap, start_on: date, due_on: date, before: Sequence[int], clock: Clock
) -> tuple[date, ...]:
    office = calendar_of(ready)
    days = (
        office.office_days_before(due_on, count) if clock == "office" else due_on - timedelta(days=count)
        for count in before
    )
    return tuple(on for on in days if start_on < on < due_on)


def _derivation(
    ready: ProcedureMap, base: Derivation, start_on: date, due_on: date, *, length: int, clock: Clock
) -> Derivation:
    counted = _days(length, clock)
    rule = Derivation(
        ja=f"期間: {counted.ja}(翌日から数える)", en=f"Length: {counted.en}, from the day after"
    )
    skipped = calendar_of(ready).closed_spans(start_on, due_on) if clock == "office" else ()
    return _result(due_on, (base, rule, *(_skipped(span) for span in skipped)))


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


def _usual(typical: int | None, locale: Literal["ja", "en"]) -> str:
    if typical is None:
        return ""
    return f"(通常{typical}日)" if locale == "ja" else f" (usually {typical})"


def _ja(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
