"""A small HTTP/1.1 sender: it must cost less than what it measures, so it knows one kind of request and one of answer."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

CONTENT_LENGTH = b"content-length:"


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST of JSON, ready to be sent."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


class Line:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, message: bytes) -> int:
        """Send one request and read its whole answer; gives the status."""
        self._writer.write(message)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(CONTENT_LENGTH)
        )
        await self._reader.readexactly(length)
        return int(head[9:12])

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


@dataclass(frozen=True)
class Load:
    """What a load of requests came to: wall seconds, milliseconds of each, statuses."""

    seconds: float
    milliseconds: Sequence[float]
    statuses: Counter[int]

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """The time that this share of the requests did not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def load(port: int, messages: Sequence[bytes], connections: int) -> Load:
    """All messages over so many connections, each sending its next when it has its answer."""
    lines = [await Line.to(port) for _ in range(connections)]
    waiting, took, statuses = list(messages)[::-1], list[float](), Counter[int]()

    async def one(line: Line) -> None:
        while waiting:
            message = waiting.pop()
            began = time.perf_counter()
            statuses[await line.send(message)] += 1
            took.append((time.perf_counter() - began) * 1_000)

    began = time.perf_counter()
    await asyncio.gather(*(one(line) for line in lines))
    seconds = time.perf_counter() - began
    for line in lines:
        await line.close()
    return Load(seconds, took, statuses)
