"""Posting: mails that wait in a table leave the house one by one, each tried again while the server is away.

Only a final no of the mail server ends a mail unsent. What stands in the way of one mail holds up no other.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from jinja2 import TemplateError
from sqlalchemy import Row, Table, TextClause, update
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from infra.database.connection import Database
from infra.mail import MailObstacle, MailRefused, OutgoingMail, Post
from schemas.maps import UnknownProcedure
from schemas.packs import PackBroken

AT_A_TIME = 50
TRIED_AGAIN_WITHIN = timedelta(minutes=5)
FIRST_AGAIN_WITHIN = timedelta(seconds=5)
COMPOSED_AGAIN_WITHIN = timedelta(hours=1)
NOT_COMPOSED = (ValueError, TypeError, LookupError, TemplateError, PackBroken, UnknownProcedure)
"""Values or words do not fit, or the map is not there: another version of the worker may know what to write."""
Outcome = Literal["sent", "left", "away"]
"""It left the house; it did not, and the others may; the mail server is away for all."""
Written = Callable[[Row[Any]], Awaitable[OutgoingMail | None]]
"""The mail of a row; None where nobody needs it any more."""


class Posting:
    """The mails of one table: `state`, `attempts`, `due_at`, `sent_at` and `trouble` say what became of each."""

    def __init__(self, database: Database, post: Post, table: Table, due: TextClause) -> None:
        self._database = database
        self._post = post
        self._table = table
        self._due = due

    async def send_due(self, written: Written) -> int:
        """Send what is due; answers how many left the house. One mail is one short transaction with its row locked,
        and its Message-ID is made from the row: a crash in between repeats the same mail, never another one."""
        sent = 0
        for _ in range(AT_A_TIME):
            async with self._database.as_worker() as connection:
                row = (await connection.execute(self._due, {"now": datetime.now(UTC)})).one_or_none()
                if row is None:
                    return sent
                outcome = await self._send(connection, row, written)
            if outcome == "away":
                return sent
            sent += outcome == "sent"
        return sent

    async def _send(self, connection: AsyncConnection, row: Row[Any], written: Written) -> Outcome:
        try:
            mail = await written(row)
        except NOT_COMPOSED as trouble:
            code, which = getattr(trouble, "code", "not_composed"), row._mapping
            kind = which.get("kind", self._table.name)
            about = {"number": which.get("number"), "kind": kind, "code": code}
            activity.logger.warning("mail_not_composed", extra=about)
            await self._later(connection, row, COMPOSED_AGAIN_WITHIN, code)
            return "left"
        if mail is None:
            await self._keep(connection, row, state="dropped", trouble=None)
            return "left"
        try:
            await self._post.send(mail)
        except MailObstacle as obstacle:
            wait = min(TRIED_AGAIN_WITHIN, FIRST_AGAIN_WITHIN * (row.attempts + 1))
            await self._later(connection, row, wait, obstacle.code)
            return "away"
        except MailRefused as refused:
            await self._keep(connection, row, state="given_up", trouble=refused.code)
            return "left"
        await self._keep(connection, row, state="sent", sent_at=datetime.now(UTC), trouble=None)
        return "sent"

    async def _later(self, connection: AsyncConnection, row: Row[Any], wait: timedelta, trouble: str) -> None:
        await self._keep(connection, row, due_at=datetime.now(UTC) + wait, trouble=trouble)

    async def _keep(self, connection: AsyncConnection, row: Row[Any], **became: object) -> None:
        mails = self._table
        changes = {"attempts": mails.c.attempts + 1, **became}
        await connection.execute(update(mails).where(mails.c.id == row.id).values(changes))
