"""The malware scanner: clamd over TCP if configured, otherwise the honest answer: not scanned."""

import asyncio
from pathlib import Path
from typing import IO

from aioclamd import ClamdAsyncClient, ClamdError

from infra.settings import Settings
from schemas.examination import Scan, ScanVerdict

_ANSWER_WITHIN_SECONDS = 120.0
_CHUNK_BYTES = 64 * 1024


class ScannerUnavailableError(Exception):
    """A scanner is configured and gave no verdict: the file must wait, it is never taken for clean."""

    code = "scanner_unavailable"


class NoScanner:
    """The scanner of an installation without one."""

    def scan(self, path: Path) -> Scan:
        """Say that nothing was scanned."""
        del path
        return Scan(verdict=ScanVerdict.NOT_SCANNED)


class ClamdScanner:
    """Streams a file to clamd (INSTREAM). Synchronous: call it from a thread without a running event loop."""

    def __init__(
        self, host: str, port: int, *, answer_within_seconds: float = _ANSWER_WITHIN_SECONDS
    ) -> None:
        """Remember where clamd listens; no connection is opened yet."""
        self._client = ClamdAsyncClient(host, port, timeout=answer_within_seconds)

    def scan(self, path: Path) -> Scan:
        """The verdict of clamd on one file. Raises ScannerUnavailableError when there is none."""
        try:
            return asyncio.run(self._scan(path))
        except (ClamdError, OSError) as error:
            raise ScannerUnavailableError(f"The scanner gave no verdict ({type(error).__name__}).") from error

    async def _scan(self, path: Path) -> Scan:
        version = (await self._client.version()).strip()
        with path.open("rb") as stream:
            answer = await self._client.instream(_Pieces(stream))
        verdict, signature = next(iter((answer or {}).values()), (None, None))
        if verdict == "OK":
            return Scan(verdict=ScanVerdict.CLEAN, scanner=version)
        if verdict == "FOUND":
            return Scan(verdict=ScanVerdict.INFECTED, scanner=version, signature=signature)
        raise ScannerUnavailableError(f"The scanner answered {verdict or 'nothing'}.")


class _Pieces:
    """Hands the client larger pieces than it asks for; its own step of 1 KiB costs one thread switch each."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, _size: int = -1) -> bytes:
        return self._stream.read(_CHUNK_BYTES)


def connect_scanner(settings: Settings) -> ClamdScanner | NoScanner:
    """The scanner these settings name."""
    if settings.clamd_host is None:
        return NoScanner()
    return ClamdScanner(settings.clamd_host, settings.clamd_port)
