"""Planning backwards: by when something must be handed in to the desk so that it is lodged, and decided, in time.

Counted from a day of the map's anchor (a start of training, an end of stay) or, where a map has none, from the day the
result is needed. Office days are those of government offices; everything is worked out from the day passed in.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Self

from schemas.calendar import OfficeCalendar
from schemas.catalogue import Clock
from schemas.deadlines import Derivation, enduring_calendar_of, ja_day, skipped, span_of
from schemas.dossier import Dossier
from schemas.lodging import Window, anchor_days, bound_told, counted, window_of
from schemas.maps import ProcedureMap
from schemas.words import Word

FOR_ALL = "true"
"""The condition of a bound that is asked of everybody."""


class BackwardPlan(Word):
    """The last days to hand in and to lodge for a day that is aimed at (Japan dates).

    `lodge_from` is the first day it may be lodged, where there is one; `is_too_narrow` when it comes after `lodge_by`.
    """

    aimed_at: date
    lodge_from: date | None
    lodge_by: date
    hand_in_by: date
    derivation: Derivation

    @property
    def is_too_narrow(self) -> bool:
        """True when waiting for the first day means that the result is not there in time."""
        return self.lodge_from is not None and self.lodge_by < self.lodge_from

    def and_also(self, told: Iterable[Derivation]) -> Self:
        """The same days, with more said about how they came about."""
        return self.model_copy(update={"derivation": self.derivation.and_also(told)})


def planned_back(ready: ProcedureMap, aimed_at: date, window: Window | None = None) -> BackwardPlan | None:
    """The plan for one day; `window` is that of a dossier, without it the bounds that hold for everybody are used.

    None for what is notified after its day and has no last one ("without delay"): nothing is planned back from it.
    """
    calendar = enduring_calendar_of(ready)
    ends = _ends(ready, aimed_at, window)
    if not ends:
        return None
    last_on = min(on for on, _ in ends)
    lodge_by = _office_day_before_or_on(calendar, last_on)
    steps = list(_steps(ready, calendar, lodge_by))
    hand_in_by = steps[-1][0]
    lodged = Derivation(
        ja=f"官署への提出: {ja_day(lodge_by)}まで",
        en=f"Lodged with the authority by {lodge_by.isoformat()}",
        because=(*(told for _, told in ends), *_not_open(calendar, lodge_by, last_on)),
    )
    return BackwardPlan(
        aimed_at=aimed_at,
        lodge_from=_opens(ready, aimed_at, window),
        lodge_by=lodge_by,
        hand_in_by=hand_in_by,
        derivation=Derivation(
            ja=f"当方への提出: {ja_day(hand_in_by)}まで",
            en=f"Handed in to the desk by {hand_in_by.isoformat()}",
            because=(_aim(ready, aimed_at), lodged, *(told for _, told in steps), *_unknown(ready, aimed_at)),
        ),
    )


def plan_of(ready: ProcedureMap, dossier: Dossier) -> BackwardPlan | None:
    """The plan of a dossier: for the earliest day that is answered, within the window of all its persons."""
    days = anchor_days(ready, dossier)
    return planned_back(ready, days[0], window_of(ready, dossier)) if days else None


def _aim(ready: ProcedureMap, aimed_at: date) -> Derivation:
    row = ready.procedure.field(ready.procedure.window.anchor or "")
    if row is None:
        return Derivation(
            ja=f"結果が要る日: {ja_day(aimed_at)}", en=f"Result needed by {aimed_at.isoformat()}"
        )
    return Derivation(ja=f"{row.label.ja}: {ja_day(aimed_at)}", en=f"{row.label.en}: {aimed_at.isoformat()}")


def _opens(ready: ProcedureMap, aimed_at: date, window: Window | None) -> date | None:
    if window is not None and not window.missing:
        return window.earliest_on
    row = ready.procedure.window
    opens = [row.opens_on] if row.opens_on else []
    bound = row.earliest
    if bound is not None and row.anchor is not None and bound.when == FOR_ALL:
        opens.append(counted(bound, aimed_at))
    return max(opens, default=None)


def _ends(ready: ProcedureMap, aimed_at: date, window: Window | None) -> list[tuple[date, Derivation]]:
    """The days by which it must be lodged, each with its reason: by the window, by the regime, and for the result."""
    row, ends = ready.procedure.window, []
    latest = _latest(ready, aimed_at, window)
    if latest is not None:
        because = tuple(bound_told(row.latest, is_latest=True))
        ends.append((latest, _by("申請できる最後の日", "The last day to lodge", latest, because)))
    cut_off = ready.tables.cut_off(row.cut_off) if row.cut_off else None
    if cut_off is not None:
        ends.append((cut_off.lodge_by, _by("制度の期限", "End of the regime", cut_off.lodge_by, ())))
    if row.anchor is None or (latest is not None and latest <= aimed_at):
        ends.append(_in_time_for_result(ready, aimed_at))
    return ends


def _in_time_for_result(ready: ProcedureMap, aimed_at: date) -> tuple[date, Derivation]:
    days = ready.procedure.expected_days.most
    on = aimed_at - timedelta(days=days)
    span = span_of(days, "calendar")
    reason = Derivation(
        ja=f"審査に通常かかる最長の期間: {span.ja}", en=f"The longest usual examination: {span.en}"
    )
    return on, _by("その日までに結果を得るための最後の日", "For a result by that day, by", on, (reason,))


def _by(ja: str, en: str, on: date, because: tuple[Derivation, ...]) -> Derivation:
    return Derivation(ja=f"{ja}: {ja_day(on)}", en=f"{en}: {on.isoformat()}", because=because)


def _latest(ready: ProcedureMap, aimed_at: date, window: Window | None) -> date | None:
    if window is not None and not window.missing:
        return window.latest_on
    row = ready.procedure.window
    if row.anchor is None or row.latest is None or row.latest.when != FOR_ALL:
        return None
    return counted(row.latest, aimed_at)


def _steps(
    ready: ProcedureMap, calendar: OfficeCalendar, lodge_by: date
) -> Iterator[tuple[date, Derivation]]:
    """The desk's own time, backwards: the review of the corrections, the correction, the first review."""
    review, correction = ready.procedure.review, ready.procedure.correction
    reviewing = review.within_office_days * review.levels
    level = "" if review.levels == 1 else f"({review.levels}人で順に)"
    again = "" if review.levels == 1 else f" by {review.levels} people in turn"
    on = lodge_by
    stretches: tuple[tuple[str, str, int, Clock], ...] = (
        (f"補正の点検{level}", f"Review of the corrections{again}", reviewing, "office"),
        ("1回の補正", "One round of corrections", correction.within, correction.clock),
        (f"事前点検{level}", f"Advance review{again}", reviewing, "office"),
    )
    for ja, en, length, clock in stretches:
        before = _days_before(calendar, on, length, clock)
        spans = calendar.closed_spans(before, on if clock == "office" else on - timedelta(days=length))
        span = span_of(length, clock)
        told = Derivation(
            ja=f"{ja}: {span.ja}、{ja_day(before)}から",
            en=f"{en}: {span.en}, from {before.isoformat()}",
            because=tuple(skipped(each) for each in spans),
        )
        yield before, told
        on = before


def _days_before(calendar: OfficeCalendar, on: date, length: int, clock: Clock) -> date:
    """The stretch begins on an office day, because what comes before it ends on one."""
    if clock == "office":
        return calendar.office_days_before(on, length)
    return _office_day_before_or_on(calendar, on - timedelta(days=length))


def _office_day_before_or_on(calendar: OfficeCalendar, on: date) -> date:
    while not calendar.is_office_day(on):
        on -= timedelta(days=1)
    return on


def _not_open(calendar: OfficeCalendar, lodge_by: date, last_on: date) -> tuple[Derivation, ...]:
    return tuple(skipped(span) for span in calendar.closed_spans(lodge_by, last_on))


def _unknown(ready: ProcedureMap, aimed_at: date) -> tuple[Derivation, ...]:
    known_to = ready.tables.holidays_to
    if aimed_at <= known_to:
        return ()
    return (
        Derivation(
            ja=f"{ja_day(known_to)}より後の祝日は未公表のため数えていない",
            en=f"National holidays after {known_to.isoformat()} are not published and not counted",
        ),
    )
