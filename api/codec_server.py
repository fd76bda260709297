"""The codec server: opens sealed payloads for the Temporal Web UI and CLI, for who may read them, and records each.

Only decoding is offered. Browsers are let in from the Temporal UI's own origin, with credentials.
"""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from temporalio.api.common.v1 import Payloads

from api.access import Principal, needs
from api.desk import AtDesk, Desk
from api.read_log import record_read
from infra.codec import (
    PayloadsUnreadable,
    decode_for_reading,
    payload_owner,
    read_payloads,
    write_payloads,
)
from infra.keys import KeyRefused
from schemas.parties import Right
from schemas.refusals import Refused

ASKED_HEADERS = "authorization, content-type, x-namespace"
JSON = "application/json"

router = APIRouter(prefix="/codec", tags=["codec"], include_in_schema=False)


@router.options("/decode")
async def ask_first(request: Request, at: AtDesk) -> Response:
    """The browser's question whether the Temporal UI may ask. Says nothing about any application."""
    headers = allowed_origin(at, request)
    if headers:
        headers |= {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": ASKED_HEADERS,
            "Access-Control-Max-Age": "600",
        }
    return Response(status_code=204, headers=headers)


@router.post("/decode")
async def decode(
    request: Request,
    at: AtDesk,
    principal: Annotated[Principal, Depends(needs(Right.READ_PAYLOADS))],
) -> Response:
    """Open the payloads of a history; every application read is recorded. Erased ones read `[erased]`."""
    payloads = _read(await request.body())
    opened = await _opened(at, payloads)
    owners = {owner for owner in map(payload_owner, payloads.payloads) if owner is not None}
    async with at.database.as_desk() as connection:
        await record_read(connection, principal.id, owners, "payloads", at.now())
    return Response(write_payloads(opened), media_type=JSON, headers=allowed_origin(at, request))


def _read(body: bytes) -> Payloads:
    try:
        return read_payloads(body)
    except PayloadsUnreadable:
        raise Refused("malformed_body") from None


async def _opened(at: Desk, payloads: Payloads) -> Payloads:
    try:
        return await decode_for_reading(at.keys, payloads)
    except KeyRefused:
        raise Refused("malformed_request", "payloads") from None


def allowed_origin(at: Desk, request: Request) -> dict[str, str]:
    """The headers that let the Temporal UI's origin read the answer; none for any other."""
    origin = request.headers.get("origin")
    if origin is None or origin != ui_origin(at.settings.temporal_ui_url):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def ui_origin(address: str | None) -> str | None:
    """Scheme, host and port of the Temporal UI; None where no UI is set."""
    if address is None:
        return None
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
