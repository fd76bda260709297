"""A notice of a result as its client sees it: page by page, drawn anew."""

import asyncio

from fastapi import APIRouter, Response

from api.arrivals import ArrivalInPath, arrival_key
from api.desk import AtDesk
from api.own_results import Reading, show_results
from api.pages.doors import PageRoute
from api.pages.page_images import page_of
from api.paths import NumberInPath
from api.queries_arrivals import PART_PURPOSE, kept_part
from infra.keys import open_sealed
from schemas.refusals import Refused

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications/{number}/notices/{arrival_id}/parts/{place}/pages/{page}")
async def show_page(
    at: AtDesk, principal: Reading, number: NumberInPath, arrival_id: ArrivalInPath, *, place: int, page: int
) -> Response:
    """One page of a notice that the desk lets this client read. Refused: `not_found` for every other."""
    shown = await show_results(principal, at, number)
    mine = {(each.arrival_id, part.place) for own in shown.items for each in own.notices for part in each.parts}
    if (arrival_id, place) not in mine:
        raise Refused("not_found")
    key = await arrival_key(at, arrival_id)
    async with at.database.as_desk() as connection:
        kept = await kept_part(connection, arrival_id, place)
    if kept is None:
        raise Refused("not_found")
    sealed = await asyncio.to_thread(at.objects.read, kept.vault_key, kept.vault_version)
    content = await asyncio.to_thread(open_sealed, key, PART_PURPOSE, sealed)
    return Response(await page_of(content, kept.media_type, page), media_type="image/webp")
