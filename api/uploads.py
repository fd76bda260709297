"""The only writer of documents and omissions. Bytes go straight to the store; here are rows and addresses."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.content import Author, insist_on_editable
from api.queries_splits import is_being_split
from api.reading import (
    FILE_NAME_PURPOSE,
    REFERENCE_PURPOSE,
    WHOLE,
    Case,
    DocumentRow,
    document_of,
)
from infra.database.tables import document_version, omission, person_standing
from infra.keys import DataKey, open_sealed, seal
from infra.object_answers import ObjectAbsentError, ObjectDiffersError
from infra.objects import ObjectStore, part_headers, part_sizes, quarantine_key
from infra.settings import Limits
from schemas.catalogue import DocumentKind, Procedure
from schemas.refusals import Refused


@dataclass(frozen=True)
class Declared:
    """What a client says of a file before sending it. `parts_sha256` has one digest per part of 8 MiB."""

    kind: str
    person_id: str | None
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    issued_on: date | None
    parts_sha256: tuple[str, ...]


class SignedPart(NamedTuple):
    """Where to PUT one part, with exactly these headers and this many bytes."""

    number: int
    url: str
    size_bytes: int
    headers: dict[str, str]


def kind_of(procedure: Procedure, kind_id: str, person_id: str | None) -> DocumentKind:
    """The kind, when it may be attached there. Raises Refused `unknown_document_kind`, `document_scope`."""
    kind = procedure.document(kind_id)
    if kind is None:
        raise Refused("unknown_document_kind", "kind")
    if kind.belongs_to_person is (person_id is None):
        raise Refused("document_scope", "person_id")
    return kind


def digests_of(declared: Declared) -> tuple[str, ...]:
    """One SHA-256 per part. Raises Refused when their number does not fit the size."""
    needed = len(part_sizes(declared.size_bytes))
    digests = (declared.sha256,) if needed == 1 else declared.parts_sha256
    if len(digests) != needed:
        raise Refused("malformed_request", "parts_sha256", parts=needed)
    return digests


async def declare(
    connection: AsyncConnection,
    case: Case,
    author: Author,
    *,
    declared: Declared,
    procedure: Procedure,
    limits: Limits,
    key: DataKey,
) -> str:
    """Write the row of a file that is about to come; answers its document id.

    Raises Refused: unknown kind, scope, type, size, too many documents, sealed content.
    """
    kind = kind_of(procedure, declared.kind, declared.person_id)
    await insist_on_editable(connection, case, {declared.person_id or WHOLE})
    if declared.media_type not in kind.media_types:
        raise Refused("document_type_refused", "media_type")
    if declared.size_bytes > limits.file_size_bytes:
        raise Refused("document_too_large", "size_bytes", limit_bytes=limits.file_size_bytes)
    digests_of(declared)
    await _insist_on_room(connection, case, limits)
    row = {
        "id": str(uuid.uuid4()),
        "organisation_id": case.organisation_id,
        "number": case.number,
        "kind": kind.id,
        "scope": kind.scope,
        "person_id": declared.person_id,
        "version": await _next_version(connection, case, declared),
        "state": "declared",
        "file_name": seal(key, FILE_NAME_PURPOSE, declared.file_name.encode()),
        "media_type": declared.media_type,
        "size_bytes": declared.size_bytes,
        "sha256": declared.sha256,
        "issued_on": declared.issued_on,
        "uploaded_by": author.actor.id,
        "capacity": author.actor.capacity,
        "created_at": author.at,
    }
    await connection.execute(insert(document_version).values(row))
    return str(row["id"])


async def _insist_on_room(connection: AsyncConnection, case: Case, limits: Limits) -> None:
    counted = select(func.count()).where(
        document_version.c.organisation_id == case.organisation_id, document_version.c.number == case.number
    )
    if (await connection.execute(counted)).scalar_one() >= limits.documents_per_application:
        raise Refused("too_many_documents", limit=limits.documents_per_application)


async def _next_version(connection: AsyncConnection, case: Case, declared: Declared) -> int:
    last = select(func.coalesce(func.max(document_version.c.version), 0)).where(
        document_version.c.number == case.number,
        document_version.c.kind == declared.kind,
        document_version.c.person_id.is_not_distinct_from(declared.person_id),
    )
    return int((await connection.execute(last)).scalar_one()) + 1


async def keep_upload_id(connection: AsyncConnection, document: DocumentRow, upload_id: str) -> bool:
    """Remember the store's upload id, once. False when another request was quicker."""
    kept = update(document_version).where(
        document_version.c.id == document.id, document_version.c.upload_id.is_(None)
    )
    return (await connection.execute(kept.values(upload_id=upload_id))).rowcount == 1


