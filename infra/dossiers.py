"""Reading one application's content: its row, opened values, documents, omissions, and the dossier."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import (
    applicant,
    application,
    content,
    document_version,
    examination,
    omission,
    person_standing,
)
from infra.keys import DataKey, open_json, open_sealed
from infra.packs import pack_in_force
from schemas.catalogue import Value
from schemas.dossier import DocumentFact, Dossier, Omission, PersonDossier
from schemas.maps import ProcedureMap
from schemas.readings import Reading
from schemas.refusals import Refused

WHOLE = "application"
"""The scope of everything that is not a person's own."""
CONTENT_PURPOSE = "content"
FILE_NAME_PURPOSE = "file_name"
REFERENCE_PURPOSE = "reference"
READING_PURPOSE = "reading"

Entry = Mapping[str, Any]
"""One value with its author: `v` value, `by` account, `as` capacity, `at` instant (ISO)."""


@dataclass(frozen=True)
class Case:
    """One application's row, with its persons in order; `moved` are those who go on in another application."""

    number: str
    organisation_id: str
    procedure: str
    map_version: date
    pack_version: str | None
    version: int
    rounds: int
    created_at: datetime
    changed_at: datetime
    handed_in_at: datetime | None
    persons: tuple[str, ...]
    moved: frozenset[str] = frozenset()

    @property
    def is_draft(self) -> bool:
        """Whether nothing was handed in yet."""
        return self.handed_in_at is None


async def case_of(
    connection: AsyncConnection, number: str, organisation_id: str | None, *, locked: bool = False
) -> Case:
    """One application, of this organisation unless None. Raises Refused `not_found`, also for a foreign one."""
    asked = select(application, pack_in_force()).where(application.c.number == number)
    if organisation_id is not None:
        asked = asked.where(application.c.organisation_id == organisation_id)
    if locked:
        asked = asked.with_for_update(of=application)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise Refused("not_found")
    persons = (await connection.execute(_persons(number))).all()
    return Case(
        number=row.number,
        organisation_id=row.organisation_id,
        procedure=row.procedure,
        map_version=row.map_version,
        pack_version=row.pack_in_force,
        version=row.version,
        rounds=row.rounds,
        created_at=row.created_at,
        changed_at=row.changed_at,
        handed_in_at=row.handed_in_at,
        persons=tuple(row.person_id for row in persons),
        moved=frozenset(row.person_id for row in persons if row.moved_to is not None),
    )


def _persons(number: str) -> Select[Any]:
    """The persons in their order, each with the application he was split off into."""
    stands = (person_standing.c.number == applicant.c.number) & (
        person_standing.c.person_id == applicant.c.person_id
    )
    return (
        select(applicant.c.person_id, person_standing.c.moved_to)
        .outerjoin(person_standing, stands)
        .where(applicant.c.number == number)
        .order_by(applicant.c.position)
    )


async def contents_of(
    connection: AsyncConnection, case: Case, *, sealed_only: bool = False
) -> Mapping[str, Row[Any]]:
    """The latest content row of every scope that still exists (the latest handed in when `sealed_only`)."""
    asked = (
        select(content, content.c["values"].label("sealed"))
        .where(content.c.organisation_id == case.organisation_id, content.c.number == case.number)
        .where(content.c.scope.in_((WHOLE, *case.persons)))
        .ext(distinct_on(content.c.scope))
        .order_by(content.c.scope, content.c.version.desc())
    )
    if sealed_only:
        asked = asked.where(content.c.sealed_in_round.is_not(None))
    return {row.scope: row for row in await connection.execute(asked)}


def opened(key: DataKey, row: Row[Any] | None) -> dict[str, Entry]:
    """The entries of one content row, by field."""
    if row is None:
        return {}
    entries: dict[str, Entry] = open_json(key, CONTENT_PURPOSE, bytes(row.sealed))
    return entries


