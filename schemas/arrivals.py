"""Arrivals: what authorities send (mails, notices, scans), what was recognised in it, and whom it may concern.

Nothing here acts: an arrival proposes, a person confirms. Senders are never trusted.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from schemas.filing import FilingState, ResultKind
from schemas.words import Word

ARRIVAL = "arrival-"
"""How the ids of arrivals begin; they own a data key as applications do."""


class ArrivalKind(StrEnum):
    """What it says. A finished examination does not say how it ended."""

    SENDING_COMPLETED = "sending_completed"  # 送信完了
    RECEPTION_COMPLETED = "reception_completed"  # 受付完了
    MORE_REQUESTED = "more_requested"  # 資料提出通知・補正依頼・返却中
    EXAMINATION_FINISHED = "examination_finished"  # 審査完了
    RESULT_NOTICE = "result_notice"  # 認定通知書・交付・許可・不許可
    UNKNOWN = "unknown"


class ArrivalWay(StrEnum):
    """How it came."""

    MAIL = "mail"
    UPLOAD = "upload"


class ArrivalState(StrEnum):
    """What became of it at the desk."""

    OPEN = "open"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    MERGED = "merged"


SETTLED = frozenset({ArrivalState.CONFIRMED, ArrivalState.DISMISSED, ArrivalState.MERGED})


class Certainty(StrEnum):
    """How well a proposal is founded; none of them acts by itself."""

    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"


class Source(Word):
    """One readable part of an arrival: the subject, the text of the mail, or the text layer of an attachment."""

    place: str
    text: str


class Passage(Word):
    """The words that say it, and where they stand (`subject`, `text`, `part.2`)."""

    place: str
    words: str


NumberKind = Literal["online", "paper", "labelled", "filing", "application"]


class FoundNumber(Word):
    """A number that was read. `value` is compared without blanks and hyphens; `office` follows from a prefix."""

    kind: NumberKind
    value: str
    office: str | None = None
    passage: Passage


class FoundDate(Word):
    """A day that was read, and what it is the day of."""

    role: Literal["decided", "due", "written"]
    on: date
    passage: Passage


class FoundKind(Word):
    """A sign of what the arrival says."""

    kind: ArrivalKind
    passage: Passage


class FoundResult(Word):
    """Words that name an outcome."""

    result: ResultKind
    passage: Passage


class Recognised(Word):
    """Everything that was read in one arrival. `kind` is unknown when the signs contradict each other."""

    kind: ArrivalKind
    kinds: tuple[FoundKind, ...] = ()
    numbers: tuple[FoundNumber, ...] = ()
    dates: tuple[FoundDate, ...] = ()
    results: tuple[FoundResult, ...] = ()

    def day(self, role: Literal["decided", "due", "written"]) -> date | None:
        """The day of that role, when exactly one was read."""
        days = {found.on for found in self.dates if found.role == role}
        return next(iter(days)) if len(days) == 1 else None

    @property
    def result(self) -> ResultKind | None:
        """The outcome, when a notice of a result names exactly one."""
        named = {found.result for found in self.results}
        return next(iter(named)) if self.kind is ArrivalKind.RESULT_NOTICE and len(named) == 1 else None


class Candidate(Word):
    """A person of a filing that an arrival may concern. `names` are compared, never kept."""

    number: str
    person_id: str
    filing_id: str
    office: str
    state: FilingState
    receipt: str | None = None
    handler: str | None = None
    awaits_result: bool = False
    names: tuple[str, ...] = ()


ReasonCode = Literal[
    "receipt_equal",
    "filing_named",
    "application_named",
    "name_found",
    "office_fits",
    "awaited",
    "office_differs",
    "other_name",
    "ambiguous",
]


class Reason(Word):
    """Why a match is proposed or doubted, with the passage it rests on where there is one."""

    code: ReasonCode
    passage: Passage | None = None


class Match(Word):
    """One filing and person an arrival may concern, with the reasons."""

    number: str
    person_id: str
    filing_id: str
    receipt: str | None
    handler: str | None
    score: int
    certainty: Certainty
    reasons: tuple[Reason, ...]


class Envelope(Word):
    """What stands on the outside, as the sender wrote it: shown, never believed."""

    sender: str = ""
    recipient: str = ""
    subject: str = ""
    sent: str = ""


class ArrivalReading(Word):
    """What was read of one arrival: its texts, what was recognised, and the proposals, best first."""

    sources: tuple[Source, ...] = ()
    recognised: Recognised = Recognised(kind=ArrivalKind.UNKNOWN)
    matches: tuple[Match, ...] = ()
