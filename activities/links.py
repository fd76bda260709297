"""The activity `deliver_links`: the roads of who waits for another application are told when that one has ended, and
those of who went on when another result of it comes to hold.

What a road was told already changes nothing there; what could not be told is told in the next round. Where the road has
ended, client and staff are written to.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from temporalio import activity
from temporalio.client import Client

from activities.ledger.announcing import TO_CLIENT, TO_STAFF, notice_row
from infra.database.connection import Database
from infra.database.tables import notice
from infra.roads import tell
from infra.splits import WHERE_HE_WENT
from schemas import messages
from schemas.commands import TellLink
from schemas.links import GRANTED, outcome_of
from schemas.parties import ROAD
from schemas.wording import NoticeKind

AT_A_TIME = 100
IDS = UUID("5b0c5a57-2d3e-5b0e-9a3b-64f1c8a0d7e3")
TELLINGS = ((NoticeKind.LINK_TURNED, TO_CLIENT), (NoticeKind.OUTCOME_TURNED, TO_STAFF))
FOLLOWED = """WITH RECURSIVE linked AS (
         SELECT w.number, w.person_id, COALESCE(w.link_outcome, 'granted') AS was, l.other_number,
                l.other_number AS there, l.other_person_id AS who
         FROM person_standing w JOIN standing s ON s.number = w.number
         JOIN link l ON l.number = w.number AND l.person_id = w.person_id
         WHERE {whose}
         UNION
         SELECT w.number, w.person_id, w.was, w.other_number, m.number, m.person_id
         {where_he_went})
       {told} LIMIT :many"""
ENDED = text(
    FOLLOWED.format(
        where_he_went=WHERE_HE_WENT,
        whose="""l.kind = 'waits_for' AND w.waits_for IS NOT NULL AND w.waits_for = l.other_number
           AND w.stage <> 'closed' AND s.closed_at IS NULL""",
        told="""SELECT w.number, w.person_id, w.other_number, o.result FROM linked w
       JOIN application a ON a.number = w.there
       LEFT JOIN person_standing o ON o.number = w.there AND o.person_id = w.who
       LEFT JOIN applicant p ON p.number = w.there AND p.person_id = w.who
       WHERE (o.moved_to IS NULL AND (o.result IS NOT NULL OR o.stage = 'closed'))
          OR (o.person_id IS NULL AND (a.ended_at IS NOT NULL OR p.person_id IS NULL))
       ORDER BY w.number, w.person_id""",
    )
)
"""A draft that ended is an end, and so is being taken out of it."""
TURNED = text(
    FOLLOWED.format(
        where_he_went=WHERE_HE_WENT,
        whose="""w.waits_for IS NULL AND w.moved_to IS NULL
           AND l.kind = CASE WHEN w.link_outcome IS NOT NULL AND EXISTS (
                 SELECT FROM link t WHERE t.number = w.number AND t.person_id = w.person_id AND t.kind = 'waits_for')
               THEN 'waits_for' ELSE 'follows' END""",
        told="""SELECT w.number, w.person_id, w.was, w.other_number, o.result, o.decided_on,
              s.organisation_id, s.seq, s.closed_at, told.news
       FROM linked w JOIN standing s ON s.number = w.number
       JOIN person_standing o ON o.number = w.there AND o.person_id = w.who AND o.moved_to IS NULL
       CROSS JOIN LATERAL jsonb_build_object(
         'other_number', w.other_number, 'result', o.result, 'decided_on', o.decided_on) AS told(news)
       WHERE o.result IS NOT NULL AND (w.was = 'granted') <> (o.result = ANY (:granted))
         AND (s.closed_at IS NULL OR w.was = 'granted' AND NOT EXISTS (
           SELECT FROM notice n WHERE n.number = w.number AND n.kind = 'link_turned' AND n.facts = told.news))
       ORDER BY s.closed_at NULLS FIRST, o.decided_on DESC, w.number, w.person_id""",
    )
)
"""Who waited and was told, or began from a result. Roads that have ended come last: of each news one mail is written for
all their persons, which keeps it."""


class Links:
    """What passes between applications of one client."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_links")
    async def deliver(self) -> int:
        """Tell who waits, and who went on; answers how many were told."""
        granted = [str(each) for each in GRANTED]
        async with self._database.as_worker() as connection:
            ended = (await connection.execute(ENDED, {"many": AT_A_TIME})).all()
            turned = (await connection.execute(TURNED, {"many": AT_A_TIME, "granted": granted})).all()
        told = [await self._told(row, _ended(row)) for row in ended]
        told += [await self._told(row, _turned(row)) for row in turned if row.closed_at is None]
        return sum(told) + await self._written([row for row in turned if row.closed_at is not None])

    async def _told(self, row: Row[Any], command: TellLink) -> bool:
        trouble = await tell(self._client, row.number, messages.TELL_LINK, command)
        if trouble is not None:
            activity.logger.warning("link_not_told", extra={"number": row.number, "code": trouble})
        return trouble is None

    async def _written(self, rows: Sequence[Row[Any]]) -> int:
        """The mails about roads that have ended; answers how many were not written before."""
        notices = [each for row in rows for each in _notices(row)]
        if not notices:
            return 0
        async with self._database.as_worker() as connection:
            asked = insert(notice).values(notices).on_conflict_do_nothing().returning(notice.c.id)
            return len((await connection.execute(asked)).all())


def _ended(row: Row[Any]) -> TellLink:
    return TellLink(
        actor=ROAD,
        act_id=f"link-{row.person_id}-{row.other_number}",
        person_id=row.person_id,
        other_number=row.other_number,
        outcome=outcome_of(row.result),
    )


def _turned(row: Row[Any]) -> TellLink:
    outcome = outcome_of(row.result)
    return TellLink(
        actor=ROAD,
        act_id=f"turned-{row.person_id}-{row.other_number}-{row.seq}",
        person_id=row.person_id,
        other_number=row.other_number,
        outcome=outcome,
        instead_of=row.was,
    )


def _notices(row: Row[Any]) -> Iterator[dict[str, Any]]:
    """They name nobody: of persons who are all concerned the client and staff are told once."""
    about = {"number": row.number, "organisation_id": row.organisation_id, "seq": row.seq}
    for kind, audience in TELLINGS:
        said = f"{row.number}/{row.other_number}/{row.result}/{row.decided_on}/{audience}"
        yield notice_row(uuid5(IDS, said), (kind, audience, row.news), **about, due_at=datetime.now(UTC))
