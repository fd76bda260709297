"""A notice of a result as its client sees it: page by page, drawn anew."""

from fastapi import APIRouter, Response

from api.arrivals import ArrivalInPath
from api.desk import AtDesk
from api.own_results import Reading, show_results
from api.pages.arrival_pages import drawn_part
from api.pages.doors import PageRoute
from api.paths import NumberInPath
from schemas.refusals import Refused

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/applications/{number}/notices/{arrival_id}/parts/{place}/pages/{page}")
async def show_page(
    at: AtDesk, principal: Reading, number: NumberInPath, arrival_id: ArrivalInPath, *, place: int, page: int
) -> Response:
    """One page of a notice that the desk lets this client read. Refused: `not_found` for every other."""
    shown = await show_results(principal, at, number)
    mine = {
        (each.arrival_id, part.place) for own in shown.items for each in own.notices for part in each.parts
    }
    if (arrival_id, place) not in mine:
        raise Refused("not_found")
    return await drawn_part(at, arrival_id, place, page)