async def begin_upload(objects: ObjectStore, document: DocumentRow) -> str:
    """Open the upload at the store."""
    return await asyncio.to_thread(objects.begin, quarantine_key(document.id), document.media_type)


async def abort_upload(objects: ObjectStore, document_id: str, upload_id: str) -> None:
    """Give up an upload at the store."""
    await asyncio.to_thread(objects.abort, quarantine_key(document_id), upload_id)


def sign(objects: ObjectStore, document: DocumentRow, digests: Sequence[str]) -> list[SignedPart]:
    """Addresses for every part, valid for some minutes; asking again gives new ones for the same upload."""
    if document.upload_id is None:
        raise Refused("upload_incomplete")
    place, upload_id = quarantine_key(document.id), document.upload_id
    sizes = part_sizes(document.size_bytes)
    return [
        SignedPart(
            number=number,
            url=objects.sign_part(place, upload_id, number, size, digest),
            size_bytes=size,
            headers=part_headers(digest),
        )
        for number, (size, digest) in enumerate(zip(sizes, digests, strict=True), start=1)
    ]


async def join(objects: ObjectStore, document: DocumentRow, parts: Sequence[tuple[int, str, str]]) -> None:
    """Join the parts at the store and compare length and checksum with what was declared.

    Raises Refused `upload_incomplete`, `upload_mismatch`; ObjectStoreError when the store is away.
    """
    if document.upload_id is None:
        raise Refused("upload_incomplete")
    try:
        there = await asyncio.to_thread(
            objects.finish, quarantine_key(document.id), document.upload_id, parts
        )
    except ObjectAbsentError:
        raise Refused("upload_incomplete") from None
    except ObjectDiffersError:
        raise Refused("upload_mismatch") from None
    if there.size_bytes != document.size_bytes:
        raise Refused("upload_mismatch")


async def mark_uploaded(connection: AsyncConnection, document: DocumentRow, author: Author) -> None:
    """The bytes are there. Repeating it changes nothing.

    Raises Refused `content_sealed` for who was split off meanwhile: there nobody would look at it any more.
    """
    moved = select(person_standing.c.person_id).where(
        person_standing.c.number == document.number,
        person_standing.c.person_id == document.person_id,
        person_standing.c.moved_to.is_not(None),
    )
    arrived = update(document_version).where(
        document_version.c.id == document.id,
        document_version.c.state == "declared",
        ~moved.exists(),
        ~is_being_split(document.number, document_version.c.person_id),
    )
    if (await connection.execute(arrived.values(state="uploaded", completed_at=author.at))).rowcount == 1:
        return
    if (await document_of(connection, document.id, document.organisation_id)).state == "declared":
        raise Refused("content_sealed")


async def withdraw_document(connection: AsyncConnection, document: DocumentRow) -> None:
    """Take back a version no round has sealed. Raises Refused `content_sealed`."""
    if document.sealed_in_round is not None:
        raise Refused("content_sealed")
    taken = update(document_version).where(document_version.c.id == document.id)
    await connection.execute(taken.values(state="withdrawn"))


@dataclass(frozen=True)
class Omitting:
    """A document left out because the authority has it: its kind, under which number, handed in when."""

    kind: str
    person_id: str | None
    reference: str
    submitted_on: date


