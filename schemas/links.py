"""Links: a person of one application waits to be lodged until another application of the same client is decided. Pure."""

from typing import Literal

from schemas.filing import ResultKind
from schemas.standing import Standing
from schemas.words import Word

LinkOutcome = Literal["granted", "refused", "withdrawn"]
GRANTED = frozenset({ResultKind.ACCREDITED, ResultKind.ISSUED, ResultKind.PERMITTED, ResultKind.ACCEPTED})


class Waiting(Word):
    """This person waits for that application."""

    person_id: str
    other_number: str


class LinkNoted(Word):
    """A person waits for another application, or the other one has ended: granted, refused, or withdrawn."""

    kind: Literal["link_noted"] = "link_noted"
    person_id: str
    other_number: str
    outcome: Literal["waits"] | LinkOutcome


def noted(body: LinkNoted, standing: Standing, event: object) -> Standing:
    """The person's line says for what it waits, or how what it waited for has ended."""
    waits = body.outcome == "waits"
    changes = {
        "waits_for": body.other_number if waits else None,
        "link_outcome": None if waits else body.outcome,
    }
    lines = tuple(
        line.model_copy(update=changes) if line.person_id == body.person_id else line
        for line in standing.persons
    )
    return standing.model_copy(update={"persons": lines})


def outcome_of(result: str | None) -> LinkOutcome:
    """How an application that others wait for has ended for its person; no result: it was withdrawn before lodging."""
    if result is None or result == ResultKind.WITHDRAWN:
        return "withdrawn"
    return "granted" if ResultKind(result) in GRANTED else "refused"
