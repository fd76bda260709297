"""Deadlines that explain themselves: each carries the day it ends on, the instant, and how that was derived.

A deadline that falls on a day ends with that day in Japan: at 24:00 JST, the instant 15:00 UTC. Everything is
computed from the instant passed in; nothing here knows the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self

from schemas.calendar import JAPAN, ClosedSpan, OfficeCalendar, end_of_day, japan_date
from schemas.catalogue import Bilingual, Clock
from schemas.maps import ProcedureMap
from schemas.standing import Derived, Held
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

    def and_also(self, told: Iterable["Derivation"]) -> Self:
        """The same line, following from these as well."""
        return self.model_copy(update={"because": (*self.because, *told)})


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
    "review": Bilingual(ja="作業が始まった日", en="Opened on"),
}
LENGTHS: Mapping[str, Bilingual] = {
    "correction": Bilingual(
        ja="この手続の補正期間(当方の方針)", en="The time to correct of this procedure, our own policy"
    ),
    "more_requested": Bilingual(
        ja="官署が日を定めなかったため、この手続の補正期間",
        en="The authority set no date: the time to correct of this procedure",
    ),
    "result_expected": Bilingual(
        ja="この手続の通常の審査期間", en="The usual time of examination of this procedure"
    ),
    "review": Bilingual(
        ja="この手続の点検期間(当方の方針)", en="The time to review of this procedure, our own policy"
    ),
}
GIVEN_BY: Mapping[str, Bilingual] = {
    "more_requested": Bilingual(ja="期限は官署が定めた", en="The authority set the date"),
    "hold": Bilingual(ja="保留を確かめる日として担当者が定めた", en="The day named for looking at the hold"),
}
GRANTED = Bilingual(ja="担当者が認めた延長", en="An extension granted by the desk")
EXTENDED = Bilingual(ja="期限を延ばした日", en="Extended on")


def calendar_of(ready: ProcedureMap) -> OfficeCalendar:
    """The office calendar of a map's tables."""
    tables = ready.tables
    return OfficeCalendar(
        known_from=tables.holidays_from, known_to=tables.holidays_to, holidays=tables.holidays
    )


def enduring_calendar_of(ready: ProcedureMap) -> OfficeCalendar:
    """The same calendar for days past its last known holiday, of which only weekends and the turn of the year count."""
    return OfficeCalendar(known_from=date.min, known_to=date.max, holidays=ready.tables.holidays)


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


def explained(
    derived: Derived,
    due_at: datetime,
    calendar: OfficeCalendar,
    *,
    held: Sequence[Held] = (),
    still_since: datetime | None = None,
) -> Derivation:
    """How a recorded deadline came about: from which day, how long on which clock and why, what was skipped, which
    holds moved it, and (`still_since`) since when its clock stands still."""
    due_on = japan_date(due_at - timedelta(microseconds=1))
    base = BASES.get(derived.rule, EXTENDED)
    lines = [
        Derivation(ja=f"{base.ja}: {ja_day(derived.from_on)}", en=f"{base.en} {derived.from_on.isoformat()}")
    ]
    if derived.clock == "given":
        setter = GIVEN_BY.get(derived.rule, GIVEN_BY["more_requested"])
        lines.append(Derivation(ja=setter.ja, en=setter.en))
        planned_on = None
    else:
        lines.append(_length(derived))
        planned_on = last_day(calendar, derived.from_on, derived.days, derived.clock)
        if derived.clock == "office":
            lines += [skipped(span) for span in calendar.closed_spans(derived.from_on, planned_on)]
    return _result(due_on, (*lines, *_moved(planned_on, due_on, held), *_standing_still(still_since)))


def _length(derived: Derived) -> Derivation:
    counted = span_of(derived.days, "office" if derived.clock == "office" else "calendar")
    reason = LENGTHS.get(derived.rule, GRANTED)
    return Derivation(
        ja=f"期間: {counted.ja}(翌日から数える)",
        en=f"Length: {counted.en}, from the day after",
        because=(Derivation(ja=reason.ja, en=reason.en),),
    )


def _moved(planned_on: date | None, due_on: date, held: Sequence[Held]) -> list[Derivation]:
    """What the holds did to it; a hold that was over within the day moved no day, and is told all the same."""
    times = tuple(_hold_told(each) for each in held)
    if planned_on is not None and planned_on != due_on:
        return [
            Derivation(
                ja=f"保留により{ja_day(planned_on)}から移動",
                en=f"Moved by a hold from {planned_on.isoformat()}",
                because=times,
            )
        ]
    return (
        [Derivation(ja="保留の間は止まった", en="Stood still during a hold", because=times)] if times else []
    )


def _hold_told(held: Held) -> Derivation:
    from_at, to_at = (each.astimezone(JAPAN) for each in (held.from_at, held.to_at))
    return Derivation(
        ja=f"保留: {ja_day(from_at.date())}{from_at:%H:%M}から{ja_day(to_at.date())}{to_at:%H:%M}まで(日本時間)",
        en=f"On hold from {from_at:%Y-%m-%d %H:%M} to {to_at:%Y-%m-%d %H:%M} in Japan",
    )


def _standing_still(since: datetime | None) -> list[Derivation]:
    if since is None:
        return []
    at = since.astimezone(JAPAN)
    return [
        Derivation(
            ja=f"{ja_day(at.date())}{at:%H:%M}(日本時間)から保留で止まっている。解除までの時間だけ後ろへ動く",
            en=f"On hold since {at:%Y-%m-%d %H:%M} in Japan: it will move by the length of the hold",
        )
    ]


def _result(due_on: date, because: tuple[Derivation, ...]) -> Derivation:
    return Derivation(
        ja=f"期限: {ja_day(due_on)}の終わり(日本時間24時)",
        en=f"Due by the end of {due_on.isoformat()} (24:00 in Japan)",
        because=because,
    )


def skipped(span: ClosedSpan) -> Derivation:
    """A run of closed days that a count of office days stepped over."""
    ja, en = "・".join(span.names), ", ".join(span.english_names)
    if span.from_on == span.to_on:
        return Derivation(
            ja=f"閉庁日: {ja_day(span.from_on)}({ja})", en=f"Closed: {span.from_on.isoformat()} ({en})"
        )
    return Derivation(
        ja=f"閉庁日: {ja_day(span.from_on)}から{ja_day(span.to_on)}まで({ja})",
        en=f"Closed: {span.from_on.isoformat()} to {span.to_on.isoformat()} ({en})",
    )


def span_of(length: int, clock: Clock) -> Bilingual:
    """So many days of a clock, in words."""
    if clock == "office":
        return Bilingual(ja=f"{length}開庁日", en=f"{length} office days")
    return Bilingual(ja=f"{length}日", en=f"{length} days")


def ja_day(on: date) -> str:
    """2026年12月3日"""
    return f"{on.year}年{on.month}月{on.day}日"
