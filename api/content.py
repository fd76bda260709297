"""The only writer of applications, persons and values: always a client's own act, with author and capacity.

A content version is changed in place until a round seals it; the next change begins a new version by copy.
Staff have no way in here, and PostgreSQL gives their hat no right to write either.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import ItemAtFault, RefusedTogether, place_in_words
from api.reading import (
    CONTENT_PURPOSE,
    WHOLE,
    Case,
    Entry,
    case_of,
    contents_of,
    editable_persons,
    opened,
)
from infra.database.tables import applicant, application, content, data_key, document_version
from infra.keys import DataKey, KeyRing, seal_json
from schemas.calendar import japan_date
from schemas.carrying import Accepted
from schemas.catalogue import FieldRow, Value
from schemas.field_values import FieldRefused, clean_value
from schemas.identifiers import RANDOM_CHARACTERS, application_number
from schemas.maps import ProcedureMap
from schemas.parties import Actor
from schemas.refusals import REFUSALS, Refused

RANDOM_BITS = 5 * RANDOM_CHARACTERS
NUMBERS_TRIED = 5

Changes = Mapping[str, Mapping[str, object]]
"""New raw values by scope (`application` or a person's id) and field; None takes a value away."""


@dataclass(frozen=True)
class Author:
    """Whose act it is, for which organisation, when; `accepted` when values are carried over from an accepted one."""

    actor: Actor
    organisation_id: str
    at: datetime
    accepted: Accepted | None = None

    def entry(self, value: Value) -> Entry:
        """A value as it is kept: with its author, and where it was carried over from."""
        own = {"v": value, "by": self.actor.id, "as": self.actor.capacity, "at": self.at.isoformat()}
        return own | ({"from": self.accepted.model_dump(mode="json")} if self.accepted else {})


async def begin_application(
    connection: AsyncConnection, keys: KeyRing, author: Author, ready: ProcedureMap, persons: int
) -> Case:
    """Open a draft with so many persons, under a new number and with a key of its own. The pack is kept already."""
    case, _ = await begin_with_key(connection, keys, author, ready, persons)
    return case


async def begin_with_key(
    connection: AsyncConnection,
    keys: KeyRing,
    author: Author,
    ready: ProcedureMap,
    persons: int,
    *,
    split_from: str | None = None,
) -> tuple[Case, DataKey]:
    """The same with the draft's key, for who fills it in the same transaction: nobody else can read the key yet."""
    key = await _new_number(connection, keys, author.at)
    number = key.owner
    row = {
        "number": number,
        "organisation_id": author.organisation_id,
        "procedure": ready.procedure.id,
        "map_version": ready.procedure.version,
        "pack_version": ready.pack_version,
        "version": 1,
        "created_by": author.actor.id,
        "created_at": author.at,
        "changed_at": author.at,
        "split_from": split_from,
    }
    await connection.execute(insert(application).values(row))
    await _add_rows(connection, author.organisation_id, number, range(1, persons + 1))
    return await case_of(connection, number, author.organisation_id), key


async def _new_number(connection: AsyncConnection, keys: KeyRing, at: datetime) -> DataKey:
    """A free number with its new key, which owns it."""
    for _ in range(NUMBERS_TRIED):
        number = application_number(japan_date(at).year, secrets.randbits(RANDOM_BITS))
        wrapped = keys.new_wrapped_key(number)
        row = {"number": number, "wrapped": wrapped, "created_at": at}
        # No RETURNING: a client's hat may add a key and read none.
        added = upsert(data_key).values(row).on_conflict_do_nothing()
        counted = added.execution_options(preserve_rowcount=True)
        if (await connection.execute(counted)).rowcount == 1:
            return keys.unwrapped(number, wrapped)
    raise RuntimeError("no free application number was found")


async def _add_rows(
    connection: AsyncConnection, organisation_id: str, number: str, positions: Sequence[int]
) -> None:
    rows = [
        {
            "person_id": f"p-{secrets.token_hex(8)}",
            "organisation_id": organisation_id,
            "number": number,
            "position": position,
        }
        for position in positions
    ]
    if rows:
        await connection.execute(insert(applicant), rows)


async def locked_case(connection: AsyncConnection, number: str, author: Author) -> Case:
    """The application, kept from others until the transaction ends. Raises Refused `not_found`."""
    return await case_of(connection, number, author.organisation_id, locked=True)


async def add_persons(
    connection: AsyncConnection, case: Case, author: Author, count: int, at_most: int
) -> int:
    """Add persons to a draft; answers the new version. Raises Refused (sealed, too many persons)."""
    _insist_on_draft(case)
    if len(case.persons) + count > at_most:
        raise Refused("too_many_persons", "count", limit=at_most)
    last = select(func.coalesce(func.max(applicant.c.position), 0)).where(applicant.c.number == case.number)
    first = (await connection.execute(last)).scalar_one() + 1
    await _add_rows(connection, case.organisation_id, case.number, range(first, first + count))
    return await bump(connection, case, author)


async def remove_person(
    connection: AsyncConnection, case: Case, author: Author, person_id: str, key: DataKey
) -> int:
    """Take a person out of a draft: values are overwritten, documents withdrawn. Answers the new version.

    Raises Refused `content_sealed`, `not_found`.
    """
    _insist_on_draft(case)
    if person_id not in case.persons:
        raise Refused("not_found")
    emptied = update(content).where(content.c.number == case.number, content.c.scope == person_id)
    await connection.execute(emptied.values({"values": seal_json(key, CONTENT_PURPOSE, {})}))
    withdrawn = update(document_version).where(
        document_version.c.number == case.number, document_version.c.person_id == person_id
    )
    await connection.execute(withdrawn.values(state="withdrawn"))
    await connection.execute(
        delete(applicant).where(applicant.c.number == case.number, applicant.c.person_id == person_id)
    )
    return await bump(connection, case, author)


def _insist_on_draft(case: Case) -> None:
    if not case.is_draft:
        raise Refused("content_sealed")


async def change_values(
    connection: AsyncConnection,
    case: Case,
    author: Author,
    *,
    changes: Changes,
    ready: ProcedureMap,
    key: DataKey,
) -> int:
    """Save values; all that is refused is told together and then nothing is saved. Answers the new version.

    Raises Refused `content_sealed`, `unknown_person`, RefusedTogether `value_refused`.
    """
    await insist_on_editable(connection, case, changes.keys())
    cleaned = _cleaned(changes, ready)
    rows = await contents_of(connection, case)
    for scope, values in cleaned.items():
        if values:
            await _save(connection, case, author, scope=scope, row=rows.get(scope), values=values, key=key)
    return await bump(connection, case, author)


async def copy_values(
    connection: AsyncConnection,
    case: Case,
    author: Author,
    entries: Mapping[str, Mapping[str, Entry]],
    key: DataKey,
) -> None:
    """Write entries by scope into a draft that has none: who gave each value, and when, stays what it was."""
    rows = [
        {
            "number": case.number,
            "scope": scope,
            "version": 1,
            "organisation_id": case.organisation_id,
            "values": seal_json(key, CONTENT_PURPOSE, values),
            "changed_by": author.actor.id,
            "changed_at": author.at,
        }
        for scope, values in entries.items()
    ]
    if rows:
        await connection.execute(insert(content), rows)


async def insist_on_editable(
    connection: AsyncConnection, case: Case, scopes: Sequence[str] | Any
) -> frozenset[str]:
    """Whose content may change now. Raises Refused when a scope is none of this application or is sealed."""
    named = frozenset(scopes) - {WHOLE}
    if not named <= frozenset(case.persons):
        raise Refused("unknown_person")
    editable = await editable_persons(connection, case)
    if not named <= editable or not (editable or case.is_draft):
        raise Refused("content_sealed")
    return editable


def _cleaned(changes: Changes, ready: ProcedureMap) -> dict[str, dict[str, Value | None]]:
    refused: list[ItemAtFault] = []
    cleaned: dict[str, dict[str, Value | None]] = {}
    for scope, fields in changes.items():
        person_id = None if scope == WHOLE else scope
        kept = cleaned.setdefault(scope, {})
        for field_id, raw in fields.items():
            field = ready.procedure.field(field_id)
            if field is None or field.belongs_to_person is (person_id is None):
                refused.append(_unknown(field_id, person_id))
                continue
            try:
                kept[field_id] = _value(ready, field, raw)
            except FieldRefused as wrong:
                refused.append(ItemAtFault(wrong.code, wrong.ja, wrong.en, field_id, person_id))
    if refused:
        raise RefusedTogether("value_refused", refused)
    return cleaned


def _value(ready: ProcedureMap, field: FieldRow, raw: object) -> Value | None:
    return None if raw is None or raw == "" else clean_value(ready, field, raw)


def _unknown(field_id: str, person_id: str | None) -> ItemAtFault:
    telling = REFUSALS["unknown_field"]
    return ItemAtFault("unknown_field", telling.ja, telling.en, place_in_words((field_id,)), person_id)


async def _save(
    connection: AsyncConnection,
    case: Case,
    author: Author,
    *,
    scope: str,
    row: Any,
    values: Mapping[str, Value | None],
    key: DataKey,
) -> None:
    entries = opened(key, row)
    for field_id, value in values.items():
        if value is None:
            entries.pop(field_id, None)
        elif field_id not in entries or entries[field_id]["v"] != value:
            entries[field_id] = author.entry(value)
    written = {
        "values": seal_json(key, CONTENT_PURPOSE, entries),
        "changed_by": author.actor.id,
        "changed_at": author.at,
    }
    if row is not None and row.sealed_in_round is None:
        place = (content.c.number == case.number, content.c.scope == scope, content.c.version == row.version)
        await connection.execute(update(content).where(*place).values(written))
        return
    new = {
        "number": case.number,
        "scope": scope,
        "version": row.version + 1 if row is not None else 1,
        "organisation_id": case.organisation_id,
    }
    await connection.execute(insert(content).values({**new, **written}))


async def bump(connection: AsyncConnection, case: Case, author: Author) -> int:
    """Count a change of the application's content; answers the new version."""
    changed = (
        update(application)
        .where(application.c.organisation_id == case.organisation_id, application.c.number == case.number)
        .values(version=application.c.version + 1, changed_at=author.at)
        .returning(application.c.version)
    )
    return int((await connection.execute(changed)).scalar_one())