async def declare_omission(
    connection: AsyncConnection, case: Case, author: Author, omitting: Omitting, key: DataKey
) -> str:
    """Write an omission in place of an earlier one of the same line; answers its id."""
    await end_omissions(connection, case, author, kind=omitting.kind, person_id=omitting.person_id)
    row = {
        "id": str(uuid.uuid4()),
        "organisation_id": case.organisation_id,
        "number": case.number,
        "kind": omitting.kind,
        "person_id": omitting.person_id,
        "submitted_on": omitting.submitted_on,
        "reference": seal(key, REFERENCE_PURPOSE, omitting.reference.encode()),
        "declared_by": author.actor.id,
        "declared_at": author.at,
    }
    await connection.execute(insert(omission).values(row))
    return str(row["id"])


async def end_omissions(
    connection: AsyncConnection, case: Case, author: Author, *, kind: str, person_id: str | None
) -> None:
    """Take back what was declared for one line of the list."""
    ended = update(omission).where(
        omission.c.organisation_id == case.organisation_id,
        omission.c.number == case.number,
        omission.c.kind == kind,
        omission.c.person_id.is_not_distinct_from(person_id),
        omission.c.ended_at.is_(None),
    )
    await connection.execute(ended.values(ended_at=author.at))


@dataclass(frozen=True)
class Copying:
    """From which application to which, with both keys, and who each person is there."""

    source: DataKey
    target: DataKey
    case: Case
    persons: Mapping[str, str]

    def resealed(self, purpose: str, blob: bytes) -> bytes:
        """The same words under the other key."""
        return seal(self.target, purpose, open_sealed(self.source, purpose, blob))

    def owned(self, person_id: str | None) -> dict[str, Any]:
        """Whose row it is there."""
        return {
            "organisation_id": self.case.organisation_id,
            "number": self.case.number,
            "person_id": self.persons[person_id] if person_id else None,
        }

    def concerns(self, person_id: str | None) -> bool:
        """Whether it goes along: what is everybody's, and what is these persons' own."""
        return person_id is None or person_id in self.persons


async def copy_documents(
    connection: AsyncConnection, copying: Copying, documents: Sequence[DocumentRow]
) -> None:
    """The same files in another application of the client: who sent each, and when, stays what it was.

    The worker takes over what the examination of the original found, and where the file lies.
    """
    chosen = [each for each in documents if copying.concerns(each.person_id)]
    ids = [each.id for each in chosen]
    sent = {
        row.id: row
        for row in await connection.execute(select(document_version).where(document_version.c.id.in_(ids)))
    }
    rows = [_copied(copying, each, sent[each.id]) for each in chosen]
    if rows:
        await connection.execute(insert(document_version), rows)


def _copied(copying: Copying, document: DocumentRow, sent: Row[Any]) -> dict[str, Any]:
    return copying.owned(document.person_id) | {
        "id": str(uuid.uuid4()),
        "kind": document.kind,
        "scope": document.scope,
        "version": 1,
        "state": "uploaded",
        "file_name": copying.resealed(FILE_NAME_PURPOSE, document.sealed_file_name),
        "media_type": sent.media_type,
        "size_bytes": sent.size_bytes,
        "sha256": sent.sha256,
        "issued_on": sent.issued_on,
        "uploaded_by": sent.uploaded_by,
        "capacity": sent.capacity,
        "created_at": sent.created_at,
        "completed_at": sent.completed_at,
        "copied_from": document.id,
    }


async def copy_omissions(
    connection: AsyncConnection, copying: Copying, omissions: Sequence[Row[Any]]
) -> None:
    """What was left out because the authority has it is left out there too."""
    rows = [
        copying.owned(row.person_id)
        | {
            "id": str(uuid.uuid4()),
            "kind": row.kind,
            "submitted_on": row.submitted_on,
            "reference": copying.resealed(REFERENCE_PURPOSE, bytes(row.reference)),
            "declared_by": row.declared_by,
            "declared_at": row.declared_at,
        }
        for row in omissions
        if copying.concerns(row.person_id)
    ]
    if rows:
        await connection.execute(insert(omission), rows)
