"""Which stage decides a human task: one table, by kind of task."""

from schemas.commands import CompleteTask
from schemas.tasks import TaskKind
from workflows import advance_review, filing, holds, result_receipt
from workflows.situation import Decision, Happenings, Situation

COMPLETING: dict[TaskKind, Decision] = {
    TaskKind.REVIEW: advance_review.complete_review,
    TaskKind.SECOND_REVIEW: advance_review.complete_second_review,
    TaskKind.OVERDUE_CORRECTION: advance_review.decide_overdue,
    TaskKind.TOO_MANY_ROUNDS: advance_review.decide_overdue,
    TaskKind.FIND_OUT: filing.find_out,
    TaskKind.CONFIRM_ABSENT: filing.confirm_absent,
    TaskKind.HAND_OVER: result_receipt.hand_over,
    TaskKind.CHASE_RESULT: result_receipt.chased,
    TaskKind.LODGE: filing.not_by_verdict,
    TaskKind.LATE_CORRECTION: advance_review.see_what_came_late,
    TaskKind.LINK_TURNED: advance_review.see_what_came_late,
    TaskKind.CONTRADICTION: result_receipt.settle_contradiction,
    TaskKind.CHECK_HOLD: holds.check,
}


def complete(situation: Situation, command: CompleteTask) -> Happenings:
    """A task is decided by the stage it belongs to."""
    return COMPLETING[situation.task(command.task_id).kind](situation, command)
