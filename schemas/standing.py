"""Standing: where an application and each of its persons are, folded from events (`schemas.folding`). Pure.

The road keeps its state as this very value, the ledger stores it, the pages show it: one model, three readers.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Self

from schemas.filing import Filing, FilingKind, ResultKind
from schemas.findings import ASKS_CLIENT, UNSETTLED, Finding, FindingState
from schemas.tasks import Task, TaskKind
from schemas.words import Word


class Stage(StrEnum):
    """Where one person is on the road."""

    INTAKE = "intake"
    REVIEW = "review"
    SECOND_REVIEW = "second_review"
    CORRECTION = "correction"
    READY = "ready"
    FILING = "filing"
    LODGED = "lodged"
    MORE_REQUESTED = "more_requested"
    DECIDED = "decided"
    CLOSED = "closed"


ORDER = tuple(Stage)
ASKED = (Stage.CORRECTION, Stage.MORE_REQUESTED)
DECIDED = (Stage.DECIDED, Stage.CLOSED)
CORRECTABLE = (*ASKED, Stage.REVIEW, Stage.SECOND_REVIEW, Stage.READY)
"""Where a sealed correction is still taken: wherever the person is not with, or on the way to, the authority."""


class Holder(StrEnum):
    """Who has the ball. At every moment exactly one of these per person."""

    CLIENT = "client"
    DESK = "desk"
    REVIEWER = "reviewer"
    SECOND_REVIEWER = "second_reviewer"
    HANDLER = "handler"
    AUTHORITY = "authority"
    DELIVERY = "delivery"
    NOBODY = "nobody"


class PersonLine(Word):
    """One person's line: stage, ball since when, number and result from the authority, and until when it is good.

    `waits_for` is an application without which it is not lodged; `link_outcome` how that one has ended;
    `moved_to` the application in which a person who was split off goes on; `office_instead_of` the office that was
    worked out when a handler chose the other one.
    """

    person_id: str
    stage: Stage = Stage.INTAKE
    holder: Holder = Holder.DESK
    held_since: datetime
    held_from_seq: int = 1
    office: str | None = None
    office_instead_of: str | None = None
    lodges_next: FilingKind = FilingKind.FIRST
    filing_id: str | None = None
    receipt: str | None = None
    result: ResultKind | None = None
    decided_on: date | None = None
    valid_to: date | None = None
    waits_for: str | None = None
    link_outcome: str | None = None
    moved_to: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether this person's road has ended."""
        return self.stage is Stage.CLOSED


class Contradiction(Word):
    """A result that differs from the recorded one of the same person, until a manager says which of them holds."""

    person_id: str
    result: ResultKind
    decided_on: date


ProposedAct = Literal["split_off", "wait_for"]


class Proposal(Word):
    """What a reviewer proposes to the client, for which persons, and whether the client has answered."""

    id: str
    proposed: ProposedAct
    persons: tuple[str, ...]
    other_number: str | None = None
    other_person_id: str | None = None
    remark_id: str
    state: Literal["open", "accepted", "declined"] = "open"


class Derived(Word):
    """How a deadline was derived: so many days of this clock after this day, by this policy."""

    rule: str
    from_on: date
    days: int
    clock: Literal["calendar", "office", "given"]


class Held(Word):
    """A hold during which a deadline's clock stood still."""

    from_at: datetime
    to_at: datetime


class Deadline(Word):
    """One deadline: set once, reminded, ended or passed. `held` are the holds that moved it, in order."""

    id: str
    kind: str
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    persons: tuple[str, ...] = ()
    state: str = "running"
    set_at: datetime | None = None
    derived: Derived | None = None
    held: tuple[Held, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether it can still come due."""
        return self.state == "running"

    def after_hold(self, held_at: datetime, lifted_at: datetime) -> Self:
        """The deadline moved by the time it stood still: from the hold on, or from when it was set during the hold."""
        if not self.is_running:
            return self
        since = max(held_at, self.set_at or held_at)
        stopped = lifted_at - since
        changes = {
            "due_at": self.due_at + stopped,
            "remind_at": tuple(instant + stopped for instant in self.remind_at),
            "held": (*self.held, Held(from_at=since, to_at=lifted_at)),
        }
        return self.model_copy(update=changes)


class Standing(Word):
    """An application as it stands after event `seq`.

    `pack_chosen` is a pack that was adopted and waits for the next check; `pack_version` one that was adopted and
    checked by. Without either the application has the pack of its hand-in.
    """

    number: str
    organisation_id: str
    procedure: str
    map_version: date
    seq: int
    round: int
    opened_at: datetime
    persons: tuple[PersonLine, ...]
    tasks: tuple[Task, ...] = ()
    findings: tuple[Finding, ...] = ()
    filings: tuple[Filing, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    hold: str | None = None
    held_at: datetime | None = None
    closed_at: datetime | None = None
    tasks_opened: int = 0
    findings_raised: int = 0
    filings_prepared: int = 0
    deadlines_set: int = 0
    rounds_granted: int = 0
    rounds_handed_in: tuple[int, ...] = ()
    pack_version: str | None = None
    pack_chosen: str | None = None

    def person(self, person_id: str) -> PersonLine | None:
        """The line of one person, if there is such a person."""
        return next((line for line in self.persons if line.person_id == person_id), None)

    def at_stage(self, *stages: Stage) -> tuple[str, ...]:
        """The persons at one of these stages, in their order on the application."""
        return tuple(line.person_id for line in self.persons if line.stage in stages)

    def task(self, task_id: str) -> Task | None:
        """One task."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def open_tasks(self, *kinds: TaskKind) -> tuple[Task, ...]:
        """The tasks somebody still has to decide, optionally of these kinds."""
        return tuple(task for task in self.tasks if task.is_open and (not kinds or task.kind in kinds))

    def filing(self, filing_id: str) -> Filing | None:
        """One filing."""
        return next((filing for filing in self.filings if filing.id == filing_id), None)

    def channel_of(self, persons: Iterable[str]) -> str | None:
        """The channel through which all of these persons were or are being lodged last; None where there is no one such."""
        last = {person: each.channel for each in self.filings if each.channel for person in each.everybody}
        channels = {last.get(person) for person in persons}
        return channels.pop() if len(channels) == 1 else None

    def unsettled(self, person_id: str | None, *states: FindingState) -> tuple[Finding, ...]:
        """Findings not yet settled that concern this person: its own and those of the whole application."""
        wanted = frozenset(states) or UNSETTLED
        return tuple(
            finding
            for finding in self.findings
            if finding.state in wanted and finding.person_id in (None, person_id)
        )

    def asks_client(self, person_id: str) -> bool:
        """Whether an unsettled finding of this person asks the client to act."""
        return any(
            finding.severity in ASKS_CLIENT and not finding.cannot_decide
            for finding in self.unsettled(person_id)
        )

    def running_deadlines(self, *kinds: str) -> tuple[Deadline, ...]:
        """Deadlines that can still come due."""
        return tuple(
            deadline
            for deadline in self.deadlines
            if deadline.is_running and (not kinds or deadline.kind in kinds)
        )

    def contradiction(self, person_id: str) -> Contradiction | None:
        """The result of this person that contradicts the recorded one and is not decided about."""
        return next((each for each in self.contradictions if each.person_id == person_id), None)

    @property
    def stage(self) -> Stage:
        """The stage of the application: that of the person who is furthest behind."""
        return min((line.stage for line in self.persons), key=ORDER.index)

    @property
    def is_finished(self) -> bool:
        """Whether every person's road has ended."""
        return all(line.is_closed for line in self.persons)
