"""Uploading through our flow (declare, PUT, complete) against a raw presigned PUT: MB/s and CPU of the front desk."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import httpx2

from infra.dev.demo.files import PDF
from infra.objects import s3_client
from tests.bench.callers import token_of
from tests.bench.documents import declaration, padded_pdf
from tests.bench.engines import Size
from tests.bench.exact import Fields
from tests.bench.figures import Figure, Sheet, at_least
from tests.bench.ground import Ground
from tests.bench.machine import READERS, Meter, pids_of
from tests.bench.pairs import Measured, Pairs, in_turns
from tests.bench.sowing import Sown

Made = TypeVar("Made")

SIZES = {"300 kB": (300_000, 0.7, 4), "5 MB": (5_000_000, 0.9, 1)}
AT_ONCE = 4
SECTION = f"upload : raw presigned PUT, {AT_ONCE} at once"
SIGNED_SECONDS = 600
SERVERS = ("api", "worker", READERS, "objects")


@dataclass(frozen=True)
class Sent:
    """A file that lies in the quarantine and is not yet completed."""

    document_id: str
    etag: str


@dataclass(frozen=True)
class Sender:
    """A client organisation's computer."""

    ground: Ground
    http: httpx2.AsyncClient

    async def send(self, sown: Sown, content: bytes) -> Sent:
        """Declare and send."""
        path = f"/v1/applications/{sown.number}/documents"
        declared = await self._posted(path, declaration(content, sown))
        (part,) = declared["parts"]
        sent = await self.http.put(part["url"], content=content, headers=part["headers"])
        sent.raise_for_status()
        return Sent(declared["document_id"], sent.headers["etag"])

    async def complete(self, sent: Sent) -> None:
        """Say that it is all there; comes back when the document was examined."""
        parts = {"parts": [{"number": 1, "etag": sent.etag}]}
        await self._posted(f"/v1/documents/{sent.document_id}/complete", parts)

    async def straight(self, url: str, content: bytes) -> None:
        """A presigned PUT."""
        (await self.http.put(url, content=content, headers={"content-type": PDF})).raise_for_status()

    async def _posted(self, path: str, body: Any) -> Any:
        token = token_of(self.ground.place, "client")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        answer = await self.http.post(self.ground.place.public_url + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()


async def upload_figures(ground: Ground, fields: Fields, sheet: Sheet, size: Size) -> None:
    """For each size of file."""
    async with httpx2.AsyncClient(timeout=120) as http:
        for name, (size_bytes, goal, share) in SIZES.items():
            count = max(AT_ONCE, size.applications * share // 4)
            turns = _Turns(ground, fields, http, size_bytes, count)
            _show(sheet, await in_turns(turns.ours, turns.raw, size.pairs), name, goal)


@dataclass(frozen=True)
class _Turns:
    ground: Ground
    fields: Fields
    http: httpx2.AsyncClient
    size_bytes: int
    count: int

    async def ours(self) -> Measured:
        (sown,) = self.fields.sow(1)
        sender = Sender(self.ground, self.http)
        contents = [padded_pdf(self.size_bytes) for _ in range(self.count)]
        meter = Meter(pids_of(self.ground.stack))
        began = time.perf_counter()
        sent = await _at_once([partial(sender.send, sown, each) for each in contents])
        sending = time.perf_counter() - began
        await _at_once([partial(sender.complete, each) for each in sent])
        return self._measured(meter, sending, time.perf_counter() - began)

    async def raw(self) -> Measured:
        sender = Sender(self.ground, self.http)
        contents = [padded_pdf(self.size_bytes) for _ in range(self.count)]
        signed = [(self._signed(), each) for each in contents]
        meter = Meter(pids_of(self.ground.stack))
        began = time.perf_counter()
        await _at_once([partial(sender.straight, url, content) for url, content in signed])
        seconds = time.perf_counter() - began
        return self._measured(meter, seconds, seconds)

    def _signed(self) -> str:
        settings = self.ground.place.settings()
        address = {"Bucket": settings.s3_quarantine_bucket, "Key": f"benchmark/{uuid.uuid4()}"}
        return s3_client(settings).generate_presigned_url(
            "put_object", Params={**address, "ContentType": PDF}, ExpiresIn=SIGNED_SECONDS
        )

    def _measured(self, meter: Meter, sending: float, whole: float) -> Measured:
        spent = meter.spent()
        values = {f"{name} ms": 1_000 * spent.of(name) / self.count for name in SERVERS}
        megabytes = self.count * self.size_bytes / 1e6
        return Measured(
            values | {"sent": megabytes / sending, "done": megabytes / whole}, spent.foreign_share
        )


async def _at_once(acts: Sequence[Callable[[], Awaitable[Made]]]) -> list[Made]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(act: Callable[[], Awaitable[Made]]) -> Made:
        async with gate:
            return await act()

    return list(await asyncio.gather(*(one(act) for act in acts)))


def _show(sheet: Sheet, pairs: Pairs, name: str, goal: float) -> None:
    split = ", ".join(
        f"{each} {pairs.of_ours(f'{each} ms').median:.0f}:{pairs.of_theirs(f'{each} ms').median:.0f}"
        for each in SERVERS
    )
    notes = {"sent": pairs.disturbance, "done": f"CPU ms per file: {split}"}
    told = {"sent": "declared and sent", "done": "examined and kept"}
    for value, note in notes.items():
        ours, raw, ratio = pairs.of_ours(value), pairs.of_theirs(value), pairs.ratio(value)
        judged = at_least(ratio.median, goal) if value == "sent" else ""
        limit = f">= {goal}" if judged else ""
        facts = {"turns": [turn.values for turn in (*pairs.ours, *pairs.theirs)]}
        line = f"MB/s, {name}, {told[value]}"
        sheet.add(Figure(SECTION, line, ours.median, raw.median, ratio, limit, judged, note, facts))
