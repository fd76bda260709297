"""Documents: the exact list, declaring and completing uploads, reading, downloads."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api import uploads
from api.access import Principal, needs, scope
from api.applications import MayEdit, author_of, map_of
from api.bodies import Body, IsoDate, Sha256, Shown, Token
from api.content import insist_on_editable, locked_case
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.paths import DocumentInPath, NumberInPath
from api.read_log import record_read
from api.reading import (
    WHOLE,
    Collected,
    DocumentRow,
    case_of,
    collected,
    document_of,
    dossier,
    key_of,
)
from infra.keys import DataKey
from schemas.calendar import japan_date
from schemas.catalogue import Channel
from schemas.document_list import document_list
from schemas.dossier import RequiredDocument
from schemas.examination import REFUSED_FILES, RefusalCode, ScanVerdict
from schemas.file_notes import FileNote, malware_verdict, notes_on
from schemas.maps import ProcedureMap
from schemas.parties import Right
from schemas.preflight import Obstacle, weight_obstacles
from schemas.refusals import Refused

EXAMINED_WITHIN_SECONDS = 5.0
DOCUMENT_READ = "document"

router = APIRouter(prefix="/v1", tags=["documents"])

MayReadOwn = Annotated[Principal, Depends(needs(Right.READ_OWN))]
MayReadDocuments = Annotated[Principal, Depends(needs(Right.READ_OWN, Right.READ_DOCUMENTS))]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]
ETagOfPart = Annotated[str, StringConstraints(pattern=r'^"?[0-9A-Za-z-]{1,128}"?$')]


class NewDocument(Body):
    """A file about to be sent. `parts_sha256`: one digest per part of 8 MiB, only for files in several parts."""

    kind: Token
    person_id: Token | None = None
    file_name: FileName
    media_type: MediaType
    size_bytes: int = Field(ge=1)
    sha256: Sha256
    issued_on: IsoDate | None = None
    parts_sha256: list[Sha256] = Field(default_factory=list, max_length=64)


class PartShown(Shown):
    """PUT exactly `size_bytes` bytes to `url` with `headers`; keep the ETag of the answer."""

    number: int
    url: str
    size_bytes: int
    headers: dict[str, str]


class UploadShown(Shown):
    """Where to send the file. The addresses expire; the same request with the same key gives new ones."""

    document_id: str
    version: int
    parts: list[PartShown]
    expires_in_seconds: int


class SentPart(Body):
    """One part as the store took it. `sha256` is needed for files in several parts."""

    number: int = Field(ge=1, le=64)
    etag: ETagOfPart
    sha256: Sha256 | None = None


class Completed(Body):
    """All parts were sent."""

    parts: list[SentPart] = Field(min_length=1, max_length=64)


class DocumentShown(Shown):
    """One version of a document. `state`: declared, uploaded (being examined), released, refused, withdrawn.

    `scan`: what the malware scanner said, `not_scanned` where this desk has none, null before it was examined.
    `notes`: what its sender should know (masked, coarse, blank, blurred, heavy); size and hash are those kept.
    """

    document_id: str
    number: str
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
    sealed_in_round: int | None
    created_at: datetime
    completed_at: datetime | None
    notes: list[FileNote]


class Line(Shown):
    """One line of the list: what is asked for, whether it is needed and why, and what is there."""

    kind: str
    person_id: str | None
    ja: str
    en: str
    form: str | None
    need: str
    reason_ja: str
    reason_en: str
    media_types: list[str]
    omission_id: str | None
    omission_reference: str | None
    omission_submitted_on: date | None
    documents: list[DocumentShown]


class DocumentList(Shown):
    """The exact list for this application as it is filled in now, in the authority's order.

    `weights`: persons whose files together come near what a channel takes, or exceed it.
    """

    number: str
    lines: list[Line]
    weights: list[Obstacle]


@router.get("/applications/{number}/documents")
async def list_documents(principal: MayReadOwn, at: AtDesk, number: NumberInPath) -> DocumentList:
    """The exact document list: what is needed, what may be left out, what is there."""
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.client_organisation)
        everything = await collected(connection, case, key)
    ready = await map_of(at, case)
    facts = dossier(everything, ready, japan_date(at.now()))
    lines = document_list(ready, facts)
    return DocumentList(
        number=number,
        lines=[_line(line, ready, everything, key) for line in lines],
        weights=list(weight_obstacles(ready, facts)),
    )


def _line(line: RequiredDocument, ready: ProcedureMap, everything: Collected, key: DataKey) -> Line:
    kind = next(row for row in ready.procedure.documents if row.id == line.kind)
    slot = (line.kind, line.person_id)
    omission = next((row for row in everything.omissions if (row.kind, row.person_id) == slot), None)
    there = [each for each in everything.documents if each.slot == slot and each.state != "withdrawn"]
    return Line(
        kind=kind.id,
        person_id=line.person_id,
        ja=kind.ja,
        en=kind.en,
        form=kind.form,
        need=line.need,
        reason_ja=line.reason.ja,
        reason_en=line.reason.en,
        media_types=list(kind.media_types),
        omission_id=omission.id if omission else None,
        omission_reference=everything.references[omission.id] if omission else None,
        omission_submitted_on=omission.submitted_on if omission else None,
        documents=[document_shown(each, key, ready.procedure.channels) for each in reversed(there)],
    )


def document_shown(document: DocumentRow, key: DataKey, channels: tuple[Channel, ...] = ()) -> DocumentShown:
    """One version as its own people see it; how heavy it is for one of `channels` is noted where they are given."""
    return DocumentShown(
        document_id=document.id,
        number=document.number,
        kind=document.kind,
        person_id=document.person_id,
        version=document.version,
        state=document.state,
        refusal=document.refusal,
        scan=malware_verdict(document.facts),
        file_name=document.file_name(key),
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        pages=document.facts.get("pages"),
        issued_on=document.issued_on,
        sealed_in_round=document.sealed_in_round,
        created_at=document.created_at,
        completed_at=document.completed_at,
        notes=list(notes_on(document.facts, document.kind, document.size_bytes, channels)),
    )


@router.post("/applications/{number}/documents", status_code=201)
async def declare(
    principal: MayEdit, at: AtDesk, number: NumberInPath, act: CurrentAct, wanted: NewDocument
) -> UploadShown:
    """Declare a file; the answer says where to PUT its parts, straight to the object store."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    declared = uploads.Declared(
        **wanted.model_dump(exclude={"parts_sha256"}), parts_sha256=tuple(wanted.parts_sha256)
    )
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)

        async def perform() -> Answered:
            document_id = await uploads.declare(
                connection,
                case,
                author,
                declared=declared,
                procedure=(await map_of(at, case)).procedure,
                limits=at.settings.limits,
                key=key,
            )
            return Answered(201, {"document_id": document_id}, number)

        answered = await once(connection, act, author.at, perform)
        document = await document_of(connection, answered.body["document_id"], author.organisation_id)
    document = await _with_upload(at, principal, document)
    parts = uploads.sign(at.objects, document, uploads.digests_of(declared))
    return UploadShown(
        document_id=document.id,
        version=document.version,
        parts=[PartShown(**part._asdict()) for part in parts],
        expires_in_seconds=at.settings.limits.presigned_url_seconds,
    )


