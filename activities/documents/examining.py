"""The activities `examine_document` and `examine_documents`: quarantine → limited reader → vault, told to the ledger."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio import activity

from activities.documents.examination import Scanner, examine
from activities.ledger import Ledger
from infra.database.connection import Database
from infra.database.tables import document_version, examination
from infra.objects import ObjectStore, quarantine_key, vault_key
from schemas.checked import CheckAsked, DocumentUploaded
from schemas.examination import Examination, ExaminationLimits


class Documents:
    """Examination of uploaded documents."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        ledger: Ledger,
        scanner: Scanner,
        limits: ExaminationLimits,
    ) -> None:
        self._database = database
        self._objects = objects
        self._ledger = ledger
        self._scanner = scanner
        self._limits = limits

    @activity.defn(name="examine_document")
    async def examine_one(self, uploaded: DocumentUploaded) -> Examination:
        """Examine one document. A document that was examined is not examined again: the first verdict stands."""
        known, row = await self._look_up(uploaded.document_id)
        if known is not None:
            return known
        with tempfile.TemporaryDirectory(prefix="toritsugi-") as folder:
            path = Path(folder) / "document"
            found, kept_at = await asyncio.to_thread(self._examine, path, uploaded, row)
        await self._ledger.store_examination(
            uploaded.document_id, uploaded.number, uploaded.organisation_id, found, kept_at=kept_at
        )
        await asyncio.to_thread(self._objects.discard, quarantine_key(uploaded.document_id))
        return found

    @activity.defn(name="examine_documents")
    async def examine_all(self, asked: CheckAsked) -> int:
        """Examine every document of an application that still waits for it. Answers how many there were."""
        waiting = select(document_version.c.id).outerjoin(
            examination, examination.c.document_id == document_version.c.id
        )
        waiting = waiting.where(
            document_version.c.number == asked.number,
            document_version.c.state == "uploaded",
            examination.c.document_id.is_(None),
        )
        async with self._database.as_worker() as connection:
            ids = tuple((await connection.execute(waiting)).scalars())
        for document_id in ids:
            await self.examine_one(
                DocumentUploaded(
                    document_id=document_id, number=asked.number, organisation_id=asked.organisation_id
                )
            )
            activity.heartbeat()
        return len(ids)

    async def _look_up(self, document_id: str) -> tuple[Examination | None, Any]:
        declared = document_version.c
        async with self._database.as_worker() as connection:
            facts = select(examination.c.facts).where(examination.c.document_id == document_id)
            known = (await connection.execute(facts)).scalar_one_or_none()
            asked = select(declared.media_type, declared.size_bytes, declared.sha256)
            row = (await connection.execute(asked.where(declared.id == document_id))).one()
        return (Examination.model_validate(known) if known else None), row

    def _examine(
        self, path: Path, uploaded: DocumentUploaded, row: Any
    ) -> tuple[Examination, tuple[str, str] | None]:
        key = quarantine_key(uploaded.document_id)
        self._objects.fetch_to(path, key, at_most_bytes=self._limits.file_size_bytes)
        found = examine(
            path, row.media_type, row.size_bytes, row.sha256, limits=self._limits, scanner=self._scanner
        )
        if found.outcome != "released":
            return found, None
        kept = vault_key(uploaded.number, uploaded.document_id)
        return found, (kept, self._objects.release(path, kept, row.media_type, found.sha256))
