"""Events (past tense): what has happened to an application, in codes, dates, ids. What a `kind` means never changes."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.filing import FeeAtLodging, FilingKind, ResultKind, Way
from schemas.findings import Finding, FindingReopened, FindingSettled, ItemMark
from schemas.identifiers import Number
from schemas.lodging_ends import LodgingConfirmed, LodgingFailed
from schemas.parties import Actor
from schemas.routing import FilingAct
from schemas.standing import Derived
from schemas.tasks import TaskKind
from schemas.ties import Tie
from schemas.words import Grown, Word


class Received(Word):
    """The application was accepted and its road began."""

    kind: Literal["received"] = "received"
    number: Number
    organisation_id: str
    procedure: str
    map_version: date
    persons: tuple[str, ...]


class ChecksRun(Grown):
    """The automatic checks of one round: what they newly found, and which earlier findings no longer hold.

    `rests_on` has the new basis of findings that are found again resting on something else.
    """

    GAINED: ClassVar = frozenset({"rests_on"})

    kind: Literal["checks_run"] = "checks_run"
    round: int
    persons: tuple[str, ...]
    pack_version: str
    found: tuple[Finding, ...] = ()
    resolved: tuple[str, ...] = ()
    offices: dict[str, str] = Field(default_factory=dict)
    rests_on: dict[str, str] = Field(default_factory=dict)


class FindingsReopened(Word):
    """Findings that were settled, or weighed otherwise, are asked about again; each says what changed."""

    kind: Literal["findings_reopened"] = "findings_reopened"
    items: tuple[FindingReopened, ...]


class PackAdopted(Word):
    """A manager chose newer rules for this application; they count from its next check on."""

    kind: Literal["pack_adopted"] = "pack_adopted"
    pack_version: str
    map_version: date
    remark_id: str | None = None


class TaskOpened(Word):
    """A human task was opened."""

    kind: Literal["task_opened"] = "task_opened"
    task_id: str
    task_kind: TaskKind
    persons: tuple[str, ...] = ()
    filing_id: str | None = None
    round: int
    excluded: tuple[str, ...] = ()
    due_at: datetime | None = None


class TaskClaimed(Word):
    """Somebody took the task (or was given it)."""

    kind: Literal["task_claimed"] = "task_claimed"
    task_id: str
    assignee: str


class TaskReleased(Word):
    """The task went back to the queue."""

    kind: Literal["task_released"] = "task_released"
    task_id: str


class TaskJoined(Word):
    """More persons became ready and joined an open task and its filing."""

    kind: Literal["task_joined"] = "task_joined"
    task_id: str
    persons: tuple[str, ...]


class TaskDone(Grown):
    """The task was decided; `looked_at` are the items of the checklist that were marked."""

    GAINED: ClassVar = frozenset({"looked_at"})

    kind: Literal["task_done"] = "task_done"
    task_id: str
    outcome: str
    looked_at: tuple[ItemMark, ...] = ()


class TaskCancelled(Word):
    """The road no longer needs the task."""

    kind: Literal["task_cancelled"] = "task_cancelled"
    task_id: str
    reason: str


class FindingsRaised(Word):
    """A reviewer or the authority raised findings."""

    kind: Literal["findings_raised"] = "findings_raised"
    findings: tuple[Finding, ...]


class FindingsSettled(Word):
    """Findings changed their state."""

    kind: Literal["findings_settled"] = "findings_settled"
    items: tuple[FindingSettled, ...]


class ReviewPassed(Word):
    """These persons passed one level of the advance review."""

    kind: Literal["review_passed"] = "review_passed"
    level: int
    persons: tuple[str, ...]
    then: Literal["second_review", "ready"]


class ReviewSentBack(Word):
    """The second reviewer sent these persons back to the first level."""

    kind: Literal["review_sent_back"] = "review_sent_back"
    persons: tuple[str, ...]
    remark_id: str | None = None


class CorrectionRequested(Word):
    """The client is asked to correct; all findings together."""

    kind: Literal["correction_requested"] = "correction_requested"
    persons: tuple[str, ...]


class CorrectionHandedIn(Word):
    """The client handed in a correction round."""

    kind: Literal["correction_handed_in"] = "correction_handed_in"
    round: int
    persons: tuple[str, ...]


class DeadlineSet(Word):
    """A deadline was computed once. `derived` says from what, so that it can be explained for ever."""

    kind: Literal["deadline_set"] = "deadline_set"
    deadline_id: str
    deadline_kind: str
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    persons: tuple[str, ...] = ()
    derived: Derived


class ReminderDue(Word):
    """A reminder before a deadline came due."""

    kind: Literal["reminder_due"] = "reminder_due"
    deadline_id: str


class DeadlinePassed(Word):
    """A deadline passed. It opens a task; it never becomes a result by itself."""

    kind: Literal["deadline_passed"] = "deadline_passed"
    deadline_id: str


class DeadlineEnded(Word):
    """What the deadline waited for has happened, or is no longer waited for."""

    kind: Literal["deadline_ended"] = "deadline_ended"
    deadline_id: str


class HoldPlaced(Word):
    """Clocks stop."""

    kind: Literal["hold_placed"] = "hold_placed"
    reason: str
    remark_id: str | None = None


class HoldLifted(Word):
    """Clocks go on; the open deadlines were moved by the length of the hold."""

    kind: Literal["hold_lifted"] = "hold_lifted"


class FilingPrepared(Word):
    """A filing was made ready: who, where, what kind."""

    kind: Literal["filing_prepared"] = "filing_prepared"
    filing_id: str
    filing_kind: FilingKind
    persons: tuple[str, ...]
    office: str
    parent_id: str | None = None


class LodgingIntended(Grown):
    """Recorded before the act: this handler is about to lodge this package through this channel, at this fee."""

    GAINED: ClassVar = frozenset({"fee"})

    kind: Literal["lodging_intended"] = "lodging_intended"
    filing_id: str
    handler: str
    channel: str
    way: Way
    package_sha256: str
    fee: FeeAtLodging | None = None


class LodgingUnknown(Word):
    """Nobody knows whether it arrived. A human finds out; nothing is sent again meanwhile."""

    kind: Literal["lodging_unknown"] = "lodging_unknown"
    filing_id: str
    reason: str


class MoreRequested(Word):
    """The authority asks for more (資料提出通知・補正依頼)."""

    kind: Literal["more_requested"] = "more_requested"
    persons: tuple[str, ...]
    due_on: date | None = None


class ResultRecorded(Word):
    """The authority's decision about one person."""

    kind: Literal["result_recorded"] = "result_recorded"
    person_id: str
    result: ResultKind
    decided_on: date
    document_id: str | None = None


