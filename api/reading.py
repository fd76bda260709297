"""Reading content at the front desk: keys, and whose content may change; the rest is `infra.dossiers`."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries_splits import is_being_split
from infra.database.tables import person_standing, standing
from infra.dossiers import (
    CONTENT_PURPOSE,
    FILE_NAME_PURPOSE,
    REFERENCE_PURPOSE,
    WHOLE,
    Case,
    Collected,
    DocumentRow,
    Entry,
    case_of,
    collected,
    contents_of,
    current,
    document_of,
    documents_of,
    dossier,
    omissions_of,
)
from infra.keys import DataKey, KeyDestroyed, KeyRing, KeyUnknown, open_json
from schemas.refusals import Refused
from schemas.standing import ASKED

__all__ = [
    "CONTENT_PURPOSE",
    "FILE_NAME_PURPOSE",
    "REFERENCE_PURPOSE",
    "WHOLE",
    "Case",
    "Collected",
    "DocumentRow",
    "Entry",
    "case_of",
    "collected",
    "contents_of",
    "current",
    "document_of",
    "documents_of",
    "dossier",
    "editable_persons",
    "key_of",
    "omissions_of",
    "opened",
    "sealed_values",
]


async def key_of(keys: KeyRing, number: str) -> DataKey:
    """The key of an application. Asked before a transaction begins: no request holds two connections.

    Raises Refused `not_found` when the application never was or was erased.
    """
    try:
        return await keys.key_for(number)
    except (KeyUnknown, KeyDestroyed):
        raise Refused("not_found") from None


async def keys_of(keys: KeyRing, *numbers: str) -> dict[str, DataKey]:
    """The keys of several applications, by number. Raises as `key_of`."""
    return {each: await key_of(keys, each) for each in numbers}


async def editable_persons(connection: AsyncConnection, case: Case) -> frozenset[str]:
    """Whose content may change now: everybody's in a draft, else those a correction is asked of.

    Empty also while a round that was handed in has not reached the road yet; nobody is in it who is being split off.
    """
    if case.is_draft:
        return frozenset(case.persons)
    asked = (
        select(person_standing.c.person_id)
        .join(standing, standing.c.number == person_standing.c.number)
        .where(
            standing.c.number == case.number,
            standing.c.round == case.rounds,
            person_standing.c.stage.in_([stage.value for stage in ASKED]),
            ~is_being_split(case.number, person_standing.c.person_id),
        )
    )
    return frozenset((await connection.execute(asked)).scalars())


def sealed_values(row: Row[Any]) -> bytes:
    """The values of one content row as they are kept."""
    return bytes(row._mapping["values"])


def opened(key: DataKey, row: Row[Any] | None) -> dict[str, Entry]:
    """The entries of one content row, by field."""
    if row is None:
        return {}
    entries: dict[str, Entry] = open_json(key, CONTENT_PURPOSE, sealed_values(row))
    return entries