async def _with_upload(at: Desk, principal: Principal, document: DocumentRow) -> DocumentRow:
    if document.upload_id is not None:
        return document
    upload_id = await uploads.begin_upload(at.objects, document)
    async with scope(at, principal) as connection:
        is_ours = await uploads.keep_upload_id(connection, document, upload_id)
        kept = await document_of(connection, document.id, document.organisation_id)
    if not is_ours:
        await uploads.abort_upload(at.objects, document.id, upload_id)
    return kept


@router.post(
    "/documents/{document_id}/complete", responses={202: {"description": "Arrived, being examined."}}
)
async def complete(
    principal: MayEdit, at: AtDesk, document_id: DocumentInPath, sent: Completed, response: Response
) -> DocumentShown:
    """All parts are there: compare, then examine. 200 released, 202 still being examined, 422 refused with a
    reason. Completing twice gives the same answer, so it needs no Idempotency-Key."""
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        document = await document_of(connection, document_id, author.organisation_id)
    if document.state == "withdrawn":
        raise Refused("not_found")
    if document.state == "declared":
        await uploads.join(at.objects, document, _parts(document, sent))
        async with scope(at, principal) as connection:
            await uploads.mark_uploaded(connection, document, author)
    await _examine(at, document)
    key = await key_of(at.keys, document.number)
    async with scope(at, principal) as connection:
        examined = await document_of(connection, document_id, author.organisation_id)
    if examined.state == "refused":
        raise _refusal(examined)
    response.status_code = 200 if examined.state == "released" else 202
    return document_shown(examined, key)


