"""The activity `send_due_notices`: mails the ledger wrote down, each sent once, tried again while the server is away."""

from datetime import date
from typing import Any

from sqlalchemy import Row, text
from temporalio import activity

from activities.ledger.announcing import TO_CLIENT
from activities.posting import Posting
from activities.wording.composition import compose
from infra.database.connection import Database
from infra.database.tables import notice
from infra.mail import OutgoingMail, Post
from infra.packs import Packs
from infra.settings import Settings
from schemas.wording import Locale, NoticeKind, NoticeValues

DUE = text(
    """SELECT n.*, a.procedure, a.map_version, COALESCE(s.pack_version, a.pack_version) AS pack_version,
              o.locale, o.notice_email FROM notice n
       JOIN application a ON a.number = n.number
       LEFT JOIN standing s ON s.number = n.number
       JOIN organisation o ON o.id = n.organisation_id
       WHERE n.state = 'waiting' AND n.due_at <= :now ORDER BY n.due_at, n.seq LIMIT 1
       FOR UPDATE OF n SKIP LOCKED"""
)


class Notices:
    """The post of the desk."""

    def __init__(self, database: Database, packs: Packs, settings: Settings) -> None:
        self._mails = Posting(database, Post(settings), notice, DUE)
        self._packs = packs
        self._settings = settings

    @activity.defn(name="send_due_notices")
    async def send_due(self) -> int:
        """Send what is due; answers how many left the house."""
        return await self._mails.send_due(self._mail)

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