def values_in(entries: Mapping[str, Entry]) -> dict[str, Value]:
    """The bare values, by field."""
    return {field: entry["v"] for field, entry in entries.items()}


@dataclass(frozen=True)
class DocumentRow:
    """One version of a document: what was declared, and what the examination found.

    Size and hash are those of the kept file, also where it was masked.
    """

    id: str
    organisation_id: str
    number: str
    kind: str
    scope: str
    person_id: str | None
    version: int
    state: str
    refusal: str | None
    sealed_file_name: bytes
    media_type: str
    size_bytes: int
    sha256: str
    issued_on: date | None
    upload_id: str | None
    sealed_in_round: int | None
    created_at: datetime
    completed_at: datetime | None
    facts: Mapping[str, Any]
    vault_key: str | None
    vault_version: str | None

    @property
    def slot(self) -> tuple[str, str | None]:
        """The line of the document list it belongs to."""
        return self.kind, self.person_id

    @property
    def counts(self) -> bool:
        """Whether it fills its line: it arrived and was not refused."""
        return self.state in ("uploaded", "released")

    def file_name(self, key: DataKey) -> str:
        """The name its uploader gave it."""
        return open_sealed(key, FILE_NAME_PURPOSE, self.sealed_file_name).decode()

    def reading(self, key: DataKey) -> Reading:
        """What was read inside the file; empty where nothing was, or before it was examined."""
        told = self.facts.get("sealed_reading")
        if not told:
            return Reading()
        return Reading.model_validate(open_json(key, READING_PURPOSE, base64.b64decode(told)))


def _documents() -> Select[Any]:
    found = examination.c
    return select(
        document_version, found.outcome, found.refusal, found.facts, found.vault_key, found.vault_version
    ).outerjoin(examination, found.document_id == document_version.c.id)


async def documents_of(
    connection: AsyncConnection, case: Case, *, sealed_only: bool = False
) -> list[DocumentRow]:
    """Every version of every document, oldest first (those handed in when `sealed_only`)."""
    owned = document_version.c
    asked = _documents().where(owned.organisation_id == case.organisation_id, owned.number == case.number)
    if sealed_only:
        asked = asked.where(owned.sealed_in_round.is_not(None))
    rows = await connection.execute(asked.order_by(owned.kind, owned.person_id, owned.version))
    return [_document(row) for row in rows]


async def document_of(
    connection: AsyncConnection, document_id: str, organisation_id: str | None
) -> DocumentRow:
    """One version. Raises Refused `not_found`, for a foreign one too."""
    asked = _documents().where(document_version.c.id == document_id)
    if organisation_id is not None:
        asked = asked.where(document_version.c.organisation_id == organisation_id)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise Refused("not_found")
    return _document(row)


def _document(row: Row[Any]) -> DocumentRow:
    kept = row.facts if row.facts and row.facts.get("masked_pages") else {}
    return DocumentRow(
        id=row.id,
        organisation_id=row.organisation_id,
        number=row.number,
        kind=row.kind,
        scope=row.scope,
        person_id=row.person_id,
        version=row.version,
        state=row.outcome if row.outcome and row.state == "uploaded" else row.state,
        refusal=row.refusal,
        sealed_file_name=bytes(row.file_name),
        media_type=row.media_type,
        size_bytes=kept.get("size_bytes", row.size_bytes),
        sha256=kept.get("sha256", row.sha256),
        issued_on=row.issued_on,
        upload_id=row.upload_id,
        sealed_in_round=row.sealed_in_round,
        created_at=row.created_at,
        completed_at=row.completed_at,
        facts=row.facts or {},
        vault_key=row.vault_key,
        vault_version=row.vault_version,
    )


def current(documents: Sequence[DocumentRow]) -> list[DocumentRow]:
    """The version that counts for each line: the latest that arrived and was not refused."""
    latest = {document.slot: document for document in documents if document.counts}
    return list(latest.values())


