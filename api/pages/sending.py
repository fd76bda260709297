"""A file from a plain form into the quarantine: the way of a browser without JavaScript, walked by the desk itself.

The file waits on disk, never whole in memory; it is declared, sent in parts to the signed addresses, completed.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

import httpx2
from fastapi import Request, Response
from starlette.datastructures import FormData, UploadFile

from api import documents
from api.access import Principal
from api.desk import Desk
from api.idempotency import VISIBLE_ASCII, Act
from api.pages.forms import KEY
from api.pages.trouble import made
from infra import outgoing
from infra.file_names import EXTENSIONS
from infra.object_answers import StoreUnavailableError
from infra.objects import PART_SIZE_BYTES
from schemas.refusals import Refused

FIELDS_AT_MOST = 8
STORE_WITHIN_SECONDS = 60
TYPE_OF = {extension: media_type for media_type, extension in EXTENSIONS.items()} | {".jpeg": "image/jpeg"}


@dataclass(frozen=True)
class SentFile:
    """One file of a form, on disk: where it belongs, its digest as a whole and of each part."""

    kind: str
    person_id: str | None
    issued_on: str | None
    key: str
    name: str
    media_type: str
    content: BinaryIO
    size_bytes: int
    sha256: str
    parts_sha256: tuple[str, ...]


@asynccontextmanager
async def sent_file(request: Request) -> AsyncIterator[SentFile]:
    """The file of this request's form, gone from the disk afterwards. Raises Refused for a form without one."""
    async with request.form(max_files=1, max_fields=FIELDS_AT_MOST) as form:
        yield await _read(form)


async def _read(form: FormData) -> SentFile:
    file, given = form.get("file"), {name: str(form.get(name) or "").strip() for name in FORM_FIELDS}
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("upload_incomplete", "file")
    if "\0" in "".join((file.filename, *given.values())):
        raise Refused("malformed_request")
    if not VISIBLE_ASCII.fullmatch(given[KEY]):
        raise Refused("idempotency_key_missing")
    whole, parts, size_bytes = await asyncio.to_thread(_digests, file.file)
    return SentFile(
        kind=given["kind"],
        person_id=given["person_id"] or None,
        issued_on=given["issued_on"] or None,
        key=given[KEY],
        name=file.filename,
        media_type=_media_type(file),
        content=file.file,
        size_bytes=size_bytes,
        sha256=whole,
        parts_sha256=parts,
    )


FORM_FIELDS = ("kind", "person_id", "issued_on", KEY)


def _media_type(file: UploadFile) -> str:
    ending = f".{(file.filename or '').rpartition('.')[2].lower()}"
    return TYPE_OF.get(ending) or (file.content_type or "").partition(";")[0].strip().lower()


def _digests(content: BinaryIO) -> tuple[str, tuple[str, ...], int]:
    whole, parts, size_bytes = hashlib.sha256(), [], 0
    content.seek(0)
    while part := content.read(PART_SIZE_BYTES):
        whole.update(part)
        parts.append(hashlib.sha256(part).hexdigest())
        size_bytes += len(part)
    return whole.hexdigest(), tuple(parts), size_bytes


async def send_on(at: Desk, principal: Principal, number: str, sent: SentFile) -> documents.DocumentShown:
    """Declare, send and complete it. Raises what the three steps raise, above all Refused `document_refused`."""
    wanted = made(
        documents.NewDocument,
        kind=sent.kind,
        person_id=sent.person_id,
        file_name=sent.name,
        media_type=sent.media_type,
        size_bytes=sent.size_bytes,
        sha256=sent.sha256,
        issued_on=sent.issued_on,
        parts_sha256=list(sent.parts_sha256) if len(sent.parts_sha256) > 1 else [],
    )
    digest = hashlib.sha256(f"{number}\n{wanted.model_dump_json()}".encode()).hexdigest()
    upload = await documents.declare(principal, at, number, Act(principal.id, sent.key, digest), wanted)
    etags = await put_parts(upload.parts, sent.content)
    parts = [
        documents.SentPart(number=place, etag=etag, sha256=digest)
        for place, (etag, digest) in enumerate(zip(etags, sent.parts_sha256, strict=True), start=1)
    ]
    return await documents.complete(
        principal, at, upload.document_id, documents.Completed(parts=parts), Response()
    )


async def put_parts(parts: list[documents.PartShown], content: BinaryIO) -> list[str]:
    """Send each part to its signed address; answers the ETags. Raises Refused `upload_mismatch`."""
    etags = []
    await asyncio.to_thread(content.seek, 0)
    async with outgoing.sending(STORE_WITHIN_SECONDS) as store:
        for part in parts:
            piece = await asyncio.to_thread(content.read, part.size_bytes)
            try:
                answer = await store.put(part.url, content=piece, headers=part.headers)
            except httpx2.TransportError:
                raise StoreUnavailableError("The object store did not take a part.") from None
            if not answer.is_success:
                raise Refused("upload_mismatch")
            etags.append(answer.headers["etag"])
    return etags
