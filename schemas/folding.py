"""Folding: `fold(standing, event)` gives the next standing by one pure function per kind of event, then the balls."""

from collections.abc import Callable, Iterable
from functools import singledispatch
from typing import Any

from schemas import (
    events,
    finding_changes,
    links,
    lodging_ends,
    proposals,
    receipt_correction,
    routing,
    second_confirmation,
    splitting,
)
from schemas.balls import pass_balls
from schemas.events import Event
from schemas.filing import Filing, FilingKind, FilingState, ResultKind
from schemas.leaving import released
from schemas.standing import Contradiction, Deadline, PersonLine, Stage, Standing
from schemas.standing_changes import with_filing, with_lines, with_persons
from schemas.tasks import Task, TaskKind, TaskState


class OutOfOrder(Exception):
    """An event came whose sequence number is not the next one."""


def fold_all(history: Iterable[Event]) -> Standing:
    """The standing after a whole history, which begins with `received`."""
    standing: Standing | None = None
    for event in history:
        standing = fold(standing, event)
    if standing is None:
        raise OutOfOrder("a history begins with an event")
    return standing


def fold(standing: Standing | None, event: Event) -> Standing:
    """The standing after one more event. Raises `OutOfOrder` when the event is not the next."""
    if standing is None:
        standing = _opened(event)
    elif event.seq != standing.seq + 1:
        raise OutOfOrder(f"event {event.seq} after {standing.seq}")
    changed: Standing = _apply(event.body, standing, event)
    return pass_balls(changed.model_copy(update={"seq": event.seq}), event)


def _opened(event: Event) -> Standing:
    body = event.body
    if not isinstance(body, events.Received) or event.seq != 1:
        raise OutOfOrder("a history begins with `received`, numbered 1")
    return Standing(
        number=body.number,
        organisation_id=body.organisation_id,
        procedure=body.procedure,
        map_version=body.map_version,
        seq=0,
        round=1,
        opened_at=event.at,
        persons=tuple(PersonLine(person_id=person, held_since=event.at) for person in body.persons),
    )


def _task(standing: Standing, task_id: str, **changes: Any) -> Standing:
    tasks = tuple(task.model_copy(update=changes) if task.id == task_id else task for task in standing.tasks)
    return standing.model_copy(update={"tasks": tasks})


def _deadline(standing: Standing, deadline_id: str, change: Callable[[Deadline], dict[str, Any]]) -> Standing:
    deadlines = tuple(
        each.model_copy(update=change(each)) if each.id == deadline_id else each
        for each in standing.deadlines
    )
    return standing.model_copy(update={"deadlines": deadlines})


@singledispatch
def _apply(body: object, standing: Standing, event: Event) -> Standing:
    raise TypeError(f"no fold for {type(body).__name__}")


@_apply.register(events.Received)
def _(body: object, standing: Standing, event: Event) -> Standing:
    return standing


@_apply.register
def _(body: events.ChecksRun, standing: Standing, event: Event) -> Standing:
    changed = finding_changes.checked(standing, body)
    changed = with_lines(changed, {person: {"office": office} for person, office in body.offices.items()})
    return with_persons(changed, body.persons, stage=Stage.REVIEW)


_apply.register(finding_changes.reopened)


@_apply.register
def _(body: events.PackAdopted, standing: Standing, event: Event) -> Standing:
    return standing.model_copy(update={"pack_chosen": body.pack_version})


@_apply.register
def _(body: events.TaskOpened, standing: Standing, event: Event) -> Standing:
    task = Task(
        id=body.task_id,
        kind=body.task_kind,
        persons=body.persons,
        filing_id=body.filing_id,
        round=body.round,
        excluded=body.excluded,
        due_at=body.due_at,
        opened_at=event.at,
    )
    changes = {"tasks": (*standing.tasks, task), "tasks_opened": standing.tasks_opened + 1}
    return standing.model_copy(update=changes)


@_apply.register
def _(body: events.TaskClaimed, standing: Standing, event: Event) -> Standing:
    return _task(standing, body.task_id, state=TaskState.CLAIMED, assignee=body.assignee)


@_apply.register
def _(body: events.TaskReleased, standing: Standing, event: Event) -> Standing:
    return _task(standing, body.task_id, state=TaskState.OPEN, assignee=None)


