"""Channel pre-flight of a filing: what each channel of its procedure will say to the set as it stands in the content."""

from api.desk import Desk
from api.queries_filings import FilingView
from api.reading import case_of, collected, dossier, key_of
from schemas.calendar import japan_date
from schemas.filing import FilingState
from schemas.maps import ProcedureMap
from schemas.preflight import Preflight, preflight

ASKED_IN = (FilingState.PREPARED, FilingState.INTENDED)
"""Before the act and while it is under way; afterwards the channel has spoken itself."""


async def preflights(at: Desk, view: FilingView, ready: ProcedureMap) -> tuple[Preflight, ...]:
    """One answer per channel that is open, in the map's order; none once the filing was sent.

    Tells counts and places, no values. Called outside a transaction, since it asks for the key first.
    """
    if view.state not in ASKED_IN:
        return ()
    key = await key_of(at.keys, view.number)
    async with at.database.as_desk() as connection:
        case = await case_of(connection, view.number, None)
        everything = await collected(connection, case, key, sealed_only=True)
    facts = dossier(everything, ready, japan_date(at.now()))
    chosen = [each for each in ready.procedure.channels if view.channel in (None, each.id)]
    return tuple(preflight(ready, facts, each, view.persons) for each in chosen)
