"""The activity `send_due_notices`: mails the ledger wrote down, each sent once, tried again while the server is away.

Only a final no of the mail server ends a mail unsent. What stands in the way of one mail holds up no other.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from jinja2 import TemplateError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.ledger.announcing import TO_CLIENT
from activities.wording.composition import compose
from infra.database.connection import Database
from infra.mail import MailObstacle, MailRefused, OutgoingMail, Post
from infra.packs import Packs
from infra.settings import Settings
from schemas.maps import UnknownProcedure
from schemas.packs import PackBroken
from schemas.wording import Locale, NoticeKind, NoticeValues

AT_A_TIME = 50
TRIED_AGAIN_WITHIN = timedelta(minutes=5)
FIRST_AGAIN_WITHIN = timedelta(seconds=5)
COMPOSED_AGAIN_WITHIN = timedelta(hours=1)
NOT_COMPOSED = (ValueError, TypeError, LookupError, TemplateError, PackBroken, UnknownProcedure)
"""Values or words do not fit, or the map is not there: another version of the worker may know what to write."""
Outcome = Literal["sent", "left", "away"]
"""It left the house; it did not, and the others may; the mail server is away for all."""
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

    def __init__(self, database: Database, packs: Packs, settings: Settings) -> None:
        self._database = database
        self._packs = packs
        self._settings = settings
        self._post = Post(settings)

    @activity.defn(name="send_due_notices")
    async def send_due(self) -> int:
        """Send what is due; answers how many left the house. One mail is one short transaction with its row locked,
        and its Message-ID is made from the row: a crash in between repeats the same mail, never another one."""
        sent = 0
        for _ in range(AT_A_TIME):
            async with self._database.as_worker() as connection:
                row = (await connection.execute(DUE, {"now": datetime.now(UTC), "many": 1})).one_or_none()
                outcome = await self._send(connection, row) if row is not None else "away"
            if outcome == "away":
                return sent
            sent += outcome == "sent"
        return sent

    async def _send(self, connection: AsyncConnection, row: Row[Any]) -> Outcome:
        try:
            mail = await self._mail(row)
        except NOT_COMPOSED as trouble:
            code = getattr(trouble, "code", "not_composed")
            about = {"number": row.number, "kind": row.kind, "code": code, "type": type(trouble).__name__}
            activity.logger.warning("notice_not_composed", extra=about)
            await _later(connection, row, COMPOSED_AGAIN_WITHIN, code)
            return "left"
        try:
            await self._post.send(mail)
        except MailObstacle as obstacle:
            wait = min(TRIED_AGAIN_WITHIN, FIRST_AGAIN_WITHIN * (row.attempts + 1))
            await _later(connection, row, wait, obstacle.code)
            return "away"
        except MailRefused as refused:
            await connection.execute(GIVEN_UP, {"id": row.id, "trouble": refused.code})
            return "left"
        await connection.execute(SENT, {"id": row.id, "now": datetime.now(UTC)})
        return "sent"

    async def _mail(self, row: Row[Any]) -> OutgoingMail:
        client = row.audience == TO_CLIENT
        of_client: Locale = "en" if row.locale == "en" else "ja"
        locale = of_client if client else self._settings.staff_mail_locale
        words = compose(NoticeKind(row.kind), locale, await self._values(row))
        return OutgoingMail(
            key=row.id,
            recipient=row.notice_email if client else self._settings.staff_mail,
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
            link=f"{self._settings.public_url}/applications/{row.number}",
            due_on=facts.get("due_on"),
            findings=facts.get("findings"),
            persons=facts.get("persons"),
            receipts=tuple(facts.get("receipts", ())),
            not_taken=facts.get("not_taken", 0),
        )


async def _later(connection: AsyncConnection, row: Row[Any], wait: timedelta, trouble: str) -> None:
    await connection.execute(LATER, {"id": row.id, "due": datetime.now(UTC) + wait, "trouble": trouble})