@_apply.register
def _(body: events.TaskJoined, standing: Standing, event: Event) -> Standing:
    task = standing.task(body.task_id)
    if task is None:
        return standing
    joined = _task(standing, task.id, persons=task.persons + body.persons)
    filing = standing.filing(task.filing_id or "")
    if filing is None:
        return joined
    joined = with_persons(joined, body.persons, filing_id=filing.id)
    return with_filing(joined, filing.id, persons=filing.persons + body.persons)


@_apply.register
def _(body: events.TaskDone, standing: Standing, event: Event) -> Standing:
    task = standing.task(body.task_id)
    if task is None:
        return standing
    granted = task.kind is TaskKind.TOO_MANY_ROUNDS and body.outcome == "extend"
    changed = standing.model_copy(update={"rounds_granted": standing.rounds_granted + int(granted)})
    who = task.assignee or event.actor.id
    return _task(
        changed, task.id, state=TaskState.DONE, assignee=who, closed_at=event.at, outcome=body.outcome
    )


@_apply.register
def _(body: events.TaskCancelled, standing: Standing, event: Event) -> Standing:
    return _task(standing, body.task_id, state=TaskState.CANCELLED, closed_at=event.at, outcome=body.reason)


@_apply.register
def _(body: events.FindingsRaised, standing: Standing, event: Event) -> Standing:
    return finding_changes.added(standing, body.findings)


_apply.register(finding_changes.settled)


@_apply.register
def _(body: events.ReviewPassed, standing: Standing, event: Event) -> Standing:
    return with_persons(standing, body.persons, stage=Stage(body.then))


@_apply.register
def _(body: events.ReviewSentBack, standing: Standing, event: Event) -> Standing:
    return with_persons(released(standing, body.persons), body.persons, stage=Stage.REVIEW)


@_apply.register
def _(body: events.CorrectionRequested, standing: Standing, event: Event) -> Standing:
    return with_persons(standing, body.persons, stage=Stage.CORRECTION)


@_apply.register
def _(body: events.CorrectionHandedIn, standing: Standing, event: Event) -> Standing:
    answered = finding_changes.answered(_in_round(standing, body.round), body.persons)
    return with_persons(released(answered, body.persons), body.persons, stage=Stage.INTAKE)


@_apply.register
def _(body: events.CorrectionCameLate, standing: Standing, event: Event) -> Standing:
    return _in_round(standing, body.round)


def _in_round(standing: Standing, round_: int) -> Standing:
    handed_in = (*standing.rounds_handed_in, round_)
    return standing.model_copy(update={"round": max(standing.round, round_), "rounds_handed_in": handed_in})


@_apply.register
def _(body: events.DeadlineSet, standing: Standing, event: Event) -> Standing:
    deadline = Deadline(
        id=body.deadline_id,
        kind=body.deadline_kind,
        due_at=body.due_at,
        remind_at=body.remind_at,
        persons=body.persons,
        set_at=event.at,
        derived=body.derived,
    )
    changes = {"deadlines": (*standing.deadlines, deadline), "deadlines_set": standing.deadlines_set + 1}
    return standing.model_copy(update=changes)


@_apply.register
def _(body: events.ReminderDue, standing: Standing, event: Event) -> Standing:
    return _deadline(
        standing,
        body.deadline_id,
        lambda each: {"remind_at": tuple(instant for instant in each.remind_at if instant > event.at)},
    )


@_apply.register
def _(body: events.DeadlinePassed | events.DeadlineEnded, standing: Standing, event: Event) -> Standing:
    state = "passed" if isinstance(body, events.DeadlinePassed) else "ended"
    return _deadline(standing, body.deadline_id, lambda each: {"state": state})


@_apply.register
def _(body: events.HoldPlaced, standing: Standing, event: Event) -> Standing:
    return standing.model_copy(update={"hold": body.reason, "held_at": event.at})


@_apply.register
def _(body: events.HoldLifted, standing: Standing, event: Event) -> Standing:
    deadlines = tuple(each.after_hold(standing.held_at or event.at, event.at) for each in standing.deadlines)
    return standing.model_copy(update={"hold": None, "held_at": None, "deadlines": deadlines})


@_apply.register
def _(body: events.FilingPrepared, standing: Standing, event: Event) -> Standing:
    filing = Filing(
        id=body.filing_id,
        kind=body.filing_kind,
        persons=body.persons,
        office=body.office,
        parent_id=body.parent_id,
    )
    changes = {"filings": (*standing.filings, filing), "filings_prepared": standing.filings_prepared + 1}
    return with_persons(standing.model_copy(update=changes), body.persons, filing_id=filing.id)


