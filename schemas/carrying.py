"""What a client may carry over from an accepted application into the next one, and what must be given anew. Pure.

Each kind of answer has a shelf life, counted from the day the authority accepted it; our own policy. What changes with
every application (days, card numbers, declarations) has none and is left empty.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from schemas.calendar import months_after
from schemas.catalogue import FieldRow, FieldType, Value
from schemas.field_values import FieldRefused, clean_value
from schemas.maps import ProcedureMap
from schemas.words import Word

SHELF_MONTHS: Mapping[FieldType, int | None] = {
    "text": 36,
    "latin_name": None,
    "kana": None,
    "date": 0,
    "integer": 12,
    "decimal": 12,
    "money_yen": 12,
    "boolean": 0,
    "choice": 36,
    "country": None,
    "prefecture": 36,
    "card_number": 0,
    "passport_number": 36,
    "corporate_number": None,
    "sending_number": None,
    "email": 36,
    "phone": 36,
}
"""Months after its acceptance during which an answer is carried over; 0: never, None: for ever."""
LASTING_DAYS = ("birth_on",)
"""Days that never change."""
DATED_AHEAD = ("passport_expires_on", "_valid_to_on")
"""Last days of papers: carried over while they lie ahead."""


class Accepted(Word):
    """Where a value comes from: an application, its round, and the day the authority accepted it (Japan)."""

    number: str
    round: int
    accepted_on: date


class Carried(Word):
    """The values of one scope that are carried over, and the fields whose earlier answer is too old to be."""

    values: Mapping[str, Value]
    fresh: tuple[str, ...]


def must_be_fresh(field: FieldRow) -> bool:
    """Whether an answer to this field is never carried over."""
    return SHELF_MONTHS[field.type] == 0 and not field.id.endswith((*LASTING_DAYS, *DATED_AHEAD))


def carried(
    source: ProcedureMap,
    target: ProcedureMap,
    values: Mapping[str, Value],
    accepted: Accepted,
    *,
    on: date,
    of_person: bool,
) -> Carried:
    """What of one scope's values another map takes on that day: same field, same type, an answer it allows, not too old."""
    kept: dict[str, Value] = {}
    fresh: list[str] = []
    for field in _shared(source, target, of_person=of_person):
        if field.id not in values or not _is_allowed(target, field, values[field.id]):
            continue
        if _keeps(field, values[field.id], accepted.accepted_on, on):
            kept[field.id] = values[field.id]
        else:
            fresh.append(field.id)
    return Carried(values=kept, fresh=tuple(fresh))


def _shared(source: ProcedureMap, target: ProcedureMap, *, of_person: bool) -> Iterator[FieldRow]:
    """The fields both maps ask in the same way, as the target has them."""
    for field in target.procedure.fields:
        same = source.procedure.field(field.id)
        if same is None or (same.type, same.scope) != (field.type, field.scope):
            continue
        if field.belongs_to_person is of_person:
            yield field


def _is_allowed(target: ProcedureMap, field: FieldRow, value: Any) -> bool:
    try:
        clean_value(target, field, value)
    except FieldRefused:
        return False
    return True


def _keeps(field: FieldRow, value: Value, accepted_on: date, on: date) -> bool:
    if field.id.endswith(LASTING_DAYS):
        return True
    if field.id.endswith(DATED_AHEAD):
        return field.type == "date" and date.fromisoformat(str(value)) > on
    months = SHELF_MONTHS[field.type]
    return months is None or (months > 0 and on <= months_after(accepted_on, months))
