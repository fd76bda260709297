"""Remarks: words people write about a case (findings, replies, reasons), sealed, with author and capacity.

The road knows a remark by its id only. Once sent it is never overwritten; a repeated write changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from sqlalchemy import null, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import remark
from infra.keys import DataKey, open_sealed, seal
from schemas.parties import Actor

PURPOSE = "remark"
OF_ACTS = UUID("6f1c0c39-6c0f-5b0e-9a70-8f5d0a5a7b11")
ADDED = insert(remark)
WRITTEN = ADDED.on_conflict_do_update(
    index_elements=["id"],
    set_={"words": ADDED.excluded.words, "removed_at": null()},
    where=remark.c.removed_at.is_not(None),
).returning(remark.c.id)
"""Also over one that was taken back. Without a parameter of its own, so that many rows are one statement: a reviewer settles
a hundred findings with a reason each."""


class RemarkKind(StrEnum):
    """Why it was written. A draft belongs to its task and is shown to nobody but staff."""

    DRAFT = "draft"
    FINDING = "finding"
    REPLY = "reply"
    REASON = "reason"
    MORE_REQUESTED = "more_requested"
    RESULT = "result"


@dataclass(frozen=True)
class NewRemark:
    """A remark to be written."""

    id: str
    organisation_id: str
    number: str
    kind: RemarkKind
    author: Actor
    words: str
    for_client: bool
    task_id: str | None = None
    finding_id: str | None = None
    severity: str | None = None
    person_id: str | None = None
    place_kind: str | None = None
    place: str | None = None


def remark_id_of(act_id: str, place: int = 0) -> str:
    """The id of the n-th remark of one act: the act sent again finds it instead of writing another."""
    return str(uuid5(OF_ACTS, f"{act_id}/{place}"))


async def write_remarks(
    connection: AsyncConnection, key: DataKey, remarks: Iterable[NewRemark], at: datetime
) -> list[str]:
    """Write them sealed, each also over one that was taken back; ids of those that were not there already."""
    rows = [_row(key, each, at) for each in remarks]
    return list(await connection.scalars(WRITTEN, rows)) if rows else []


def _row(key: DataKey, new: NewRemark, at: datetime) -> dict[str, object]:
    return {
        "id": new.id,
        "organisation_id": new.organisation_id,
        "number": new.number,
        "kind": new.kind,
        "author_id": new.author.id,
        "capacity": new.author.capacity,
        "task_id": new.task_id,
        "finding_id": new.finding_id,
        "severity": new.severity,
        "person_id": new.person_id,
        "place_kind": new.place_kind,
        "place": new.place,
        "words": seal_words(key, new.words),
        "for_client": new.for_client,
        "written_at": at,
    }


async def take_back_remarks(connection: AsyncConnection, ids: Iterable[str], at: datetime) -> None:
    """Take back what was written for an act that was refused: it is shown to nobody any more."""
    taken = update(remark).where(remark.c.id.in_(list(ids)), remark.c.removed_at.is_(None))
    await connection.execute(taken.values(removed_at=at))


def seal_words(key: DataKey, words: str) -> bytes:
    """The words as they are kept."""
    return seal(key, PURPOSE, words.encode())


def open_words(key: DataKey, blob: bytes) -> str:
    """The words again. Raises SealBroken."""
    return open_sealed(key, PURPOSE, bytes(blob)).decode()