async def omissions_of(connection: AsyncConnection, case: Case) -> Sequence[Row[Any]]:
    """The omissions that were declared and not taken back."""
    asked = select(omission).where(
        omission.c.organisation_id == case.organisation_id,
        omission.c.number == case.number,
        omission.c.ended_at.is_(None),
    )
    return (await connection.execute(asked.order_by(omission.c.declared_at))).all()


@dataclass(frozen=True)
class Collected:
    """All content of one application, opened; `readings` by document id, of the versions that count.

    `references` by omission id: the number under which the authority has what is left out.
    """

    case: Case
    entries: Mapping[str, Mapping[str, Entry]]
    documents: Sequence[DocumentRow]
    omissions: Sequence[Row[Any]]
    references: Mapping[str, str]
    readings: Mapping[str, Reading]

    def of(self, scope: str) -> Mapping[str, Entry]:
        """The entries of one scope."""
        return self.entries.get(scope, {})


async def collected(
    connection: AsyncConnection, case: Case, key: DataKey, *, sealed_only: bool = False
) -> Collected:
    """Read and open everything."""
    rows = await contents_of(connection, case, sealed_only=sealed_only)
    documents = await documents_of(connection, case, sealed_only=sealed_only)
    omissions = await omissions_of(connection, case)
    return Collected(
        case=case,
        entries={scope: opened(key, row) for scope, row in rows.items()},
        documents=documents,
        omissions=omissions,
        references={
            row.id: open_sealed(key, REFERENCE_PURPOSE, bytes(row.reference)).decode() for row in omissions
        },
        readings={document.id: document.reading(key) for document in current(documents)},
    )


def dossier(everything: Collected, ready: ProcedureMap, as_of: date) -> Dossier:
    """The content as plain facts on a day in Japan, for the pure rules; without who was split off."""
    case = everything.case
    return Dossier(
        number=case.number,
        procedure_id=case.procedure,
        map_version=case.map_version,
        as_of=as_of,
        application=values_in(everything.of(WHOLE)),
        persons=tuple(
            PersonDossier(person_id=person, values=values_in(everything.of(person)))
            for person in case.persons
            if person not in case.moved
        ),
        documents=(
            *(
                _fact(document, everything.readings[document.id])
                for document in current(everything.documents)
                if document.person_id not in case.moved
            ),
            *(
                _omitted(row, everything.references[row.id], ready)
                for row in everything.omissions
                if row.person_id not in case.moved
            ),
        ),
    )


_MEASURES = ("width_px", "height_px", "blank_pages", "coarse_pages", "page_sizes_mm", "scan_dpi")
_NUMBERS = ("my_number_like", "scanned_pages")
_TOLD_BY_CAMERA = ("blur_percent", "taken_on")


def _fact(document: DocumentRow, reading: Reading) -> DocumentFact:
    measured = document.facts.get("facts") or {}
    return DocumentFact.model_validate(
        {
            "document_id": document.id,
            "kind": document.kind,
            "scope": document.scope,
            "person_id": document.person_id,
            "state": document.state,
            "pages": document.facts.get("pages"),
            "masked_pages": document.facts.get("masked_pages", ()),
            "size_bytes": document.size_bytes,
            "media_type": document.media_type,
            "issued_on": document.issued_on,
            "passports": reading.passports,
            "told": reading.values,
        }
        | {name: measured[name] for name in (*_MEASURES, *_NUMBERS, *_TOLD_BY_CAMERA) if name in measured}
    )


def _omitted(row: Row[Any], reference: str, ready: ProcedureMap) -> DocumentFact:
    """What is left out. Who declares it says with the same act that nothing has changed since."""
    kind = ready.procedure.document(row.kind)
    reason = kind.omission.ja if kind and kind.omission else row.kind
    return DocumentFact(
        document_id=row.id,
        kind=row.kind,
        scope=kind.scope if kind else "application",
        person_id=row.person_id,
        omitted=Omission(reason=reason, reference=reference, handed_in_on=row.submitted_on, unchanged=True),
    )
