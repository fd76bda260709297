"""The activity `deliver_links`: the roads of who waits for another application are told when that one has ended.

What a road was told already changes nothing there; what could not be told is told in the next round.
"""

from typing import Any

from sqlalchemy import Row, text
from temporalio import activity
from temporalio.client import Client

from infra.database.connection import Database
from infra.roads import tell
from schemas import messages
from schemas.commands import TellLink
from schemas.links import outcome_of
from schemas.parties import ROAD

AT_A_TIME = 100
ENDED = text(
    """WITH RECURSIVE waiting AS (
         SELECT w.number, w.person_id, w.waits_for, l.other_number AS there, l.other_person_id AS who
         FROM person_standing w JOIN standing s ON s.number = w.number
         JOIN link l ON l.number = w.number AND l.person_id = w.person_id AND l.other_number = w.waits_for
                    AND l.kind = 'waits_for'
         WHERE w.waits_for IS NOT NULL AND w.stage <> 'closed' AND s.closed_at IS NULL
         UNION
         SELECT w.number, w.person_id, w.waits_for, o.moved_to, m.person_id
         FROM waiting w JOIN person_standing o ON o.number = w.there AND o.person_id = w.who
         JOIN link m ON m.number = o.moved_to AND m.other_number = w.there AND m.other_person_id = w.who
                    AND m.kind = 'split_from')
       SELECT w.number, w.person_id, w.waits_for, o.result FROM waiting w
       JOIN application a ON a.number = w.there
       LEFT JOIN person_standing o ON o.number = w.there AND o.person_id = w.who
       LEFT JOIN applicant p ON p.number = w.there AND p.person_id = w.who
       WHERE (o.moved_to IS NULL AND (o.result IS NOT NULL OR o.stage = 'closed'))
          OR (o.person_id IS NULL AND (a.ended_at IS NOT NULL OR p.person_id IS NULL))
       ORDER BY w.number, w.person_id LIMIT :many"""
)
"""Who was split off is followed to where he is now: a move is no end. A draft that ended is one, and so is being taken out
of it."""


class Links:
    """What passes between applications of one client."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_links")
    async def deliver(self) -> int:
        """Tell who waits; answers how many were told."""
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(ENDED, {"many": AT_A_TIME})).all()
        return sum([await self._told(row) for row in rows])

    async def _told(self, row: Row[Any]) -> bool:
        command = TellLink(
            actor=ROAD,
            act_id=f"link-{row.person_id}-{row.waits_for}",
            person_id=row.person_id,
            other_number=row.waits_for,
            outcome=outcome_of(row.result),
        )
        trouble = await tell(self._client, row.number, messages.TELL_LINK, command)
        if trouble is not None:
            activity.logger.warning("link_not_told", extra={"number": row.number, "code": trouble})
        return trouble is None
