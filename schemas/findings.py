"""Findings (指摘): one thing wrong or doubtful, bound to a field, document or person. Texts live in PostgreSQL."""

from enum import StrEnum
from typing import ClassVar, Literal

from schemas.words import Grown, Word


class Severity(StrEnum):
    """How much a finding matters: block and correct ask the client to act, warn and info are for the reviewer."""

    BLOCK = "block"
    CORRECT = "correct"
    WARN = "warn"
    INFO = "info"


ASKS_CLIENT = frozenset({Severity.BLOCK, Severity.CORRECT})


class FindingState(StrEnum):
    """proposed by a rule → open (asked of the client) → answered → verified, reopened or waived; or dismissed."""

    PROPOSED = "proposed"
    OPEN = "open"
    ANSWERED = "answered"
    VERIFIED = "verified"
    WAIVED = "waived"
    DISMISSED = "dismissed"


UNSETTLED = frozenset({FindingState.PROPOSED, FindingState.OPEN, FindingState.ANSWERED})
SETTLED = frozenset(FindingState) - UNSETTLED


class FindingSource(StrEnum):
    """Who found it."""

    RULE = "rule"
    REVIEWER = "reviewer"
    AUTHORITY = "authority"


class Finding(Grown):
    """One finding as the road knows it: codes and ids only.

    `key` is stable across rounds for what a rule finds (rule, person, place); `remark_id` names the text a human wrote.
    `basis` is a keyed digest of what the rule decided with; None where none was kept, or what was found has gone.
    """

    GAINED: ClassVar = frozenset({"basis"})

    id: str
    key: str
    source: FindingSource
    rule_id: str | None = None
    remark_id: str | None = None
    severity: Severity
    person_id: str | None = None
    place_kind: str
    place: str
    round: int
    state: FindingState = FindingState.PROPOSED
    cannot_decide: bool = False
    basis: str | None = None


class FindingReopened(Word):
    """A finding that is asked about again: what it was, what changed among the things it rests on, and how it is now."""

    finding_id: str
    was: FindingState
    changed: tuple[str, ...] = ()
    severity: Severity
    cannot_decide: bool = False
    basis: str | None = None


class FindingSettled(Word):
    """A new state for one finding, with the id of the written reason where one is needed."""

    finding_id: str
    state: FindingState
    remark_id: str | None = None


class ItemMark(Grown):
    """One item of the checklist that a reviewer looked at: in order, not applicable here, or objected to.

    Without a person it is for everybody of the task; a person's own goes before it.
    """

    GAINED: ClassVar = frozenset({"person_id"})

    key: str
    person_id: str | None = None
    mark: Literal["seen", "not_applicable", "objected"]
