"""The activity `end_old_drafts`: a draft that nobody has touched for long ends, once its client was told in time.

Ended, it is seen by nobody, and its key is destroyed in the same transaction; then its files are removed. Who writes at the
last moment has the row first, and his draft goes on.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.ledger.announcing import TO_CLIENT, notice_row
from infra.database.connection import Database
from infra.database.tables import notice
from infra.keys import KeyRing
from infra.object_answers import ObjectStoreError
from infra.objects import ObjectStore, quarantine_key
from schemas.draft_ends import TOLD_BEFORE, Course, EndTold, course, last_day
from schemas.wording import NoticeKind

AT_A_TIME = 1_000
LOOKED_AT_EVERY = timedelta(hours=1)
IDS = UUID("5f1c0b8e-0d0a-5c36-9f0d-3f6a1b2c4d5e")
NEAR_THE_END = text(
    """SELECT number, organisation_id, changed_at FROM application
       WHERE handed_in_at IS NULL AND ended_at IS NULL AND erased_at IS NULL AND changed_at < :before
       ORDER BY changed_at LIMIT :many"""
)
WRITTEN = text(
    """SELECT number, facts->>'due_on' AS due_on, (facts->>'step')::int AS step, sent_at FROM notice
       WHERE kind = 'draft_ends' AND number = ANY(:numbers)"""
)
ENDED = text(
    """WITH ended AS (
         UPDATE application SET ended_at = :now
         WHERE number = :number AND handed_in_at IS NULL AND ended_at IS NULL AND changed_at = :changed_at
         RETURNING number)
       UPDATE data_key SET wrapped = NULL, destroyed_at = :now WHERE number IN (SELECT number FROM ended)"""
)
NOT_ERASED = text(
    """SELECT number FROM application
       WHERE handed_in_at IS NULL AND erased_at IS NULL AND ended_at IS NOT NULL ORDER BY ended_at LIMIT :many"""
)
FILES = text(
    """SELECT d.id, x.vault_key, x.vault_version FROM document_version d
       LEFT JOIN examination x ON x.document_id = d.id WHERE d.number = :number AND d.copied_from IS NULL"""
)
ERASED = text("UPDATE application SET erased_at = :now WHERE number = :number")


class Drafts:
    """What becomes of drafts that are left lying."""

    def __init__(self, database: Database, objects: ObjectStore, keys: KeyRing, *, kept_days: int) -> None:
        self._database = database
        self._objects = objects
        self._keys = keys
        self._kept_days = kept_days
        self._looked_at: datetime | None = None

    @activity.defn(name="end_old_drafts")
    async def look(self) -> int:
        """Tell, end and erase what is due, once an hour; answers how many ended."""
        now = datetime.now(UTC)
        if self._looked_at is not None and now - self._looked_at < LOOKED_AT_EVERY:
            return 0
        ended = await self.look_at(now)
        self._looked_at = now
        return ended

    async def look_at(self, now: datetime) -> int:
        """The same, at this instant. Repeated, it tells and ends nothing twice."""
        asked = {"before": now - timedelta(days=self._kept_days - max(TOLD_BEFORE)), "many": AT_A_TIME}
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(NEAR_THE_END, asked)).all()
            written = await _written(connection, rows)
            courses = [(row, self._course(row, written[row.number], now)) for row in rows]
            notices = [_notice(row, found.to_tell, now) for row, found in courses if found.to_tell]
            if notices:
                await connection.execute(insert(notice).on_conflict_do_nothing(), notices)
        ended = [await self._end(row, now) for row, found in courses if found.is_over]
        await self._erase_ended(now)
        return sum(ended)

    def _course(self, row: Row[Any], written: Iterable[EndTold], now: datetime) -> Course:
        last_on = last_day(row.changed_at, self._kept_days)
        return course(last_on, [each for each in written if each.due_on >= last_on], now)

    async def _end(self, row: Row[Any], now: datetime) -> int:
        asked = {"number": row.number, "changed_at": row.changed_at, "now": now}
        async with self._database.as_worker() as connection:
            ended = (await connection.execute(ENDED, asked)).rowcount
        self._keys.forget(row.number)
        return ended

    async def _erase_ended(self, now: datetime) -> None:
        async with self._database.as_worker() as connection:
            numbers = (await connection.execute(NOT_ERASED, {"many": AT_A_TIME})).scalars().all()
        for number in numbers:
            await self._erase(number, now)

    async def _erase(self, number: str, now: datetime) -> None:
        """Remove the files; what the store still keeps locked is tried again the next time."""
        async with self._database.as_worker() as connection:
            files = (await connection.execute(FILES, {"number": number})).all()
        try:
            for row in files:
                await asyncio.to_thread(self._remove, row)
        except ObjectStoreError as trouble:
            activity.logger.warning("draft_files_left", extra={"number": number, "code": trouble.code})
            return
        async with self._database.as_worker() as connection:
            await connection.execute(ERASED, {"number": number, "now": now})

    def _remove(self, row: Row[Any]) -> None:
        self._objects.discard(quarantine_key(row.id))
        if row.vault_key is not None:
            self._objects.erase(row.vault_key, row.vault_version)


async def _written(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> dict[str, list[EndTold]]:
    """The mails about the end of these drafts, those of earlier times among them."""
    found: defaultdict[str, list[EndTold]] = defaultdict(list)
    for row in await connection.execute(WRITTEN, {"numbers": [row.number for row in rows]}):
        found[row.number].append(EndTold(date.fromisoformat(row.due_on), row.step, row.sent_at))
    return found


def _notice(row: Row[Any], told: EndTold, now: datetime) -> dict[str, Any]:
    facts = {"due_on": told.due_on.isoformat(), "step": told.step}
    mail_id = uuid5(IDS, f"{row.number}/{told.due_on}/{told.step}")
    about = {"number": row.number, "organisation_id": row.organisation_id}
    return notice_row(mail_id, (NoticeKind.DRAFT_ENDS, TO_CLIENT, facts), **about, seq=0, due_at=now)