@_apply.register
def _(body: events.LodgingIntended, standing: Standing, event: Event) -> Standing:
    filing = standing.filing(body.filing_id)
    changed = with_filing(
        standing,
        body.filing_id,
        state=FilingState.INTENDED,
        handler=body.handler,
        channel=body.channel,
        way=body.way,
        package_sha256=body.package_sha256,
    )
    return with_persons(changed, filing.persons if filing else (), stage=Stage.FILING)


_apply.register(second_confirmation.LodgingReported, second_confirmation.reported)
_apply.register(second_confirmation.SecondAsked, second_confirmation.asked)
_apply.register(routing.FilingRouted, routing.routed)
_apply.register(routing.FilingEntrusted, routing.entrusted)
_apply.register(lodging_ends.LodgingConfirmed, lodging_ends.confirmed)
_apply.register(lodging_ends.LodgingFailed, lodging_ends.failed)
_apply.register(receipt_correction.CorrectionReported, receipt_correction.reported)
_apply.register(receipt_correction.ReceiptsCorrected, receipt_correction.corrected)
_apply.register(links.LinkNoted, links.noted)
_apply.register(splitting.PersonsMoved, splitting.moved)
_apply.register(splitting.SplitRefused, splitting.unchanged)
_apply.register(splitting.CameBySplit, splitting.unchanged)
_apply.register(proposals.Proposed, proposals.proposed)
_apply.register(proposals.ProposalAnswered, proposals.answered)


@_apply.register
def _(body: events.LodgingUnknown, standing: Standing, event: Event) -> Standing:
    return with_filing(standing, body.filing_id, state=FilingState.UNKNOWN)


@_apply.register
def _(body: events.MoreRequested, standing: Standing, event: Event) -> Standing:
    left = released(standing, body.persons)
    return with_persons(left, body.persons, stage=Stage.MORE_REQUESTED, lodges_next=FilingKind.SUPPLEMENT)


@_apply.register
def _(body: events.ResultRecorded, standing: Standing, event: Event) -> Standing:
    left = released(standing, (body.person_id,))
    return with_persons(
        left, (body.person_id,), stage=Stage.DECIDED, result=body.result, decided_on=body.decided_on
    )


@_apply.register
def _(body: events.ResultDated, standing: Standing, event: Event) -> Standing:
    return with_persons(standing, (body.person_id,), valid_to=body.valid_to)


@_apply.register
def _(body: events.ResultContradicted, standing: Standing, event: Event) -> Standing:
    later = Contradiction(person_id=body.person_id, result=body.result, decided_on=body.decided_on)
    return _contradictions(standing, body.person_id, later)


@_apply.register
def _(body: events.ContradictionEnded, standing: Standing, event: Event) -> Standing:
    later = standing.contradiction(body.person_id)
    settled = _contradictions(standing, body.person_id)
    if later is None or body.holds == "recorded":
        return settled
    changes = {"result": later.result, "decided_on": later.decided_on, "valid_to": None}
    return with_persons(settled, (body.person_id,), stage=Stage.DECIDED, **changes)


def _contradictions(standing: Standing, person_id: str, *later: Contradiction) -> Standing:
    others = tuple(each for each in standing.contradictions if each.person_id != person_id)
    return standing.model_copy(update={"contradictions": (*others, *later)})


@_apply.register
def _(body: events.ResultsDelivered, standing: Standing, event: Event) -> Standing:
    return with_persons(standing, body.persons, stage=Stage.CLOSED)


@_apply.register
def _(body: events.WithdrawalRequested, standing: Standing, event: Event) -> Standing:
    left = released(standing, body.persons)
    return with_persons(
        left, body.persons, stage=Stage.READY, lodges_next=FilingKind.WITHDRAWAL, filing_id=None
    )


@_apply.register
def _(body: events.Withdrawn, standing: Standing, event: Event) -> Standing:
    left = released(standing, body.persons)
    return with_persons(left, body.persons, stage=Stage.CLOSED, result=ResultKind.WITHDRAWN)


@_apply.register
def _(body: events.RoadReopened, standing: Standing, event: Event) -> Standing:
    return standing.model_copy(update={"closed_at": None})


@_apply.register
def _(body: events.Closed, standing: Standing, event: Event) -> Standing:
    return standing.model_copy(update={"closed_at": event.at})
