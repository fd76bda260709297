"""Pages of released documents as pictures: drawn in the limited reader's process, which shares nothing with this one."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from infra.object_answers import StoreUnavailableError
from infra.outgoing import sending
from schemas.examination import JPEG, PDF, PNG, ExaminationLimits
from schemas.refusals import Refused

PROJECT = Path(__file__).resolve().parents[2]
READER = "activities.documents.reader"
PAGES_AT_ONCE = 2
DPI = 110
PIXELS_AT_MOST = 12_000_000
WRITTEN_BYTES_AT_MOST = 20_000_000
DRAWN_WITHIN_SECONDS = 20
STORE_WITHIN_SECONDS = 30

_turns = asyncio.Semaphore(PAGES_AT_ONCE)


async def page_image(address: str, media_type: str, page: int) -> bytes:
    """One page as WebP; pages count from 1, a picture has one.

    Raises Refused `not_found` where there is no such page or it can't be drawn, StoreUnavailableError.
    """
    return await _page(lambda original: _fetch(address, original), media_type, page)


async def page_of(content: bytes, media_type: str, page: int) -> bytes:
    """The same of a file that is here already. Raises Refused `not_found`."""

    async def write(original: Path) -> None:
        await asyncio.to_thread(original.write_bytes, content)

    return await _page(write, media_type, page)


async def _page(bring: Callable[[Path], Awaitable[None]], media_type: str, page: int) -> bytes:
    if media_type not in (PDF, JPEG, PNG):
        raise Refused("not_found")
    async with _turns:
        with TemporaryDirectory(prefix="page-") as directory:
            original, picture = Path(directory, "original"), Path(directory, "page.webp")
            await bring(original)
            request = {
                "path": str(original),
                "media_type": media_type,
                "page": page,
                "dpi": DPI,
                "most_pixels": PIXELS_AT_MOST,
                "into": str(picture),
            }
            if not await _drawn(request):
                raise Refused("not_found")
            return await asyncio.to_thread(picture.read_bytes)


async def _fetch(address: str, into: Path) -> None:
    try:
        async with (
            sending(STORE_WITHIN_SECONDS) as store,
            store.stream("GET", address) as answer,
        ):
            if not answer.is_success:
                raise StoreUnavailableError("The object store did not give the document.")
            with into.open("wb") as target:
                async for piece in answer.aiter_bytes():
                    target.write(piece)
    except httpx2.TransportError:
        raise StoreUnavailableError("The object store did not answer.") from None


async def _drawn(request: dict[str, Any]) -> bool:
    order = json.dumps({"task": "render", "bounds": _bounds(), "request": request}).encode() + b"\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        READER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", "RAYON_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(DRAWN_WITHIN_SECONDS):
            told, _ = await process.communicate(order)
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return bool(told) and (json.loads(told).get("answer") or {}).get("absent") is False


def _bounds() -> dict[str, int]:
    limits = ExaminationLimits()
    return {
        "memory_bytes": limits.reader_memory_bytes,
        "cpu_seconds": limits.reader_cpu_seconds,
        "wall_seconds": DRAWN_WITHIN_SECONDS,
        "written_bytes": WRITTEN_BYTES_AT_MOST,
    }
