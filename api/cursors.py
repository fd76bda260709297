"""Pages of a list: opaque, signed cursors and a bounded number of rows."""

import base64
import hashlib
import hmac
import json
from typing import Annotated, Any

from fastapi import Query

from infra.settings import Settings
from schemas.refusals import Refused

TAG_BYTES = 16
ROWS_TOLD = "Rows per page; 100 at most unless the desk is set to more"

Limit = Annotated[int, Query(ge=1, description=ROWS_TOLD)]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


def insist_on_rows(settings: Settings, limit: int) -> int:
    """The rows of a page as asked. Raises Refused `malformed_request` for more than the desk gives at once."""
    most = settings.limits.page_rows
    if limit > most:
        raise Refused("malformed_request", "limit", limit=most)
    return limit


def sealed_cursor(settings: Settings, of: str, *position: str | int) -> str:
    """A cursor for the list `of`, standing after the row with this sort key."""
    body = json.dumps([of, *position], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(settings, body) + body).decode().rstrip("=")


def opened_cursor(settings: Settings, of: str, cursor: str | None) -> list[Any] | None:
    """The position in a cursor of the same list; None without one. Raises Refused `malformed_request`."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise Refused("malformed_request", "cursor") from None
    tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(settings, body)):
        raise Refused("malformed_request", "cursor")
    kind, *position = json.loads(body)
    if kind != of:
        raise Refused("malformed_request", "cursor")
    return list(position)


def _tag(settings: Settings, body: bytes) -> bytes:
    secret = settings.session_secret.get_secret_value().encode()
    return hmac.new(secret, b"cursor\n" + body, hashlib.sha256).digest()[:TAG_BYTES]
