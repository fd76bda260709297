"""The activity `send_due_notices`: mails the ledger wrote down, each sent once, tried again while the server is away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.wording.composition import compose
from infra.database.connection import Database
from infra.mail import MailObstacle, MailRefused, OutgoingMail, Post
from infra.packs import Packs
from schemas.wording import NoticeKind, NoticeValues

AT_A_TIME = 50
TRIED_AGAIN_WITHIN = timedelta(minutes=5)
FIRST_AGAIN_WITHIN = timedelta(seconds=5)
GIVEN_UP_AFTER = 60
TO_CLIENT = "client"
DUE = text(
    """SELECT n.*, a.procedure, a.map_version, COALESCE(s.pack_version, a.pack_version) AS pack_version,
              o.locale, o.notice_email FROM notice n
       JOIN application a ON a.number = n.number
       LEFT JOIN standing s ON s.number = n.number
       JOIN organisation o ON o.id = n.organisation_id
       WHERE n.state = 'waiting' AND n.due_at <= :now ORDER BY n.due_at, n.seq LIMIT :many
       FOR UPDATE OF n SKIP LOCKED"""
)
SENT = text(
    "UPDATE notice SET state = 'sent', sent_at = :now, attempts = attempts + 1, trouble = NULL WHERE id = :id"
)
LATER = text("UPDATE notice SET due_at = :due, attempts = attempts + 1, trouble = :trouble WHERE id = :id")
GIVEN_UP = text(
    "UPDATE notice SET state = 'given_up', attempts = attempts + 1, trouble = :trouble WHERE id = :id"
)


class Notices:
    """The post of the desk."""

    def __init__(
        self, database: Database, post: Post, packs: Packs, *, public_url: str, staff_mail: str
    ) -> None:
        self._database = database
        self._post = post
        self._packs = packs
        self._public_url = public_url
        self._staff_mail = staff_mail

    @activity.defn(name="send_due_notices")
    async def send_due(self) -> int:
        """Send what is due; answers how many left the house. One mail is one short transaction with its row locked,
        and its Message-ID is made from the row: a crash in between repeats the same mail, never another one."""
        sent = 0
        for _ in range(AT_A_TIME):
            async with self._database.as_worker() as connection:
                row = (await connection.execute(DUE, {"now": datetime.now(UTC), "many": 1})).one_or_none()
                if row is None:
                    return sent
                if not await self._send(connection, row):
                    return sent
            sent += 1
        return sent

    async def _send(self, connection: AsyncConnection, row: Row[Any]) -> bool:
        now = datetime.now(UTC)
        try:
            await self._post.send(await self._mail(row))
        except MailObstacle as obstacle:
            await self._later(connection, row, obstacle.code)
            return False
        except MailRefused as refused:
            await connection.execute(GIVEN_UP, {"id": row.id, "trouble": refused.code})
            return True
        await connection.execute(SENT, {"id": row.id, "now": now})
        return True

    async def _later(self, connection: AsyncConnection, row: Row[Any], trouble: str) -> None:
        if row.attempts + 1 >= GIVEN_UP_AFTER:
            await connection.execute(GIVEN_UP, {"id": row.id, "trouble": trouble})
            return
        wait = min(TRIED_AGAIN_WITHIN, FIRST_AGAIN_WITHIN * (row.attempts + 1))
        await connection.execute(LATER, {"id": row.id, "due": datetime.now(UTC) + wait, "trouble": trouble})

    async def _mail(self, row: Row[Any]) -> OutgoingMail:
        client = row.audience == TO_CLIENT
        locale: Literal["ja", "en"] = "en" if client and row.locale == "en" else "ja"
        words = compose(NoticeKind(row.kind), locale, await self._values(row))
        return OutgoingMail(
            key=row.id,
            recipient=row.notice_email if client else self._staff_mail,
            locale=locale,
            subject=words.subject,
            text=words.text,
            html=words.html,
        )

    async def _values(self, row: Row[Any]) -> NoticeValues:
        procedure = (await self._packs.of(row)).procedure
        facts = dict(row.facts)
        if facts.get("due_on"):
            facts["due_on"] = date.fromisoformat(facts["due_on"])
        return NoticeValues(
            number=row.number,
            procedure_ja=procedure.name.ja,
            procedure_en=procedure.name.en,
            link=f"{self._public_url}/applications/{row.number}",
            due_on=facts.get("due_on"),
            findings=facts.get("findings"),
            persons=facts.get("persons"),
            receipts=tuple(facts.get("receipts", ())),
            not_taken=facts.get("not_taken", 0),
        )
