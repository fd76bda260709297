"""The activity `end_old_drafts`: a draft that nobody has touched for long ends; its client is told in time.

Ended, it is seen by nobody, and its key is destroyed in the same transaction; then its files are removed. Who writes at the
last moment has the row first, and his draft goes on.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from temporalio import activity

from infra.database.connection import Database
from infra.database.tables import notice
from infra.keys import KeyRing
from infra.object_answers import ObjectStoreError
from infra.objects import ObjectStore, quarantine_key
from schemas.calendar import end_of_day, japan_date
from schemas.wording import NoticeKind

AT_A_TIME = 1_000
TOLD_BEFORE = (30, 7)
"""Days before its end on which a draft's client is told; our own policy."""
LOOKED_AT_EVERY = timedelta(hours=1)
TO_CLIENT = "client"
IDS = UUID("5f1c0b8e-0d0a-5c36-9f0d-3f6a1b2c4d5e")
NEAR_THE_END = text(
    """SELECT number, organisation_id, changed_at FROM application
       WHERE handed_in_at IS NULL AND ended_at IS NULL AND erased_at IS NULL AND changed_at < :before
       ORDER BY changed_at LIMIT :many"""
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


def last_day(changed_at: datetime, kept_days: int) -> date:
    """The last day (Japan) of a draft that was last touched then."""
    return japan_date(changed_at) + timedelta(days=kept_days)


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
            notices = list(self._notices(rows, now))
            if notices:
                await connection.execute(insert(notice).on_conflict_do_nothing(), notices)
        over = [row for row in rows if now >= end_of_day(last_day(row.changed_at, self._kept_days))]
        ended = [await self._end(row, now) for row in over]
        await self._erase_ended(now)
        return sum(ended)

    def _notices(self, rows: Sequence[Row[Any]], now: datetime) -> Iterator[dict[str, Any]]:
        for row in rows:
            ends_on = last_day(row.changed_at, self._kept_days)
            days_left = (ends_on - japan_date(now)).days
            step = min((step for step in TOLD_BEFORE if days_left <= step), default=None)
            if step is not None and days_left >= 0:
                yield _notice(row, now, ends_on, step)

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


def _notice(row: Row[Any], now: datetime, ends_on: date, step: int) -> dict[str, Any]:
    return {
        "id": str(uuid5(IDS, f"{row.number}/{ends_on}/{step}")),
        "number": row.number,
        "organisation_id": row.organisation_id,
        "seq": 0,
        "kind": NoticeKind.DRAFT_ENDS,
        "audience": TO_CLIENT,
        "facts": {"due_on": ends_on.isoformat()},
        "state": "waiting",
        "attempts": 0,
        "due_at": now,
    }