def _parts(document: DocumentRow, sent: Completed) -> list[tuple[int, str, str]]:
    is_single = len(sent.parts) == 1
    if not is_single and any(part.sha256 is None for part in sent.parts):
        raise Refused("malformed_request", "parts.sha256")
    return [
        (part.number, part.etag, document.sha256 if is_single else str(part.sha256)) for part in sent.parts
    ]


async def _examine(at: Desk, document: DocumentRow) -> None:
    if document.state in ("released", "refused"):
        return
    await at.gateway.examine(document.id, document.number, document.organisation_id, EXAMINED_WITHIN_SECONDS)


def _refusal(document: DocumentRow) -> Refused:
    code = RefusalCode(document.refusal or RefusalCode.DAMAGED)
    telling = REFUSED_FILES[code]
    return Refused(
        "document_refused",
        reason=code.value,
        reason_ja=f"{telling.title_ja}{telling.hint_ja}",
        reason_en=f"{telling.title_en} {telling.hint_en}",
    )


@router.get("/documents/{document_id}")
async def read(principal: MayReadDocuments, at: AtDesk, document_id: DocumentInPath) -> DocumentShown:
    """One version of a document."""
    async with scope(at, principal) as connection:
        document = await _readable(connection, at, principal, document_id)
    return document_shown(document, await key_of(at.keys, document.number))


@router.get("/documents/{document_id}/content", status_code=303, response_class=RedirectResponse)
async def download(
    principal: MayReadDocuments, at: AtDesk, document_id: DocumentInPath, *, inline: bool = False
) -> RedirectResponse:
    """Sends the browser to the released file for some minutes. A read by staff is recorded."""
    async with scope(at, principal) as connection:
        document = await _readable(connection, at, principal, document_id)
    if document.state != "released" or document.vault_key is None or document.vault_version is None:
        raise Refused("document_not_released")
    key = await key_of(at.keys, document.number)
    address = at.objects.sign_download(
        document.vault_key,
        document.vault_version,
        document.file_name(key),
        document.media_type,
        inline=inline,
    )
    return RedirectResponse(address, status_code=303)


async def _readable(
    connection: AsyncConnection, at: Desk, principal: Principal, document_id: str
) -> DocumentRow:
    document = await document_of(connection, document_id, principal.organisation_id)
    if principal.is_staff:
        if document.sealed_in_round is None:
            raise Refused("not_found")
        await record_read(connection, principal.id, document.number, DOCUMENT_READ, at.now())
    return document


@router.delete("/documents/{document_id}", status_code=204)
async def take_back(principal: MayEdit, at: AtDesk, document_id: DocumentInPath) -> None:
    """Take back a version that no round has sealed."""
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        document = await document_of(connection, document_id, author.organisation_id)
        case = await locked_case(connection, document.number, author)
        await insist_on_editable(connection, case, {document.person_id or WHOLE})
        await uploads.withdraw_document(connection, document)
