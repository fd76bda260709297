"""The activity `deliver_splits`: the road of a split-off application is told when the front desk could not tell it any more.

Asked late, the road refuses nothing: it moves the persons, or notes that it can't be done any more.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select
from temporalio import activity
from temporalio.client import Client

from infra.database.connection import Database
from infra.database.tables import split_off, standing
from infra.roads import tell
from infra.splits import unsettled
from schemas import messages
from schemas.commands import SplitOff
from schemas.parties import Actor

AT_A_TIME = 100
LEFT_BY_THE_DESK = timedelta(seconds=15)
"""The front desk has its answer or has given up by then: nobody asks for the same twice at once."""


class Splits:
    """What was begun at the front desk and has to end whole."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_splits")
    async def deliver(self) -> int:
        """Tell the roads; answers how many heard of it."""
        not_told = _not_told(datetime.now(UTC) - LEFT_BY_THE_DESK)
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(not_told)).all()
        return sum([await self._told(row) for row in rows])

    async def _told(self, row: Row[Any]) -> bool:
        command = SplitOff(
            actor=Actor(id=row.made_by, capacity=row.capacity),
            act_id=row.act_id,
            persons=tuple(row.persons),
            to_number=row.to_number,
            proposal_id=row.proposal_id,
            is_late=True,
        )
        trouble = await tell(self._client, row.number, messages.SPLIT_OFF, command)
        if trouble is not None:
            activity.logger.warning("split_not_told", extra={"number": row.number, "code": trouble})
        return trouble is None


def _not_told(before: datetime) -> Select[Any]:
    at_rest = split_off.join(standing, standing.c.number == split_off.c.number)
    query = select(split_off).select_from(at_rest)
    left = query.where(unsettled(), split_off.c.made_at < before, standing.c.closed_at.is_(None))
    return left.order_by(split_off.c.made_at).limit(AT_A_TIME)
