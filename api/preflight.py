"""What a handler is told before the act: what each channel will say to the set, and where its persons would go.

Both follow from the content as it was handed in.
"""

from typing import NamedTuple

from api.desk import Desk
from api.queries_filings import FilingView
from api.queries_splits import folded_standing
from api.reading import case_of, collected, dossier, key_of
from infra.lodged import enclosed, lodged_before
from schemas.calendar import japan_date
from schemas.filing import FilingState
from schemas.lodging import offices_of
from schemas.maps import ProcedureMap
from schemas.preflight import Preflight, preflight
from schemas.routing import OfficeBeside, offices_beside

ASKED_IN = (FilingState.PREPARED, FilingState.INTENDED)
"""Before the act and while it is under way; afterwards the channel has spoken itself."""


class BeforeTheAct(NamedTuple):
    """One answer per channel that is open, in the map's order; the offices beside the one that a handler chose."""

    preflight: tuple[Preflight, ...] = ()
    offices_beside: tuple[OfficeBeside, ...] = ()


async def before_the_act(at: Desk, view: FilingView, ready: ProcedureMap) -> BeforeTheAct:
    """What there is to say before the filing is sent; nothing afterwards.

    Tells counts and places, no values. Called outside a transaction, since it asks for the key first.
    """
    if view.state not in ASKED_IN:
        return BeforeTheAct()
    key = await key_of(at.keys, view.number)
    async with at.database.as_desk() as connection:
        case = await case_of(connection, view.number, None)
        everything = await collected(connection, case, key, sealed_only=True)
        standing = await folded_standing(connection, view.number)
        before = await lodged_before(connection, view.number, view.kind)
    facts = dossier(everything, ready, japan_date(at.now()))
    chosen = [each for each in ready.procedure.channels if view.channel in (None, each.id)]
    lines = [line for line in standing.persons if line.person_id in view.persons] if standing else []
    going = {each.id for each in enclosed(everything, view.kind, view.persons, before).documents}
    return BeforeTheAct(
        preflight=tuple(preflight(ready, facts, each, view.persons, enclosed=going) for each in chosen),
        offices_beside=offices_beside(lines, offices_of(ready, facts)) if view.parent_id is None else (),
    )
