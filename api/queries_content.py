"""Content as staff see it: what was handed in, never a draft, with authors and what a round changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from api.reading import WHOLE, Case, DocumentRow, Entry, documents_of, omissions_of, opened
from infra.database.tables import content
from infra.keys import DataKey
from schemas.carrying import Accepted
from schemas.catalogue import Value
from schemas.examination import ScanVerdict
from schemas.file_notes import malware_verdict
from schemas.words import Word


class ValueView(Word):
    """One value with its author, and where it was carried over or split off from.

    `changed` when this round brought it; `before` is what there was before.
    """

    value: Value
    by: Named | None
    capacity: str
    at: datetime
    carried_from: Accepted | None
    split_from: str | None = None
    changed: bool
    before: Value | None


class ScopeView(Word):
    """The values of the application itself (`person_id` None) or of one person; `removed` were emptied."""

    person_id: str | None
    values: Mapping[str, ValueView]
    removed: tuple[str, ...]


class DocumentView(Word):
    """One document as handed in. `changed` when this round brought this version.

    `scan`: what the malware scanner said. `unread_fields`: how many filled-in fields of a form no machine read.
    """

    id: str
    kind: str
    person_id: str | None
    version: int
    state: str
    refusal: str | None
    scan: ScanVerdict | None
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    pages: int | None
    issued_on: date | None
    round: int
    changed: bool
    unread_fields: int


class OmissionView(Word):
    """A document left out because the authority has it already."""

    id: str
    kind: str
    person_id: str | None
    submitted_on: date | None


class HandedInContent(Word):
    """Everything that was handed in up to one round."""

    number: str
    round: int
    scopes: tuple[ScopeView, ...]
    documents: tuple[DocumentView, ...]
    omissions: tuple[OmissionView, ...]


async def handed_in_content(
    connection: AsyncConnection, case: Case, key: DataKey, *, round_: int
) -> HandedInContent:
    """The content as it stood when this round was handed in, opened. The caller records the read."""
    rows = await _sealed_rows(connection, case, round_)
    opened_rows = {scope: [opened(key, row) for row in versions] for scope, versions in rows.items()}
    authors = (entry["by"] for each in opened_rows.values() for entry in each[0].values())
    names = await names_of(connection, authors)
    scopes = tuple(
        _scope(scope, opened_rows.get(scope, []), names, is_new=_is_new(rows.get(scope, []), round_))
        for scope in (WHOLE, *case.persons)
    )
    documents = _documents(await documents_of(connection, case), key, round_)
    omissions = await omissions_of(connection, case)
    return HandedInContent(
        number=case.number,
        round=round_,
        scopes=scopes,
        documents=documents,
        omissions=tuple(_omission(row) for row in omissions),
    )


async def _sealed_rows(connection: AsyncConnection, case: Case, round_: int) -> dict[str, list[Row[Any]]]:
    query = (
        select(content)
        .where(content.c.number == case.number, content.c.sealed_in_round <= round_)
        .order_by(content.c.scope, content.c.version.desc())
    )
    rows: dict[str, list[Row[Any]]] = {}
    for row in await connection.execute(query):
        rows.setdefault(row.scope, []).append(row)
    return {scope: versions[:2] for scope, versions in rows.items()}


def _is_new(versions: Sequence[Row[Any]], round_: int) -> bool:
    return bool(versions) and versions[0].sealed_in_round == round_


def _scope(
    scope: str, versions: Sequence[Mapping[str, Entry]], names: Mapping[str, str], *, is_new: bool
) -> ScopeView:
    entries: Mapping[str, Entry] = versions[0] if versions else {}
    earlier: Mapping[str, Entry] | None = versions[1] if is_new and len(versions) > 1 else None
    values = {field: _value(field, entry, earlier, names) for field, entry in entries.items()}
    removed = sorted(set(earlier or ()) - set(entries))
    return ScopeView(person_id=None if scope == WHOLE else scope, values=values, removed=tuple(removed))


def _value(
    field: str, entry: Entry, earlier: Mapping[str, Entry] | None, names: Mapping[str, str]
) -> ValueView:
    before = earlier.get(field, {}).get("v") if earlier is not None else None
    return ValueView(
        value=entry["v"],
        by=named(names, entry["by"]),
        capacity=entry["as"],
        at=entry["at"],
        carried_from=entry.get("from"),
        split_from=entry.get("split_from"),
        changed=earlier is not None and before != entry["v"],
        before=before if before != entry["v"] else None,
    )


def _documents(rows: Iterable[DocumentRow], key: DataKey, round_: int) -> tuple[DocumentView, ...]:
    latest: dict[tuple[str, str | None], DocumentRow] = {}
    for row in rows:
        if row.sealed_in_round is not None and row.sealed_in_round <= round_:
            latest[row.slot] = row
    return tuple(_document(row, key, round_) for row in latest.values())


def _document(row: DocumentRow, key: DataKey, round_: int) -> DocumentView:
    return DocumentView(
        id=row.id,
        kind=row.kind,
        person_id=row.person_id,
        version=row.version,
        state=row.state,
        refusal=row.refusal,
        scan=malware_verdict(row.facts),
        file_name=row.file_name(key),
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        pages=row.facts.get("pages"),
        issued_on=row.issued_on,
        round=row.sealed_in_round or round_,
        changed=round_ > 1 and row.sealed_in_round == round_,
        unread_fields=(row.facts.get("facts") or {}).get("unread_fields", 0),
    )


def _omission(row: Row[Any]) -> OmissionView:
    return OmissionView(id=row.id, kind=row.kind, person_id=row.person_id, submitted_on=row.submitted_on)
