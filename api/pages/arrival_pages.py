"""One page of a released attachment of an arrival, drawn anew: nothing of the original reaches the browser."""

import asyncio

from fastapi import Response

from api.arrivals import arrival_key
from api.desk import Desk
from api.pages.page_images import page_of
from api.queries_arrivals import PART_PURPOSE, kept_part
from api.read_log import record_read
from infra.keys import open_sealed
from schemas.refusals import Refused

PARTS_BELOW = 1_000


async def drawn_part(
    at: Desk, arrival_id: str, place: int, page: int, *, staff_id: str | None = None
) -> Response:
    """The page; a read by staff is recorded. Refused: `no_such_arrival`, `not_found`."""
    key = await arrival_key(at, arrival_id)
    async with at.database.as_desk() as connection:
        kept = await kept_part(connection, arrival_id, place) if place < PARTS_BELOW else None
        if kept is None:
            raise Refused("not_found")
        if staff_id is not None:
            await record_read(connection, staff_id, arrival_id, "arrival_page", at.now())
    sealed = await asyncio.to_thread(at.objects.read, kept.vault_key, kept.vault_version)
    content = await asyncio.to_thread(open_sealed, key, PART_PURPOSE, sealed)
    return Response(await page_of(content, kept.media_type, page), media_type="image/webp")
