"""Splitting off (分割): persons of a group that are not lodged yet go on in an application of their own. Pure.

The event `persons_moved` is the one moment of the move: before it they are here, from it on they are there.
"""

from typing import Any, Literal

from schemas.filing import ResultKind
from schemas.findings import Finding
from schemas.identifiers import Number
from schemas.leaving import released
from schemas.refusals import Refused
from schemas.standing import PersonLine, Stage, Standing
from schemas.standing_changes import with_persons
from schemas.words import Word

SPLITTABLE = frozenset({Stage.INTAKE, Stage.REVIEW, Stage.SECOND_REVIEW, Stage.CORRECTION, Stage.READY})
"""Before the intent to lodge stands; who has a receipt is the authority's, wherever he is."""


class PersonsMoved(Word):
    """These persons go on in another application of the same client; here their road ends without a result."""

    kind: Literal["persons_moved"] = "persons_moved"
    persons: tuple[str, ...]
    to_number: Number
    proposal_id: str | None = None


class SplitRefused(Word):
    """A split-off that was asked for could not be done any more when the road heard of it: everybody stays here."""

    kind: Literal["split_refused"] = "split_refused"
    persons: tuple[str, ...]
    to_number: Number
    code: str


class CameBySplit(Word):
    """This application's persons were split off from another one of the same client."""

    kind: Literal["came_by_split"] = "came_by_split"
    from_number: Number
    persons: tuple[str, ...]


class Origin(Word):
    """Where the persons of an application come from, and what a reviewer had found and was not settled there."""

    number: Number
    findings: tuple[Finding, ...] = ()


def moved(body: PersonsMoved, standing: Standing, event: Any) -> Standing:
    """They leave tasks, prepared filings and what they waited for; their place is the other application."""
    left = released(standing, body.persons)
    gone = {"stage": Stage.CLOSED, "moved_to": body.to_number, "filing_id": None, "waits_for": None}
    return with_persons(left, body.persons, **gone)


def unchanged(body: object, standing: Standing, event: object) -> Standing:
    """What is told and changes nobody's place."""
    return standing


def insist_on_splittable(standing: Standing, persons: tuple[str, ...]) -> None:
    """Whether these persons can be split off now.

    Raises Refused `already_closed`, `no_person`, `unknown_person`, `on_hold`, `filing_under_way`, `not_to_split`,
    `last_person`.
    """
    if standing.closed_at is not None:
        raise Refused("already_closed")
    if not persons:
        raise Refused("no_person", "persons")
    chosen = frozenset(persons)
    if not chosen <= {line.person_id for line in standing.persons}:
        raise Refused("unknown_person", "persons")
    if standing.hold is not None:
        raise Refused("on_hold")
    for line in standing.persons:
        if line.person_id in chosen:
            _insist_on_being_here(line)
    if not any(_stays(line) for line in standing.persons if line.person_id not in chosen):
        raise Refused("last_person", "persons")


def _insist_on_being_here(line: PersonLine) -> None:
    if line.stage is Stage.FILING:
        raise Refused("filing_under_way", "persons")
    if line.stage not in SPLITTABLE or line.receipt is not None:
        raise Refused("not_to_split", "persons")


def _stays(line: PersonLine) -> bool:
    return line.moved_to is None and line.result is not ResultKind.WITHDRAWN
