"""Holds (保留): clocks stop and nothing is lodged until the hold is lifted; the deadlines then move by its length."""

from datetime import date

from schemas.calendar import japan_date
from schemas.commands import CompleteTask, HoldChecked, LiftHold, PlaceHold
from schemas.events import HoldLifted, HoldPlaced, TaskCancelled, TaskDone
from schemas.refusals import Refused
from schemas.tasks import TaskKind
from workflows import deadlines
from workflows.human_tasks import taking
from workflows.situation import Happenings, Situation


def place(situation: Situation, command: PlaceHold) -> Happenings:
    """Stop the clocks; one goes on: that of the day on which somebody asks whether the hold is still needed."""
    if situation.standing.hold is not None:
        raise Refused("on_hold")
    placed = HoldPlaced(reason=command.reason, remark_id=command.remark_id)
    return [placed, *_asked_again(situation, command.until_on)]


def _asked_again(situation: Situation, until_on: date | None) -> Happenings:
    if until_on is None:
        return []
    if not japan_date(situation.now) <= until_on <= deadlines.furthest(situation):
        raise Refused("day_out_of_range", "until_on")
    return [deadlines.hold_ends(situation, until_on)]


def check(situation: Situation, command: CompleteTask) -> Happenings:
    """The hold's day has come: lifted, or it goes on until another day, with a written reason."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, HoldChecked):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    if situation.standing.hold is None or verdict.until_on is None:
        lifted: Happenings = [] if situation.standing.hold is None else [HoldLifted()]
        return [TaskDone(task_id=task.id, outcome="lifted"), *lifted]
    if verdict.remark_id is None:
        raise Refused("reason_missing", "words")
    return [TaskDone(task_id=task.id, outcome="goes_on"), *_asked_again(situation, verdict.until_on)]


def lift(situation: Situation, command: LiftHold) -> Happenings:
    """Let the clocks go on."""
    if situation.standing.hold is None:
        raise Refused("not_on_hold")
    asked = situation.standing.open_tasks(TaskKind.CHECK_HOLD)
    return [*(TaskCancelled(task_id=task.id, reason="lifted") for task in asked), HoldLifted()]
