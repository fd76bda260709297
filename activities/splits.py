"""The activity `deliver_splits`: the road of a split-off application is told when the front desk could not tell it any more.

Asked late, the road refuses nothing: it moves the persons, or notes that it can't be done any more.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from temporalio import activity
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from infra.database.connection import Database
from schemas import messages
from schemas.commands import SplitOff
from schemas.parties import Actor

AT_A_TIME = 100
ANSWER_WITHIN = timedelta(seconds=8)
LEFT_BY_THE_DESK = timedelta(seconds=15)
"""The front desk has its answer or has given up by then: nobody asks for the same twice at once."""
NOT_TOLD = text(
    """SELECT d.* FROM split_off d JOIN standing s ON s.number = d.number
       WHERE d.refused_code IS NULL AND d.made_at < :before AND s.closed_at IS NULL
         AND NOT EXISTS (SELECT FROM person_standing p WHERE p.number = d.number AND p.moved_to = d.to_number)
         AND NOT EXISTS (SELECT FROM event e WHERE e.number = d.number AND e.kind = 'split_refused'
                                               AND e.body->>'to_number' = d.to_number)
       ORDER BY d.made_at LIMIT :many"""
)


class Splits:
    """What was begun at the front desk and has to end whole."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_splits")
    async def deliver(self) -> int:
        """Tell the roads; answers how many heard of it."""
        values = {"before": datetime.now(UTC) - LEFT_BY_THE_DESK, "many": AT_A_TIME}
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(NOT_TOLD, values)).all()
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
        handle = self._client.get_workflow_handle(row.number)
        try:
            await handle.execute_update(
                messages.SPLIT_OFF, command, id=command.act_id, rpc_timeout=ANSWER_WITHIN
            )
        except (WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as trouble:
            code = type(trouble).__name__
            activity.logger.warning("split_not_told", extra={"number": row.number, "code": code})
            return False
        except RPCError as gone:
            if gone.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
