"""Findings (指摘): one thing wrong or doubtful, bound to a field, document or person. Texts live in PostgreSQL."""

from enum import StrEnum

from schemas.words import Word


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


class FindingSource(StrEnum):
    """Who found it."""

    RULE = "rule"
    REVIEWER = "reviewer"
    AUTHORITY = "authority"


class Finding(Word):
    """One finding as the road knows it: codes and ids only.

    `key` is stable across rounds for what a rule finds (rule, person, place); `remark_id` names the text a human wrote.
    """

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


class FindingSettled(Word):
    """A new state for one finding, with the id of the written reason where one is needed."""

    finding_id: str
    state: FindingState
    remark_id: str | None = None