class ResultDated(Word):
    """Until when a recorded result is good (the new end of stay, the end of a plan)."""

    kind: Literal["result_dated"] = "result_dated"
    person_id: str
    valid_to: date


class ResultContradicted(Word):
    """A later result differs from the recorded one. Nothing is overwritten; a manager decides."""

    kind: Literal["result_contradicted"] = "result_contradicted"
    person_id: str
    result: ResultKind
    decided_on: date


class ContradictionEnded(Word):
    """A manager decided which of two results of a person holds. Both stay in the history."""

    kind: Literal["contradiction_ended"] = "contradiction_ended"
    person_id: str
    holds: Literal["recorded", "later"]
    remark_id: str | None = None


class CorrectionCameLate(Word):
    """A correction round was sealed when none of its persons could be corrected any more: somebody looks at it."""

    kind: Literal["correction_came_late"] = "correction_came_late"
    round: int
    persons: tuple[str, ...]


class ResultsDelivered(Word):
    """The client has the results."""

    kind: Literal["results_delivered"] = "results_delivered"
    persons: tuple[str, ...]
    how: str
    remark_id: str | None = None


class WithdrawalRequested(Word):
    """The client withdraws persons that are already lodged; a withdrawal filing follows."""

    kind: Literal["withdrawal_requested"] = "withdrawal_requested"
    persons: tuple[str, ...]


class Withdrawn(Word):
    """These persons were withdrawn before lodging."""

    kind: Literal["withdrawn"] = "withdrawn"
    persons: tuple[str, ...]


class RoadReopened(Word):
    """The road had ended and goes on: a result came that differs from the recorded one."""

    kind: Literal["road_reopened"] = "road_reopened"


class Closed(Word):
    """The road ended."""

    kind: Literal["closed"] = "closed"


Happening = Annotated[
    Received
    | ChecksRun
    | FindingsReopened
    | PackAdopted
    | TaskOpened
    | TaskClaimed
    | TaskReleased
    | TaskJoined
    | TaskDone
    | TaskCancelled
    | FindingsRaised
    | FindingsSettled
    | ReviewPassed
    | ReviewSentBack
    | CorrectionRequested
    | CorrectionHandedIn
    | CorrectionCameLate
    | DeadlineSet
    | ReminderDue
    | DeadlinePassed
    | DeadlineEnded
    | HoldPlaced
    | HoldLifted
    | FilingPrepared
    | LodgingIntended
    | FilingAct
    | LodgingConfirmed
    | LodgingUnknown
    | LodgingFailed
    | MoreRequested
    | ResultRecorded
    | ResultDated
    | ResultContradicted
    | ContradictionEnded
    | ResultsDelivered
    | WithdrawalRequested
    | Withdrawn
    | Tie
    | RoadReopened
    | Closed,
    Field(discriminator="kind"),
]


class Event(Word):
    """One entry of an application's history."""

    seq: int
    at: datetime
    actor: Actor
    body: Happening
