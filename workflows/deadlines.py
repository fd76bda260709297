"""Deadlines: computed once from the plan that travels along, watched by one timer, never a result by themselves."""

from datetime import date, datetime, timedelta

from schemas.calendar import OfficeCalendar, end_of_day, japan_date
from schemas.events import DeadlineEnded, DeadlinePassed, DeadlineSet, Derived, ReminderDue, TaskOpened
from schemas.standing import Deadline, Stage
from schemas.tasks import TaskKind
from workflows.situation import Happenings, Situation

CORRECTION = "correction"
MORE_REQUESTED = "more_requested"
RESULT_EXPECTED = "result_expected"
WAITS_AT = {
    CORRECTION: (Stage.CORRECTION,),
    MORE_REQUESTED: (Stage.MORE_REQUESTED,),
    RESULT_EXPECTED: (Stage.LODGED,),
}
OPENS = {
    CORRECTION: TaskKind.OVERDUE_CORRECTION,
    MORE_REQUESTED: TaskKind.OVERDUE_CORRECTION,
    RESULT_EXPECTED: TaskKind.CHASE_RESULT,
}


def calendar_of(situation: Situation) -> OfficeCalendar:
    """The office calendar the application was handed in under."""
    return situation.plan.calendar


def due_on(situation: Situation, days: int, clock: str) -> date:
    """The last day: so many calendar or office days after today in Japan."""
    today = japan_date(situation.now)
    if clock == "office":
        return calendar_of(situation).office_days_after(today, days)
    return today + timedelta(days=days)


def review_due(situation: Situation) -> datetime:
    """When an advance review should be done, by the desk's own policy."""
    return end_of_day(due_on(situation, situation.plan.review_office_days, "office"))


def correction(situation: Situation, persons: tuple[str, ...]) -> DeadlineSet:
    """The client's deadline to correct, with reminders before it."""
    plan = situation.plan
    last = due_on(situation, plan.correction_days, plan.correction_clock)
    derived = _derived(situation, CORRECTION, plan.correction_days, plan.correction_clock)
    return _set(
        situation, CORRECTION, last, persons=persons, derived=derived, reminders=_reminders(situation, last)
    )


def extension(situation: Situation, kind: str, persons: tuple[str, ...], days: int) -> DeadlineSet:
    """A new deadline granted by a manager, so many calendar days from today."""
    last = due_on(situation, days, "calendar")
    derived = _derived(situation, f"{kind}_extended", days, "calendar")
    return _set(
        situation, kind, last, persons=persons, derived=derived, reminders=_reminders(situation, last)
    )


def more_requested(situation: Situation, persons: tuple[str, ...], given: date | None) -> DeadlineSet:
    """The authority's date when it gave one, otherwise the desk's usual time to correct."""
    if given is None:
        return correction(situation, persons).model_copy(update={"deadline_kind": MORE_REQUESTED})
    derived = Derived(rule=MORE_REQUESTED, from_on=japan_date(situation.now), days=0, clock="given")
    return _set(
        situation,
        MORE_REQUESTED,
        given,
        persons=persons,
        derived=derived,
        reminders=_reminders(situation, given),
    )


def result_expected(situation: Situation, persons: tuple[str, ...]) -> DeadlineSet:
    """When the authority usually has decided; after it a handler asks."""
    days = situation.plan.expected_days
    derived = _derived(situation, RESULT_EXPECTED, days, "calendar")
    return _set(
        situation, RESULT_EXPECTED, due_on(situation, days, "calendar"), persons=persons, derived=derived
    )


def _derived(situation: Situation, rule: str, days: int, clock: str) -> Derived:
    plain = "office" if clock == "office" else "calendar"
    return Derived(rule=rule, from_on=japan_date(situation.now), days=days, clock=plain)


def _set(
    situation: Situation,
    kind: str,
    last: date,
    *,
    persons: tuple[str, ...],
    derived: Derived,
    reminders: tuple[datetime, ...] = (),
) -> DeadlineSet:
    return DeadlineSet(
        deadline_id=situation.deadline_id(),
        deadline_kind=kind,
        due_at=end_of_day(last),
        remind_at=reminders,
        persons=persons,
        derived=derived,
    )


def _reminders(situation: Situation, last: date) -> tuple[datetime, ...]:
    instants = (end_of_day(last) - timedelta(days=days) for days in situation.plan.remind_days_before)
    return tuple(sorted(instant for instant in instants if instant > situation.now))


def next_instant(situation: Situation) -> datetime | None:
    """The next moment at which a running deadline asks for something; None on hold or when there is none."""
    if situation.standing.hold is not None:
        return None
    running = situation.standing.running_deadlines()
    instants = [instant for each in running for instant in (*each.remind_at, each.due_at)]
    return min(instants, default=None)


def come_due(situation: Situation) -> Happenings:
    """What the clock makes happen now: deadlines nobody waits for end, reminders go out, passed ones open a task."""
    happenings: Happenings = []
    for each in situation.standing.running_deadlines():
        happenings += _one(situation, each, opened=sum(isinstance(h, TaskOpened) for h in happenings))
    return happenings


def waiting_for(situation: Situation, kind: str, persons: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these persons for whom a deadline of this kind still runs for something."""
    return tuple(person for stage in WAITS_AT[kind] for person in situation.at(stage, persons))


def replaced(situation: Situation, kind: str, persons: tuple[str, ...]) -> list[DeadlineEnded]:
    """The running deadlines of this kind that wait for nobody else: a new one takes their place."""
    return [
        DeadlineEnded(deadline_id=each.id)
        for each in situation.standing.running_deadlines(kind)
        if frozenset(waiting_for(situation, kind, each.persons)) <= frozenset(persons)
    ]


def _one(situation: Situation, deadline: Deadline, *, opened: int) -> Happenings:
    waiting = waiting_for(situation, deadline.kind, deadline.persons)
    if not waiting:
        return [DeadlineEnded(deadline_id=deadline.id)]
    if situation.standing.hold is not None:
        return []
    if situation.now >= deadline.due_at:
        return [DeadlinePassed(deadline_id=deadline.id), _overdue(situation, deadline, waiting, opened)]
    if any(instant <= situation.now for instant in deadline.remind_at):
        return [ReminderDue(deadline_id=deadline.id)]
    return []


def _overdue(situation: Situation, deadline: Deadline, waiting: tuple[str, ...], opened: int) -> TaskOpened:
    return TaskOpened(
        task_id=situation.task_id(opened),
        task_kind=OPENS[deadline.kind],
        persons=waiting,
        round=situation.standing.round,
        due_at=review_due(situation),
    )
