"""Commands (imperative): what may be asked of an application's road. Each is the argument of one workflow Update.

Every command names its actor and carries an `act_id`: the same act sent again gets the same answer and changes nothing.
Texts (remarks, reasons) are written to PostgreSQL first and appear here by id only.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.filing import NotTaken, Receipt, ResultKind, Way
from schemas.findings import FindingSettled, ItemMark, Severity
from schemas.identifiers import Number
from schemas.links import LinkOutcome
from schemas.parties import Actor
from schemas.standing import ProposedAct
from schemas.words import Word


class Command(Word):
    """What all commands share."""

    actor: Actor
    act_id: str


class ClaimTask(Command):
    """Take a task."""

    task_id: str


class ReleaseTask(Command):
    """Give a task back to the queue."""

    task_id: str


class PassOnTask(Command):
    """Give a task to a colleague."""

    task_id: str
    to: str


class NewFinding(Word):
    """A finding a human raises: where it is, how grave, the id of its text, and the rule whose item it objects to."""

    remark_id: str
    rule_id: str | None = None
    severity: Severity
    person_id: str | None = None
    place_kind: Literal["field", "document", "person", "application"]
    place: str


class ReviewVerdict(Word):
    """The outcome of an advance review: findings raised and settled, items looked at; what is left open asks the client.

    Persons without unsettled findings that ask the client pass; the others go to correction.
    """

    kind: Literal["review"] = "review"
    raised: tuple[NewFinding, ...] = ()
    settled: tuple[FindingSettled, ...] = ()
    looked_at: tuple[ItemMark, ...] = ()


class SecondVerdict(Word):
    """The outcome of a second review: pass all, or send these persons back with a reason."""

    kind: Literal["second_review"] = "second_review"
    sent_back: tuple[str, ...] = ()
    remark_id: str | None = None


class ArrivedVerdict(Word):
    """Found out whether a lodging of unknown outcome arrived; where it did, who was not taken."""

    kind: Literal["arrived"] = "arrived"
    arrived: bool
    receipts: tuple[Receipt, ...] = ()
    remark_id: str | None = None
    not_taken: tuple[NotTaken, ...] = ()


class AbsentConfirmed(Word):
    """A second person confirms that a lodging did not arrive, or doubts it and sends it back to be found out."""

    kind: Literal["absent_confirmed"] = "absent_confirmed"
    absent: bool


class HandedOver(Word):
    """The originals were handed over to the client."""

    kind: Literal["handed_over"] = "handed_over"
    remark_id: str | None = None


class Chased(Word):
    """The authority was asked about a result that is late; look again after this instant."""

    kind: Literal["chased"] = "chased"
    again_within_days: int = Field(ge=1, le=90)
    remark_id: str | None = None


class OverdueDecision(Word):
    """What becomes of a correction that is overdue."""

    kind: Literal["overdue"] = "overdue"
    decision: Literal["extend", "withdraw"]
    extend_days: int = Field(default=0, ge=0, le=90)
    remark_id: str | None = None


class LateCorrectionSeen(Word):
    """What came after its persons had been lodged (a correction, another result of what they waited for) was looked at,
    and what becomes of it is written down."""

    kind: Literal["late_correction"] = "late_correction"
    remark_id: str | None = None


class ContradictionSettled(Word):
    """Which of two results of one person holds, and why. `recorded`: the first stays; `later`: the one that came after."""

    kind: Literal["contradiction"] = "contradiction"
    holds: Literal["recorded", "later"]
    remark_id: str | None = None


class HoldChecked(Word):
    """A hold whose day has come is lifted, or goes on until another day."""

    kind: Literal["check_hold"] = "check_hold"
    until_on: date | None = None
    remark_id: str | None = None


Verdict = Annotated[
    ReviewVerdict
    | SecondVerdict
    | ArrivedVerdict
    | AbsentConfirmed
    | HandedOver
    | Chased
    | OverdueDecision
    | LateCorrectionSeen
    | ContradictionSettled
    | HoldChecked,
    Field(discriminator="kind"),
]


class CompleteTask(Command):
    """Decide a task."""

    task_id: str
    verdict: Verdict


class HandInCorrection(Command):
    """A correction round was sealed by the front desk."""

    round: int
    persons: tuple[str, ...]
    handed_in_at: datetime


class BeginLodging(Command):
    """Record the intent to lodge, before the act."""

    filing_id: str
    channel: str
    way: Way = Way.BY_HAND


class EndLodging(Command):
    """Say how the act of lodging ended; where it is confirmed, who was not taken."""

    filing_id: str
    outcome: Literal["confirmed", "unknown", "refused", "not_sent"]
    receipts: tuple[Receipt, ...] = ()
    remark_id: str | None = None
    not_taken: tuple[NotTaken, ...] = ()


class RecordMoreRequested(Command):
    """The authority asks for more about these persons."""

    persons: tuple[str, ...]
    remark_id: str | None = None
    due_on: date | None = None


class RecordResult(Command):
    """The authority decided about one person; `valid_to` is the last day it is good for, where it names one."""

    person_id: str
    receipt: str
    result: ResultKind
    decided_on: date
    document_id: str | None = None
    valid_to: date | None = None


class Withdraw(Command):
    """Withdraw persons (all of them when none is named)."""

    persons: tuple[str, ...] = ()
    remark_id: str | None = None


class SplitOff(Command):
    """Let these persons go on in another application, which the front desk has written already.

    `is_late`: the desk's own round asks, nobody hears a refusal: it is noted instead.
    """

    persons: tuple[str, ...]
    to_number: Number
    proposal_id: str | None = None
    is_late: bool = False


class Propose(Command):
    """Propose to the client to split persons off, or to let one of them wait for another application."""

    proposed: ProposedAct
    persons: tuple[str, ...]
    other_number: Number | None = None
    other_person_id: str | None = None
    remark_id: str


class AnswerProposal(Command):
    """The client lets the person wait as was proposed, or declines what was proposed."""

    proposal_id: str
    answer: Literal["accepted", "declined"]
    remark_id: str | None = None


class RouteFiling(Command):
    """Lodge a prepared filing with another office, for a written reason."""

    filing_id: str
    office: str
    remark_id: str


class EntrustFiling(Command):
    """Let a colleague look after a filing that was begun, until its persons have their results."""

    filing_id: str
    to: str


class CorrectReceipts(Command):
    """Put the receipt numbers of these persons of a lodged filing right, for a written reason."""

    filing_id: str
    receipts: tuple[Receipt, ...] = Field(min_length=1)
    remark_id: str


class TellLink(Command):
    """An application for which a person waits has ended, or (`instead_of`) ended otherwise than was told."""

    person_id: str
    other_number: str
    outcome: LinkOutcome
    instead_of: LinkOutcome | None = None


class PlaceHold(Command):
    """Stop the clocks; on `until_on` somebody is asked whether the hold is still needed."""

    reason: Literal["client_asked", "authority_closed", "rule_changes", "other"]
    until_on: date | None = None
    remark_id: str | None = None


class LiftHold(Command):
    """Let the clocks go on."""


class AdoptPack(Command):
    """Check this application by newer rules from its next round on. The pack is kept, the reason is written."""

    pack_version: str
    map_version: date
    remark_id: str


class WaiveFinding(Command):
    """Waive one finding with a written reason."""

    finding_id: str
    remark_id: str


class Answer(Word):
    """What an Update answers: where the history stands now, and the task or filing it concerned."""

    seq: int
    task_id: str | None = None
    filing_id: str | None = None
    state: str | None = None
