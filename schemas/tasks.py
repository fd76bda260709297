"""Tasks (作業): something one human must decide, who may take it, and which outcomes it can have."""

from datetime import datetime
from enum import StrEnum

from schemas.parties import Right
from schemas.words import Word


class TaskKind(StrEnum):
    """The kinds of human tasks on the road."""

    REVIEW = "review"
    SECOND_REVIEW = "second_review"
    LODGE = "lodge"
    FIND_OUT = "find_out"
    CONFIRM_ABSENT = "confirm_absent"
    HAND_OVER = "hand_over"
    CHASE_RESULT = "chase_result"
    OVERDUE_CORRECTION = "overdue_correction"
    TOO_MANY_ROUNDS = "too_many_rounds"
    LATE_CORRECTION = "late_correction"
    LINK_TURNED = "link_turned"
    CONTRADICTION = "contradiction"
    CHECK_HOLD = "check_hold"


RIGHT_FOR: dict[TaskKind, Right] = {
    TaskKind.REVIEW: Right.REVIEW,
    TaskKind.SECOND_REVIEW: Right.REVIEW_SECOND,
    TaskKind.LODGE: Right.LODGE,
    TaskKind.FIND_OUT: Right.LODGE,
    TaskKind.CONFIRM_ABSENT: Right.LODGE,
    TaskKind.HAND_OVER: Right.RECORD_RESULT,
    TaskKind.CHASE_RESULT: Right.RECORD_RESULT,
    TaskKind.OVERDUE_CORRECTION: Right.DECIDE_OVERDUE,
    TaskKind.TOO_MANY_ROUNDS: Right.DECIDE_OVERDUE,
    TaskKind.LATE_CORRECTION: Right.REVIEW,
    TaskKind.LINK_TURNED: Right.REVIEW,
    TaskKind.CONTRADICTION: Right.SETTLE_RESULT,
    TaskKind.CHECK_HOLD: Right.HOLD,
}


ABOUT_THE_CASE = frozenset(
    {TaskKind.LATE_CORRECTION, TaskKind.LINK_TURNED, TaskKind.CONTRADICTION, TaskKind.CHECK_HOLD}
)
"""Tasks that stay open whatever becomes of their persons meanwhile."""
TOLD_THE_CLIENT = frozenset({TaskKind.LATE_CORRECTION, TaskKind.LINK_TURNED})
"""Tasks that end with words to the client: what becomes of what came late."""


class TaskState(StrEnum):
    """open → claimed → done; cancelled when the road no longer needs it."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({TaskState.OPEN, TaskState.CLAIMED})


class Task(Word):
    """One human task. `excluded` names people who may not take it (four eyes)."""

    id: str
    kind: TaskKind
    state: TaskState = TaskState.OPEN
    persons: tuple[str, ...] = ()
    filing_id: str | None = None
    round: int
    assignee: str | None = None
    excluded: tuple[str, ...] = ()
    due_at: datetime | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in OPEN_STATES
