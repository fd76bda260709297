"""Links: a person of one application waits to be lodged until another application of the same client is decided. Pure."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from schemas.catalogue import Value
from schemas.filing import ResultKind
from schemas.leaving import released
from schemas.standing import Stage, Standing
from schemas.standing_changes import with_persons
from schemas.words import Grown, Word

LinkOutcome = Literal["granted", "refused", "withdrawn"]
GRANTED = frozenset({ResultKind.ACCREDITED, ResultKind.ISSUED, ResultKind.PERMITTED, ResultKind.ACCEPTED})


class Waiting(Word):
    """This person waits for that application."""

    person_id: str
    other_number: str


class LinkNoted(Grown):
    """A person waits for another application, or the other one has ended: granted, refused, or withdrawn.

    `instead_of`: how it had ended before, where another result of it came to hold since.
    """

    GAINED: ClassVar = frozenset({"instead_of"})

    kind: Literal["link_noted"] = "link_noted"
    person_id: str
    other_number: str
    outcome: Literal["waits"] | LinkOutcome
    instead_of: LinkOutcome | None = None


def noted(body: LinkNoted, standing: Standing, event: object) -> Standing:
    """The person's line says for what it waits, or how what it waited for has ended. Who waits is in no filing."""
    waits = body.outcome == "waits"
    was = standing.person(body.person_id)
    if waits and was is not None and was.stage is Stage.READY:
        standing = _out_of_its_filing(standing, body.person_id)
    return with_persons(
        standing,
        (body.person_id,),
        waits_for=body.other_number if waits else None,
        link_outcome=None if waits else body.outcome,
    )


def _out_of_its_filing(standing: Standing, person_id: str) -> Standing:
    return with_persons(released(standing, (person_id,)), (person_id,), filing_id=None)


def outcome_of(result: str | None) -> LinkOutcome:
    """How an application that others wait for has ended for its person; no result: it was withdrawn before lodging."""
    if result is None or result == ResultKind.WITHDRAWN:
        return "withdrawn"
    return "granted" if ResultKind(result) in GRANTED else "refused"


LASTING = ("birth_on", "nationality")
"""What never changes between two applications of one person."""
NAMED_BY = ("passport_number", "name_latin")
"""What may have changed: a passport is renewed, a name is corrected; not both at once."""


def unlike(here: Mapping[str, Value], there: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields that don't show one person in two applications; empty: he is one.

    A lasting field that only one of them answers is passed over; of those that name him one has to be the same.
    """
    same = {
        name: plain(here[name]) == plain(there[name])
        for name in (*LASTING, *NAMED_BY)
        if name in here and name in there
    }
    lasting = tuple(name for name in LASTING if not same.get(name, True))
    if lasting or any(same.get(name) for name in NAMED_BY):
        return lasting
    return NAMED_BY


def plain(value: Value) -> str:
    """A value as it is compared between applications: without spaces and capitals."""
    return "".join(str(value).upper().split())
