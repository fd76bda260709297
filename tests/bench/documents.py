"""What one uploaded document costs: requests to the object store by each process, and bytes through the front desk."""

import hashlib
import io
import os
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pikepdf

from activities.documents.examining import Documents
from activities.ledger import Ledger
from api.app import build
from api.desk import opened
from api.gateway import Gateway
from infra.database.connection import Database
from infra.dev.demo.files import PDF, sample_pdf
from infra.keys import KeyRing
from infra.objects import ObjectStore, s3_client
from infra.scanner import connect_scanner
from infra.settings import Settings
from infra.wrapped_keys import read_by_worker
from schemas.checked import DocumentUploaded
from schemas.examination import ExaminationLimits
from tests.bench.callers import token_of
from tests.bench.exact import Fields
from tests.bench.ground import Ground
from tests.bench.sowing import Sown

NOBODY_THERE = {"TEMPORAL_ADDRESS": "127.0.0.1:9"}
SMALL_BYTES, LARGE_BYTES = 300_000, 3_000_000
KIND = "tax_payment"
RESERVED_BYTES = 1_000


def padded_pdf(size_bytes: int) -> bytes:
    """A PDF of about this size, padded by a stream of noise that no page shows; no two are the same."""
    with pikepdf.open(io.BytesIO(sample_pdf("benchmark"))) as document:
        document.Root.Padding = document.make_stream(os.urandom(size_bytes - RESERVED_BYTES))
        stored = io.BytesIO()
        document.save(stored)
    return stored.getvalue()


@dataclass
class DocumentCost:
    """One document, from declaring to the vault."""

    through_the_desk_bytes: int = 0
    desk_operations: Counter[str] = field(default_factory=Counter)
    worker_operations: Counter[str] = field(default_factory=Counter)

    @property
    def desk_requests(self) -> int:
        """Requests of the front desk to the store."""
        return self.desk_operations.total()

    @property
    def worker_requests(self) -> int:
        """Requests of the worker to the store."""
        return self.worker_operations.total()


async def document_costs(ground: Ground, fields: Fields) -> tuple[DocumentCost, DocumentCost]:
    """A small and a large document, by a front desk and an examination inside this process."""
    (sown,) = fields.sow(1)
    return await _cost(ground, sown, SMALL_BYTES), await _cost(ground, sown, LARGE_BYTES)


async def _cost(ground: Ground, sown: Sown, size_bytes: int) -> DocumentCost:
    cost = DocumentCost()
    content = padded_pdf(size_bytes)
    async with _front_desk(ground, cost) as http, httpx2.AsyncClient(timeout=60) as sender:
        declared = await _posted(
            http, cost, f"/v1/applications/{sown.number}/documents", declaration(content, sown)
        )
        (part,) = declared["parts"]
        sent = await sender.put(part["url"], content=content, headers=part["headers"])
        sent.raise_for_status()
        parts = {"parts": [{"number": 1, "etag": sent.headers["etag"]}]}
        await _posted(http, cost, f"/v1/documents/{declared['document_id']}/complete", parts)
    uploaded = DocumentUploaded(
        document_id=declared["document_id"], number=sown.number, organisation_id=sown.organisation_id
    )
    await _examined(ground.place.settings(), cost, uploaded)
    return cost


def declaration(content: bytes, sown: Sown) -> dict[str, Any]:
    """What a client says before sending a file."""
    return {
        "kind": KIND,
        "person_id": sown.persons[0],
        "file_name": "benchmark.pdf",
        "media_type": PDF,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


async def _posted(http: httpx2.AsyncClient, cost: DocumentCost, path: str, body: Any) -> Any:
    answer = await http.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    answer.raise_for_status()
    cost.through_the_desk_bytes += len(answer.request.content) + len(answer.content)
    return answer.json()


@asynccontextmanager
async def _front_desk(ground: Ground, cost: DocumentCost) -> AsyncIterator[httpx2.AsyncClient]:
    settings = ground.place.settings()
    async with opened(settings) as at:
        objects = counted_store(settings, cost.desk_operations)
        desk = replace(at, objects=objects, gateway=Gateway(settings, at.keys, environment=NOBODY_THERE))
        transport = httpx2.ASGITransport(app=build(settings, desk))
        headers = {"Authorization": f"Bearer {token_of(ground.place, 'client')}"}
        async with httpx2.AsyncClient(
            transport=transport, base_url=settings.public_url, headers=headers, timeout=60
        ) as http:
            yield http


async def _examined(settings: Settings, cost: DocumentCost, uploaded: DocumentUploaded) -> None:
    database = Database(settings.worker_database_url)
    limits = ExaminationLimits(
        file_size_bytes=settings.limits.file_size_bytes, pages=settings.limits.pages_per_pdf
    )
    objects = counted_store(settings, cost.worker_operations)
    keys = KeyRing.from_setting(settings.key_encryption_key.get_secret_value(), read_by_worker(database))
    scanner = connect_scanner(settings)
    documents = Documents(database, objects, Ledger(database), scanner, limits, keys=keys)
    try:
        found = await documents.examine_one(uploaded)
        assert found.outcome == "released", found.refusal
    finally:
        await database.close()


def counted_store(settings: Settings, operations: Counter[str]) -> ObjectStore:
    """A store that counts every request it sends, by operation."""
    client = s3_client(settings)

    def count(event_name: str, **_: object) -> None:
        operations[event_name.rpartition(".")[2]] += 1

    client.meta.events.register("before-send.s3", count)
    return ObjectStore(
        client,
        quarantine=settings.s3_quarantine_bucket,
        vault=settings.s3_vault_bucket,
        signed_for_seconds=settings.limits.presigned_url_seconds,
    )
