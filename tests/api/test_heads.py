"""What a caller may send before the first line of ours runs: heads that end in time and in size, on real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.heads import HEAD_AT_MOST_BYTES, BoundedHeads

GET = b"GET / HTTP/1.1\r\nHost: desk\r\n"
AT_ONCE_BYTES = 60_000


class Impatient(BoundedHeads):
    within_seconds: ClassVar[float] = 0.5


async def said(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    routes = [Route("/", said, methods=["GET", "POST"])]
    config = uvicorn.Config(Starlette(routes=routes), http=Impatient, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def answered(port: int, *pieces: bytes) -> tuple[int, str]:
    """Status and body of the first answer; what is sent in vain is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            body = await reader.readexactly(length)
    finally:
        writer.close()
    return int(head.split()[1]), body.decode()


def code(answer: tuple[int, str]) -> tuple[int, Any]:
    status, body = answer
    return status, json.loads(body)["code"]


async def test_an_ordinary_request_passes_also_twice_on_one_line(port: int) -> None:
    assert await answered(port, GET + b"\r\n") == (200, "0")
    assert await answered(port, GET + b"\r\n" + GET, b"\r\n") == (200, "0")


async def test_a_body_is_no_head(port: int) -> None:
    body = b"x" * (HEAD_AT_MOST_BYTES * 2)
    head = b"POST / HTTP/1.1\r\nHost: desk\r\nContent-Length: %d\r\n\r\n" % len(body)

    assert await answered(port, head + body) == (200, str(len(body)))
    assert await answered(port, head, body[:AT_ONCE_BYTES], body[AT_ONCE_BYTES:]) == (200, str(len(body)))


async def test_a_large_head_is_read_up_to_its_bound_and_refused_beyond(port: int) -> None:
    fits = b"X-Filler: " + b"f" * AT_ONCE_BYTES + b"\r\n\r\n"
    does_not = b"X-Filler: " + b"f" * HEAD_AT_MOST_BYTES + b"\r\n\r\n"

    assert (await answered(port, GET + fits))[0] == 200
    assert code(await answered(port, GET + does_not)) == (431, "head_too_large")


async def test_many_small_headers_are_counted_together(port: int) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 20) for number in range(3_000))

    assert code(await answered(port, GET + many + b"\r\n")) == (431, "head_too_large")


async def test_a_line_that_never_ends_is_cut_off(port: int) -> None:
    assert code(await answered(port, GET, b"X-Endless: ", b"e" * AT_ONCE_BYTES, b"e" * AT_ONCE_BYTES)) == (
        431,
        "head_too_large",
    )


async def test_a_head_that_trickles_in_is_not_waited_for(port: int) -> None:
    assert code(await answered(port, GET, b"X-Slow: ")) == (408, "head_too_slow")


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async with asyncio.timeout(10):
        heard = await reader.read()

    writer.close()
    assert heard == b""


async def test_what_is_no_http_is_told_so(port: int) -> None:
    assert code(await answered(port, b"\x16\x03\x01 rubbish\r\n\r\n")) == (400, "malformed_http")
