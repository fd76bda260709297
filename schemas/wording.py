"""What a notice may say: a kind and closed values. No name, finding, result or free text has a place."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from schemas.identifiers import Number
from schemas.receipt_numbers import ReceiptNumber
from schemas.words import Word

Locale = Literal["ja", "en"]


class NoticeKind(StrEnum):
    """Why a mail is written: to the client organisation, or (`task_…`, `outcome_…`) to staff."""

    RECEIVED = "received"
    CORRECTION_REQUESTED = "correction_requested"
    CORRECTION_REMINDER = "correction_reminder"
    CORRECTION_OVERDUE = "correction_overdue"
    LODGED = "lodged"
    RECEIPTS_CORRECTED = "receipts_corrected"
    MORE_REQUESTED = "more_requested"
    RESULT_AVAILABLE = "result_available"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    PROPOSED = "proposed"
    SPLIT_REFUSED = "split_refused"
    LINK_TURNED = "link_turned"
    ON_HOLD = "on_hold"
    RELEASED = "released"
    NEXT_OPENS = "next_opens"
    NEXT_CLOSES = "next_closes"
    DRAFT_ENDS = "draft_ends"
    TASK_WAITING = "task_waiting"
    TASK_OVERDUE = "task_overdue"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OUTCOME_TURNED = "outcome_turned"


NEEDED: dict[NoticeKind, tuple[str, ...]] = {
    NoticeKind.RECEIVED: ("persons",),
    NoticeKind.CORRECTION_REQUESTED: ("findings", "due_on"),
    NoticeKind.CORRECTION_REMINDER: ("findings", "due_on"),
    NoticeKind.CORRECTION_OVERDUE: ("due_on",),
    NoticeKind.LODGED: ("receipts",),
    NoticeKind.RECEIPTS_CORRECTED: ("receipts",),
    NoticeKind.MORE_REQUESTED: ("due_on",),
    NoticeKind.NEXT_OPENS: ("persons",),
    NoticeKind.NEXT_CLOSES: ("persons", "due_on"),
    NoticeKind.DRAFT_ENDS: ("due_on",),
    NoticeKind.TASK_WAITING: ("due_on",),
    NoticeKind.TASK_OVERDUE: ("due_on",),
}
"""The values a kind can't be written without, beyond number, procedure and link."""

ProcedureName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]


class NoticeValues(Word):
    """All a notice can say. `due_on` is a date in Japan; `findings`, `persons` and `not_taken` count."""

    model_config = ConfigDict(hide_input_in_errors=True)

    number: Number
    procedure_ja: ProcedureName
    procedure_en: ProcedureName
    link: str = Field(pattern=r"^https?://[^\s<>\"']+$", max_length=500)
    due_on: date | None = None
    findings: int | None = Field(default=None, ge=1)
    persons: int | None = Field(default=None, ge=1)
    receipts: tuple[ReceiptNumber, ...] = ()
    not_taken: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _link_opens_this_application(self) -> "NoticeValues":
        if not self.link.endswith(f"/applications/{self.number}"):
            raise ValueError("the link must end with /applications/ and the number")
        return self


class Wording(NamedTuple):
    """A notice in words: one line, plain text, and a page."""

    subject: str
    text: str
    html: str


def notice_link(public_url: str, number: str) -> str:
    """Where the recipient of a notice finds the case (after signing in)."""
    return f"{public_url.rstrip('/')}/applications/{number}"
