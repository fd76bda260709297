"""What the forms of an arrival say: the decision that was chosen, and a notice that was sent."""

import hashlib
from typing import Any

from fastapi import Response

from api import arrival_uploads, documents
from api.access import Principal
from api.desk import Desk
from api.idempotency import Act
from api.pages.forms import Filled
from api.pages.sending import SentFile, put_parts
from api.pages.trouble import made
from api.pages.verdict_forms import not_taken_in, receipts_in


def decision_in(form: Filled) -> dict[str, Any]:
    """The decision as the API takes it; what is missing is refused there."""
    kind = form.text("kind") or ""
    number, persons = form.text("number") or "", form.several("persons")
    if kind == "receipt":
        taken = {"receipts": receipts_in(form), "not_taken": not_taken_in(form)}
        return {"kind": kind, "filing_id": form.text("filing_id") or "", **taken}
    if kind == "result":
        asked = ("person_id", "receipt", "result", "decided_on")
        given_words = {name: form.text(name) or "" for name in asked}
        beside = {name: form.text(name) for name in ("valid_to", "words")}
        shared = {"for_client": form.text("for_client") == "yes"}
        return {"kind": kind, "number": number, **given_words, **beside, **shared}
    if kind == "more_requested":
        said = {"words": form.text("words") or "", "due_on": form.text("due_on")}
        return {"kind": kind, "number": number, "persons": persons, **said}
    return {"kind": kind, "number": number, "persons": persons, "filing_id": form.text("filing_id")}


async def sent_notice(at: Desk, principal: Principal, sent: SentFile) -> None:
    """Declare, send and complete an uploaded notice."""
    wanted = made(
        arrival_uploads.NewUpload,
        media_type=sent.media_type,
        size_bytes=sent.size_bytes,
        sha256=sent.sha256,
        arrived_on=sent.issued_on,
        parts_sha256=list(sent.parts_sha256) if len(sent.parts_sha256) > 1 else [],
    )
    digest = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
    act = Act(principal.id, sent.key, digest)
    upload = await arrival_uploads.declare(principal, at, wanted, act)
    etags = await put_parts(upload.parts, sent.content)
    parts = [
        documents.SentPart(number=place, etag=etag, sha256=part)
        for place, (etag, part) in enumerate(zip(etags, sent.parts_sha256, strict=True), start=1)
    ]
    done = documents.Completed(parts=parts)
    await arrival_uploads.complete(principal, at, upload.upload_id, sent=done, act=act, response=Response())
