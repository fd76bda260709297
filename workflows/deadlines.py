"""Deadlines: computed once from the plan that travels along, watched by one timer, never a result by themselves."""

from datetime import date, datetime, timedelta
from typing import Literal

from schemas.calendar import end_of_day, japan_date
from schemas.catalogue import Clock
from schemas.deadlines import reminders
from schemas.events import DeadlineEnded, DeadlinePassed, DeadlineSet, ReminderDue, TaskOpened
from schemas.refusals import Refused
from schemas.standing import Deadline, Derived, Stage
from schemas.tasks import TaskKind
from workflows.human_tasks import opened
from workflows.situation import Happenings, Situation

CORRECTION = "correction"
MORE_REQUESTED = "more_requested"
RESULT_EXPECTED = "result_expected"
HOLD = "hold"
FURTHEST_DAYS = 730
"""No day that people name for a deadline or a hold is further away: what is, was mistyped."""
WAITS_AT = {
    CORRECTION: (Stage.CORRECTION,),
    MORE_REQUESTED: (Stage.MORE_REQUESTED,),
    RESULT_EXPECTED: (Stage.LODGED,),
}
OPENS = {
    CORRECTION: TaskKind.OVERDUE_CORRECTION,
    MORE_REQUESTED: TaskKind.OVERDUE_CORRECTION,
    RESULT_EXPECTED: TaskKind.CHASE_RESULT,
    HOLD: TaskKind.CHECK_HOLD,
}


def correction(situation: Situation, persons: tuple[str, ...]) -> DeadlineSet:
    """The client's deadline to correct, with reminders before it."""
    return _asked_of_client(situation, CORRECTION, persons)


def extension(situation: Situation, kind: str, persons: tuple[str, ...], days: int) -> DeadlineSet:
    """A new deadline granted by a person of the desk, so many calendar days from today."""
    before = () if kind == RESULT_EXPECTED else situation.plan.remind_days_before
    derived = _derived(situation, f"{kind}_extended", days, "calendar")
    return _set(situation, kind, persons, derived, before=before)


def more_requested(situation: Situation, persons: tuple[str, ...], given: date | None) -> DeadlineSet:
    """The authority's date when it gave one, otherwise the desk's usual time to correct."""
    if given is None:
        return _asked_of_client(situation, MORE_REQUESTED, persons)
    if given > furthest(situation):
        raise Refused("day_out_of_range", "due_on")
    derived = _derived(situation, MORE_REQUESTED, 0, "given")
    return _set(
        situation, MORE_REQUESTED, persons, derived, before=situation.plan.remind_days_before, given=given
    )


def hold_ends(situation: Situation, until_on: date) -> DeadlineSet:
    """The day on which somebody is asked whether a hold is still needed. It runs while all others stand still."""
    persons = tuple(line.person_id for line in situation.standing.persons if not line.is_closed)
    return _set(situation, HOLD, persons, _derived(situation, HOLD, 0, "given"), given=until_on)


def furthest(situation: Situation) -> date:
    """The last day that people may name."""
    return japan_date(situation.now) + timedelta(days=FURTHEST_DAYS)


def result_expected(situation: Situation, persons: tuple[str, ...]) -> DeadlineSet:
    """When the authority usually has decided; after it a handler asks."""
    derived = _derived(situation, RESULT_EXPECTED, situation.plan.expected_days, "calendar")
    return _set(situation, RESULT_EXPECTED, persons, derived)


def _asked_of_client(situation: Situation, kind: str, persons: tuple[str, ...]) -> DeadlineSet:
    plan = situation.plan
    derived = _derived(situation, kind, plan.correction_days, plan.correction_clock)
    return _set(situation, kind, persons, derived, before=plan.remind_days_before)


def _derived(
    situation: Situation, rule: str, days: int, clock: Literal["calendar", "office", "given"]
) -> Derived:
    return Derived(rule=rule, from_on=japan_date(situation.now), days=days, clock=clock)


def _set(
    situation: Situation,
    kind: str,
    persons: tuple[str, ...],
    derived: Derived,
    *,
    before: tuple[int, ...] = (),
    given: date | None = None,
) -> DeadlineSet:
    clock: Clock = "office" if derived.clock == "office" else "calendar"
    last = given or situation.due_on(derived.days, clock)
    return DeadlineSet(
        deadline_id=situation.deadline_id(),
        deadline_kind=kind,
        due_at=end_of_day(last),
        remind_at=reminders(situation.plan.calendar, last, before, clock, after=situation.now),
        persons=persons,
        derived=derived,
    )


def next_instant(situation: Situation) -> datetime | None:
    """The next moment at which a running deadline asks for something; on hold only the hold's own day does."""
    held = situation.standing.hold is not None
    running = situation.standing.running_deadlines(*([HOLD] if held else []))
    instants = [instant for each in running for instant in (*each.remind_at, each.due_at)]
    return min(instants, default=None)


def come_due(situation: Situation) -> Happenings:
    """What the clock makes happen now: deadlines nobody waits for end, reminders go out, passed ones open a task."""
    happenings: Happenings = []
    for each in situation.standing.running_deadlines():
        happenings += _one(situation, each, before=sum(isinstance(h, TaskOpened) for h in happenings))
    return happenings


def waiting_for(situation: Situation, kind: str, persons: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these persons for whom a deadline of this kind still runs for something."""
    if kind == HOLD:
        return persons if situation.standing.hold is not None else ()
    return tuple(person for stage in WAITS_AT[kind] for person in situation.at(stage, persons))


def replaced(situation: Situation, kind: str, persons: tuple[str, ...]) -> list[DeadlineEnded]:
    """The running deadlines of this kind that wait for nobody else: a new one takes their place."""
    return [
        DeadlineEnded(deadline_id=each.id)
        for each in situation.standing.running_deadlines(kind)
        if frozenset(waiting_for(situation, kind, each.persons)) <= frozenset(persons)
    ]


def _one(situation: Situation, deadline: Deadline, *, before: int) -> Happenings:
    waiting, held = (
        waiting_for(situation, deadline.kind, deadline.persons),
        situation.standing.hold is not None,
    )
    if not waiting:
        return [DeadlineEnded(deadline_id=deadline.id)]
    if held and deadline.kind != HOLD:
        return []
    if situation.now >= deadline.due_at:
        return [
            DeadlinePassed(deadline_id=deadline.id),
            opened(situation, OPENS[deadline.kind], waiting, further=before),
        ]
    if any(instant <= situation.now for instant in deadline.remind_at):
        return [ReminderDue(deadline_id=deadline.id)]
    return []
