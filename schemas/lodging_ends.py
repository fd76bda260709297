"""How the act of lodging ended for certain (提出の結末): taken, with or without some of its persons, or not at all. Pure."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from schemas.filing import FilingState, NotTaken, Receipt
from schemas.standing import Stage, Standing
from schemas.standing_changes import with_filing, with_lines, with_persons
from schemas.words import Grown, Word


class LodgingConfirmed(Grown):
    """The authority has it; receipt numbers per person. Whom it sent away is ready again."""

    GAINED: ClassVar = frozenset({"not_taken"})

    kind: Literal["lodging_confirmed"] = "lodging_confirmed"
    filing_id: str
    receipts: tuple[Receipt, ...]
    not_taken: tuple[NotTaken, ...] = ()


class LodgingFailed(Word):
    """Certainly not accepted: refused, never sent, or found absent. The persons are ready again."""

    kind: Literal["lodging_failed"] = "lodging_failed"
    filing_id: str
    how: Literal["refused", "not_sent", "absent", "cancelled"]
    remark_id: str | None = None


READY_AGAIN: Mapping[str, object] = {"stage": Stage.READY, "filing_id": None}


def confirmed(body: LodgingConfirmed, standing: Standing, event: object) -> Standing:
    """Its persons are those the authority took; they have their numbers. The others are ready for another filing."""
    away = frozenset(each.person_id for each in body.not_taken)
    lodged = _lodged_with(standing, body.filing_id)
    lines: dict[str, Mapping[str, object]] = {
        person: READY_AGAIN if person in away else {"stage": Stage.LODGED}
        for person in _being_lodged(standing, lodged)
    }
    for each in body.receipts:
        lines[each.person_id] = {**lines.get(each.person_id, {}), "receipt": each.number}
    taken = tuple(person for person in lodged if person not in away)
    ended = with_filing(
        standing, body.filing_id, state=FilingState.CONFIRMED, persons=taken, not_taken=body.not_taken
    )
    return with_lines(ended, lines)


def failed(body: LodgingFailed, standing: Standing, event: object) -> Standing:
    """Everybody is ready for another filing."""
    lodged = _lodged_with(standing, body.filing_id)
    ended = with_filing(standing, body.filing_id, state=FilingState(body.how))
    return with_persons(ended, _being_lodged(standing, lodged), **READY_AGAIN)


def _lodged_with(standing: Standing, filing_id: str) -> tuple[str, ...]:
    filing = standing.filing(filing_id)
    return filing.persons if filing else ()


def _being_lodged(standing: Standing, persons: tuple[str, ...]) -> tuple[str, ...]:
    """Those whom the end of a filing moves: not those whose result came while it was under way."""
    return tuple(person for person in standing.at_stage(Stage.FILING) if person in frozenset(persons))
