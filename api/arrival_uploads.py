"""Uploading a notice that came on paper: bytes go straight to the quarantine, from where the ingest takes them."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs
from api.bodies import Body, IsoDate, Sha256, Shown
from api.desk import AtDesk, Desk
from api.documents import Completed, MediaType, PartShown, SentPart
from api.idempotency import Answered, CurrentAct, once
from api.paths import OURS
from infra.database.tables import arrival, arrival_upload
from infra.object_answers import ObjectAbsentError, ObjectDiffersError
from infra.objects import part_headers, part_sizes, quarantine_key
from schemas.calendar import japan_date
from schemas.examination import JPEG, PDF, PNG
from schemas.parties import Right
from schemas.refusals import Refused

TAKEN_TYPES = (PDF, JPEG, PNG)

router = APIRouter(prefix="/v1/arrivals/uploads", tags=["arrivals"])

Uploading = Annotated[Principal, Depends(needs(Right.RECORD_RESULT))]


async def upload_in_path(upload_id: str) -> str:
    """An upload's id of the right form. Raises Refused `not_found`."""
    if not OURS.fullmatch(upload_id):
        raise Refused("not_found")
    return upload_id


UploadInPath = Annotated[str, Depends(upload_in_path)]


class NewUpload(Body):
    """A notice about to be sent; its name is not kept. `arrived_on`: the day it came, if another than today."""

    media_type: MediaType
    size_bytes: int = Field(ge=1)
    sha256: Sha256
    arrived_on: IsoDate | None = None
    parts_sha256: list[Sha256] = Field(default_factory=list, max_length=64)


class UploadShown(Shown):
    """Where to send the file. The addresses expire; the same request with the same key gives new ones."""

    upload_id: str
    parts: list[PartShown]
    expires_in_seconds: int


class UploadStands(Shown):
    """What became of an upload: the arrival it is, as soon as it is kept."""

    upload_id: str
    is_complete: bool
    arrival_id: str | None


@router.post("", status_code=201)
async def declare(principal: Uploading, at: AtDesk, wanted: NewUpload, act: CurrentAct) -> UploadShown:
    """Declare a notice. Refused: `document_type_refused`, `document_too_large`, `malformed_request`."""
    digests = _digests(at, wanted)

    async def perform() -> Answered:
        upload_id = str(uuid.uuid4())
        row = wanted.model_dump(exclude={"parts_sha256"}) | {
            "id": upload_id,
            "uploaded_by": principal.id,
            "created_at": at.now(),
        }
        await connection.execute(insert(arrival_upload).values(row))
        return Answered(201, {"upload_id": upload_id})

    async with at.database.as_desk() as connection:
        answered = await once(connection, act, at.now(), perform)
        row = await _row(connection, answered.body["upload_id"])
    row = await _begun(at, row)
    return UploadShown(
        upload_id=row.id,
        parts=_signed(at, row, digests),
        expires_in_seconds=at.settings.limits.presigned_url_seconds,
    )


@router.post("/{upload_id}/complete")
async def complete(
    principal: Uploading,
    at: AtDesk,
    upload_id: UploadInPath,
    *,
    sent: Completed,
    act: CurrentAct,
    response: Response,
) -> UploadStands:
    """All parts are there. 200 when it is an arrival already, 202 when it is about to become one; completing twice
    gives the same answer. Refused: `upload_incomplete`, `upload_mismatch`."""
    async with at.database.as_desk() as connection:
        row = await _row(connection, upload_id)
    if row.completed_at is None:
        await _join(at, row, sent.parts)
        done = update(arrival_upload).where(
            arrival_upload.c.id == upload_id, arrival_upload.c.completed_at.is_(None)
        )
        async with at.database.as_desk() as connection:
            await connection.execute(done.values(completed_at=at.now()))
    stands = await show(principal, at, upload_id)
    if stands.arrival_id is not None:
        await asyncio.to_thread(at.objects.discard, quarantine_key(upload_id))
    response.status_code = 200 if stands.arrival_id else 202
    return stands


@router.get("/{upload_id}")
async def show(principal: Uploading, at: AtDesk, upload_id: UploadInPath) -> UploadStands:
    """What became of an upload."""
    kept = or_(arrival.c.raw_key.is_not(None), arrival.c.read_at.is_not(None))
    async with at.database.as_desk() as connection:
        row = await _row(connection, upload_id)
        there = select(arrival.c.id).where(arrival.c.content_sha256 == row.sha256, kept)
        arrival_id = (await connection.execute(there)).scalar_one_or_none()
    return UploadStands(
        upload_id=upload_id,
        is_complete=row.completed_at is not None,
        arrival_id=arrival_id if row.completed_at is not None else None,
    )


def _digests(at: Desk, wanted: NewUpload) -> list[str]:
    limits = at.settings.limits
    most = min(limits.file_size_bytes, limits.arrival_size_bytes)
    if wanted.media_type not in TAKEN_TYPES:
        raise Refused("document_type_refused", "media_type")
    if wanted.size_bytes > most:
        raise Refused("document_too_large", "size_bytes", limit_bytes=most)
    if wanted.arrived_on is not None and wanted.arrived_on > japan_date(at.now()):
        raise Refused("malformed_request", "arrived_on")
    needed = len(part_sizes(wanted.size_bytes))
    digests = [wanted.sha256] if needed == 1 else wanted.parts_sha256
    if len(digests) != needed:
        raise Refused("malformed_request", "parts_sha256", parts=needed)
    return digests


async def _row(connection: AsyncConnection, upload_id: str) -> Any:
    asked = select(arrival_upload).where(arrival_upload.c.id == upload_id)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


async def _begun(at: Desk, row: Row[Any]) -> Any:
    """The row with the store's upload id, opened once."""
    if row.upload_id is not None:
        return row
    opened = await asyncio.to_thread(at.objects.begin, quarantine_key(row.id), row.media_type)
    mine = update(arrival_upload).where(arrival_upload.c.id == row.id, arrival_upload.c.upload_id.is_(None))
    async with at.database.as_desk() as connection:
        is_ours = (await connection.execute(mine.values(upload_id=opened))).rowcount == 1
        kept = await _row(connection, row.id)
    if not is_ours:
        await asyncio.to_thread(at.objects.abort, quarantine_key(row.id), opened)
    return kept


def _signed(at: Desk, row: Row[Any], digests: Sequence[str]) -> list[PartShown]:
    place = quarantine_key(row.id)
    sized = enumerate(zip(part_sizes(row.size_bytes), digests, strict=True), start=1)
    return [
        PartShown(
            number=number,
            url=at.objects.sign_part(place, row.upload_id, number, size, digest),
            size_bytes=size,
            headers=part_headers(digest),
        )
        for number, (size, digest) in sized
    ]


async def _join(at: Desk, row: Row[Any], sent: Sequence[SentPart]) -> None:
    parts = [(part.number, part.etag, row.sha256 if len(sent) == 1 else part.sha256 or "") for part in sent]
    if row.upload_id is None:
        raise Refused("upload_incomplete")
    try:
        there = await asyncio.to_thread(at.objects.finish, quarantine_key(row.id), row.upload_id, parts)
    except ObjectAbsentError:
        raise Refused("upload_incomplete") from None
    except ObjectDiffersError:
        raise Refused("upload_mismatch") from None
    if there.size_bytes != row.size_bytes:
        raise Refused("upload_mismatch")
