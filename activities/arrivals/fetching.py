"""Fetching what came: mails out of the mailbox, uploads out of the quarantine. An original goes only after it is kept."""

import asyncio
import hashlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Row, exists, or_, select

from activities.arrivals.keeping import Arrived, Keeping, arrived_mail
from activities.arrivals.opening import Opener
from infra.database.connection import Database
from infra.database.tables import arrival, arrival_upload
from infra.incoming_mail import Mailbox, MailboxObstacle, WaitingMail, open_mailbox
from infra.objects import ObjectStore, quarantine_key
from infra.settings import Settings
from schemas.arrivals import ArrivalWay, Envelope

FETCHING_SECONDS = 60.0
UPLOADS_AT_ONCE = 10


class Fetching:
    """The hands that carry in."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        objects: ObjectStore,
        keeping: Keeping,
        opener: Opener,
    ) -> None:
        self._settings = settings
        self._database = database
        self._objects = objects
        self._keeping = keeping
        self._opener = opener

    async def mail(self) -> int:
        """Keep the oldest mails and take them from the mailbox; answers how many. One mail in trouble stays there
        and holds up no other; its trouble is raised when the others are through. Raises MailboxObstacle."""
        mailbox, leave = await asyncio.to_thread(open_mailbox, self._settings)
        ends = time.monotonic() + FETCHING_SECONDS
        taken, troubles = 0, []
        try:
            for waiting in await asyncio.to_thread(mailbox.waiting):
                try:
                    await self._take(mailbox, waiting)
                    taken += 1
                except MailboxObstacle:
                    raise
                except Exception as trouble:
                    troubles.append(trouble)
                if time.monotonic() > ends:
                    break
        finally:
            await asyncio.to_thread(leave)
        if troubles:
            raise troubles[0]
        return taken

    async def _take(self, mailbox: Mailbox, waiting: WaitingMail) -> None:
        if waiting.size_bytes > self._settings.limits.arrival_size_bytes:
            await self._note_too_large(mailbox, waiting)
            return
        raw = await asyncio.to_thread(mailbox.fetch, waiting.uid)
        await self._keeping.keep(arrived_mail(raw))
        await asyncio.to_thread(mailbox.take, waiting.uid)

    async def _note_too_large(self, mailbox: Mailbox, waiting: WaitingMail) -> None:
        head = await asyncio.to_thread(mailbox.fetch_head, waiting.uid)
        envelope = (await asyncio.to_thread(self._opener.open_mail, head)).envelope
        await self._keeping.note(arrived_mail(head), "too_large", waiting.size_bytes, envelope)
        await asyncio.to_thread(mailbox.set_aside, waiting.uid)

    async def uploads(self) -> int:
        """Keep what people uploaded; answers how many."""
        kept = exists().where(
            arrival.c.content_sha256 == arrival_upload.c.sha256,
            or_(arrival.c.raw_key.is_not(None), arrival.c.read_at.is_not(None)),
        )
        complete = select(arrival_upload).where(arrival_upload.c.completed_at.is_not(None), ~kept)
        oldest = complete.order_by(arrival_upload.c.completed_at).limit(UPLOADS_AT_ONCE)
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(oldest)).all()
        for row in rows:
            await self._keep_upload(row)
        return len(rows)

    async def _keep_upload(self, row: Row[Any]) -> None:
        came = Arrived(
            way=ArrivalWay.UPLOAD,
            raw=await asyncio.to_thread(self._uploaded, row.id),
            content_sha256=row.sha256,
            uploaded_by=row.uploaded_by,
            arrived_on=row.arrived_on,
        )
        if hashlib.sha256(came.raw).hexdigest() != row.sha256:
            await self._keeping.note(came, "not_as_declared", row.size_bytes, Envelope())
            await asyncio.to_thread(self._objects.discard, quarantine_key(row.id))
            return
        await self._keeping.keep(came)

    def _uploaded(self, upload_id: str) -> bytes:
        most = self._settings.limits.arrival_size_bytes
        with TemporaryDirectory(prefix="arrival-") as folder:
            path = Path(folder) / "upload"
            self._objects.fetch_to(path, quarantine_key(upload_id), at_most_bytes=most)
            return path.read_bytes()

    async def discard_uploads(self, content_sha256: str) -> None:
        """Remove the uploads of something that is kept; repeating it is fine."""
        same = select(arrival_upload.c.id).where(arrival_upload.c.sha256 == content_sha256)
        async with self._database.as_worker() as connection:
            ids = (await connection.execute(same)).scalars().all()
        for upload_id in ids:
            await asyncio.to_thread(self._objects.discard, quarantine_key(upload_id))
