"""The activities of the round of arrivals: `fetch_arrivals`, `read_arrivals`, `erase_arrivals`."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, select, update
from temporalio import activity

from activities.arrivals.fetching import Fetching
from activities.arrivals.keeping import Keeping
from activities.arrivals.opening import REFUSED, RELEASED, Opened, OpenedPart, Opener
from activities.arrivals.owning import Owning
from activities.arrivals.places import PART_PURPOSE, RAW_PURPOSE, PartPlace, Place, Vault
from activities.arrivals.proposing import Proposing
from activities.documents.examination import Scanner
from activities.documents.limited import ReaderCrashedError, ReaderExhaustedError
from infra.database.connection import Database
from infra.database.tables import arrival, arrival_standing, data_key
from infra.keys import DataKey, KeyRing
from infra.objects import ObjectStore
from infra.settings import Settings
from schemas.arrivals import ArrivalState, ArrivalWay
from schemas.examination import ExaminationLimits
from schemas.maps import Catalogue

READ_AT_ONCE = 10
ATTEMPTS = 5
ERASED_AT_ONCE = 100


class Arrivals:
    """What comes from authorities, from the door to the proposal. People decide what it means."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        objects: ObjectStore,
        keys: KeyRing,
        catalogue: Catalogue,
        scanner: Scanner,
    ) -> None:
        self._settings = settings
        self._database = database
        self._keys = keys
        self._vault = Vault(objects)
        self._keeping = Keeping(database, keys, self._vault)
        self._owning = Owning(database)
        self._proposing = Proposing(database, keys, catalogue.tables.offices)
        limits = settings.limits
        self._opener = Opener(
            scanner,
            ExaminationLimits(file_size_bytes=limits.file_size_bytes, pages=limits.pages_per_pdf),
            parts_at_most=limits.arrival_parts,
            raw_bytes=limits.arrival_size_bytes,
        )
        self._fetching = Fetching(
            settings=settings,
            database=database,
            objects=objects,
            keeping=self._keeping,
            opener=self._opener,
        )

    @activity.defn(name="fetch_arrivals")
    async def fetch(self) -> int:
        """Keep what was uploaded and what lies in the mailbox. An original goes only after it is kept.

        Raises MailboxObstacle when the mailbox can't be read; the next round tries again.
        """
        uploads = await self._fetching.uploads()
        return uploads + (await self._fetching.mail() if self._settings.imap_host else 0)

    @activity.defn(name="read_arrivals")
    async def read(self) -> int:
        """Read what is kept and not read yet, and give all that was read an owner; answers how many were read.

        One that can't be read holds up no other.
        """
        await self._give_up_on_hopeless()
        async with self._database.as_worker() as connection:
            unread = select(arrival).where(arrival.c.read_at.is_(None), arrival.c.raw_key.is_not(None))
            rows = (
                await connection.execute(unread.order_by(arrival.c.received_at).limit(READ_AT_ONCE))
            ).all()
        troubles: list[Exception] = []
        for row in rows:
            try:
                await self._read(row)
            except Exception as trouble:
                troubles.append(trouble)
        await self._owning.give_owners()
        if troubles:
            raise troubles[0]
        return len(rows)

    @activity.defn(name="erase_arrivals")
    async def erase(self) -> int:
        """Erase what was confirmed for an application that was erased, and what was dismissed long ago."""
        async with self._database.as_worker() as connection:
            ids = (await connection.execute(self._outlived())).scalars().all()
        for arrival_id in ids:
            await self._keeping.erase(arrival_id)
        return len(ids)

    async def _give_up_on_hopeless(self) -> None:
        hopeless = update(arrival).where(arrival.c.read_at.is_(None), arrival.c.attempts >= ATTEMPTS)
        async with self._database.as_worker() as connection:
            await connection.execute(hopeless.values(trouble="unreadable", read_at=datetime.now(UTC)))

    async def _read(self, row: Row[Any]) -> None:
        async with self._database.as_worker() as connection:
            await self._keeping.count_attempt(connection, row.id)
        key = await self._keys.key_for(row.id)
        raw = await self._vault.get(key, RAW_PURPOSE, Place(row.raw_key, row.raw_version))
        try:
            opened = await asyncio.to_thread(self._opening(row, raw))
        except (ReaderExhaustedError, ReaderCrashedError):
            await self._keeping.give_up(row.id, "unreadable")
            return
        await self._fetching.discard_uploads(row.content_sha256)
        reading = await self._proposing.reading(opened.sources)
        parts = [await self._kept(key, part) for part in opened.parts]
        await self._keeping.write_reading(row.id, opened.envelope, reading, parts)

    def _opening(self, row: Row[Any], raw: bytes) -> Callable[[], Opened]:
        if row.way == ArrivalWay.MAIL:
            return lambda: self._opener.open_mail(raw)
        return lambda: self._opener.open_file(raw)

    async def _kept(self, key: DataKey, part: OpenedPart) -> PartPlace:
        kept = await self._vault.put(key, PART_PURPOSE, part.content) if part.content is not None else None
        return PartPlace(
            place=part.place,
            media_type=part.media_type,
            size_bytes=part.size_bytes,
            state=RELEASED if kept else REFUSED,
            refusal=part.refusal,
            pages=part.pages,
            file_name=part.file_name,
            kept=kept,
        )

    def _outlived(self) -> Any:
        long_ago = datetime.now(UTC) - timedelta(days=self._settings.arrivals_dismissed_kept_days)
        standing = arrival_standing.c
        erased = exists().where(data_key.c.number == standing.number, data_key.c.destroyed_at.is_not(None))
        dismissed = (standing.state == ArrivalState.DISMISSED.value) & (standing.changed_at < long_ago)
        confirmed = (standing.state == ArrivalState.CONFIRMED.value) & erased
        joined = arrival.join(arrival_standing, standing.arrival_id == arrival.c.id)
        outlived = select(arrival.c.id).select_from(joined).where(arrival.c.erased_at.is_(None))
        return outlived.where(dismissed | confirmed).limit(ERASED_AT_ONCE)
