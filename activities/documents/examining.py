"""The activities `examine_document` and `examine_documents`: quarantine → limited reader → vault, told to the ledger.

What was read inside a file stays sealed in its record; what activities answer holds none of it.
"""

import asyncio
import base64
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio import activity

from activities.documents.examination import Examined, Scanner, examine
from activities.documents.passports_in_pictures import passports_in_picture
from activities.ledger import Ledger
from infra.database.connection import Database
from infra.database.tables import document_version, examination
from infra.dossiers import READING_PURPOSE
from infra.keys import DataKey, KeyRing, open_json, seal_json
from infra.objects import ObjectStore, quarantine_key, vault_key
from schemas.checked import CheckAsked, DocumentUploaded
from schemas.examination import JPEG, PDF, PNG, Examination, ExaminationLimits


class Documents:
    """Examination of uploaded documents."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        ledger: Ledger,
        scanner: Scanner,
        limits: ExaminationLimits,
        *,
        keys: KeyRing,
    ) -> None:
        self._keys = keys
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
            return known.model_copy(update={"sealed_reading": None})
        if row.copied_from is not None:
            return await self._taken_over(uploaded, row.copied_from)
        key = await self._keys.key_for(uploaded.number)
        with tempfile.TemporaryDirectory(prefix="toritsugi-") as folder:
            path = Path(folder) / "document"
            examined, kept_at = await asyncio.to_thread(self._examine, path, uploaded, row)
        await self._ledger.store_examination(
            uploaded.document_id,
            uploaded.number,
            uploaded.organisation_id,
            _with_reading(examined, key),
            kept_at=kept_at,
        )
        await asyncio.to_thread(self._objects.discard, quarantine_key(uploaded.document_id))
        return examined.verdict

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

    async def _taken_over(self, uploaded: DocumentUploaded, original_id: str) -> Examination:
        """A document that came with a person who was split off is the same file: verdict and place are those of the
        original, and what was read in it is sealed anew under this application's key."""
        original = await self._original(original_id)
        await self.examine_one(original)
        kept = select(examination.c.facts, examination.c.vault_key, examination.c.vault_version)
        async with self._database.as_worker() as connection:
            row = (await connection.execute(kept.where(examination.c.document_id == original_id))).one()
        verdict = _resealed(
            Examination.model_validate(row.facts),
            await self._keys.key_for(original.number),
            await self._keys.key_for(uploaded.number),
        )
        await self._ledger.store_examination(
            uploaded.document_id,
            uploaded.number,
            uploaded.organisation_id,
            verdict,
            kept_at=(row.vault_key, row.vault_version) if row.vault_key else None,
        )
        return verdict.model_copy(update={"sealed_reading": None})

    async def _original(self, document_id: str) -> DocumentUploaded:
        declared = document_version.c
        asked = select(declared.number, declared.organisation_id).where(declared.id == document_id)
        async with self._database.as_worker() as connection:
            row = (await connection.execute(asked)).one()
        return DocumentUploaded(
            document_id=document_id, number=row.number, organisation_id=row.organisation_id
        )

    async def _look_up(self, document_id: str) -> tuple[Examination | None, Any]:
        declared = document_version.c
        async with self._database.as_worker() as connection:
            facts = select(examination.c.facts).where(examination.c.document_id == document_id)
            known = (await connection.execute(facts)).scalar_one_or_none()
            asked = select(
                declared.kind, declared.media_type, declared.size_bytes, declared.sha256, declared.copied_from
            )
            row = (await connection.execute(asked.where(declared.id == document_id))).one()
        return (Examination.model_validate(known) if known else None), row

    def _examine(
        self, path: Path, uploaded: DocumentUploaded, row: Any
    ) -> tuple[Examined, tuple[str, str] | None]:
        key = quarantine_key(uploaded.document_id)
        self._objects.fetch_to(path, key, at_most_bytes=self._limits.file_size_bytes)
        examined = examine(
            path, row.media_type, row.size_bytes, row.sha256, limits=self._limits, scanner=self._scanner
        )
        if examined.verdict.outcome != "released":
            return examined, None
        if row.kind == _PASSPORT and not examined.reading.passports:
            examined = _with_pictures(examined, path)
        kept = vault_key(uploaded.number, uploaded.document_id)
        version = self._objects.release(path, kept, row.media_type, examined.verdict.sha256)
        return examined, (kept, version)


_PASSPORT = "passport_copy"


def _with_pictures(examined: Examined, path: Path) -> Examined:
    """A passport without a text layer is looked at as a picture, where a recogniser is installed."""
    verdict = examined.verdict
    if verdict.media_type not in (PDF, JPEG, PNG):
        return examined
    seen = passports_in_picture(path, verdict.media_type, verdict.pages or 1)
    return examined._replace(reading=examined.reading.model_copy(update={"passports": seen}))


def _with_reading(examined: Examined, key: DataKey) -> Examination:
    """The verdict as it is kept: what was read goes with it, sealed; an erased application's can't be read."""
    if examined.verdict.outcome != "released" or examined.reading.is_empty:
        return examined.verdict
    told = seal_json(key, READING_PURPOSE, examined.reading.model_dump(mode="json"))
    return examined.verdict.model_copy(update={"sealed_reading": base64.b64encode(told).decode()})


def _resealed(known: Examination, old: DataKey, new: DataKey) -> Examination:
    """The same verdict; what was read inside the file changes its key, and nothing else."""
    if known.sealed_reading is None:
        return known
    told = open_json(old, READING_PURPOSE, base64.b64decode(known.sealed_reading))
    sealed = base64.b64encode(seal_json(new, READING_PURPOSE, told)).decode()
    return known.model_copy(update={"sealed_reading": sealed})
