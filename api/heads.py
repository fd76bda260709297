"""Heads of requests are bounded in size and in time before ours see them: uvicorn with httptools bounds neither.

Without this a single line can be fed until the memory is full, and connections that never finish a head stay open.
"""

import asyncio
from http import HTTPStatus
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import told
from schemas.refusals import REFUSALS

HEAD_AT_MOST_BYTES = 65_536
HEAD_WITHIN_SECONDS = 10.0


class HeadTooLarge(Exception):
    """The head of a request is larger than we read."""


class BoundedHeads(HttpToolsProtocol):
    """One connection whose heads end in time and in size, or it is told so and closed."""

    at_most_bytes: ClassVar[int] = HEAD_AT_MOST_BYTES
    within_seconds: ClassVar[float] = HEAD_WITHIN_SECONDS
    _is_in_head = True
    _is_too_large = False
    _head_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head is expected from here on."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._expect_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece from the line, at most some hundred kilobytes; an endless line in it is never told to the callbacks."""
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self._expect()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > self.at_most_bytes and not self.transport.is_closing():
            self._refuse("head_too_large")

    def on_headers_complete(self) -> None:
        """The head is whole. Raises HeadTooLarge, which the parser takes for a request that can't be read."""
        self._is_in_head = False
        self._expect_no_longer()
        told_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if told_bytes > self.at_most_bytes:
            self._is_too_large = True
            raise HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: what comes next on this connection is another head."""
        super().on_message_complete()
        self._is_in_head = True
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """What the parser could not read, told as a problem."""
        self._refuse("head_too_large" if self._is_too_large else "malformed_http")

    def _expect(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.within_seconds, self._too_slow)

    def _expect_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect()
        elif self._head_bytes == 0:
            self.transport.close()
        else:
            self._refuse("head_too_slow")

    def _refuse(self, code: str) -> None:
        answer = told(code, REFUSALS[code], headers={"Connection": "close"})
        reason = HTTPStatus(answer.status_code).phrase
        lines = [f"HTTP/1.1 {answer.status_code} {reason}".encode(), *map(b": ".join, answer.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", cast(bytes, answer.body)]))
        self.transport.close()
