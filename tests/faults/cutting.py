"""A line to the authority that can be cut at every step of one lodging, and what a desk that asks a person makes of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import uuid4

from activities.authorities.simulator import Simulator
from infra.dev.demo.authority import AuthorityDesk
from schemas.checked import Lodged, MachineLodging

LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
HEAD_ENDS = b"\r\n\r\n"


class Cut(StrEnum):
    """Where the line breaks."""

    AT_THE_DOOR = "at_the_door"
    BEFORE_THE_REQUEST = "before_the_request"
    IN_THE_REQUEST = "in_the_request"
    BEFORE_THE_ANSWER = "before_the_answer"
    IN_THE_ANSWER = "in_the_answer"


@asynccontextmanager
async def cut_line(url: str, cut: Cut) -> AsyncIterator[str]:
    """The address of a line to this server that breaks here, every time."""
    target = urlsplit(url)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _carried(reader, writer, (str(target.hostname), int(target.port or 80)), cut)
        finally:
            writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if cut is Cut.AT_THE_DOOR:
        server.close()
    try:
        yield address
    finally:
        server.close()


async def _carried(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int], cut: Cut
) -> None:
    if cut is Cut.BEFORE_THE_REQUEST:
        return
    request = await _message(reader)
    answers, asks = await asyncio.open_connection(*target)
    try:
        asks.write(request[: len(request) // 2] if cut is Cut.IN_THE_REQUEST else request)
        await asks.drain()
        if cut is Cut.IN_THE_REQUEST:
            return
        answer = await _message(answers)
        if cut is Cut.IN_THE_ANSWER:
            writer.write(answer[: answer.index(HEAD_ENDS) + 10])
            await writer.drain()
    finally:
        asks.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(HEAD_ENDS)
    length = LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


def a_filing(office: str = "tokyo") -> MachineLodging:
    """A first filing of one person that no other has the number of."""
    own = uuid4().hex[:12]
    return MachineLodging(
        number=f"C-{own}",
        organisation_id="cut",
        procedure="isa.extension.ssw1",
        filing_id=f"C-{own}.filing.1",
        filing_kind="first",
        persons=("p1",),
        office=office,
        channel="online",
        package_sha256="0" * 64,
    )


@dataclass(frozen=True)
class Told:
    """What the desk knew after the cut, whether a person had to look, and how often the authority has the filing now."""

    first: Lodged
    asked_a_person: bool
    acceptances: int


async def lodged_through(url: str, authority: AuthorityDesk, filing: MachineLodging, cut: Cut) -> Told:
    """Lodge over a line that breaks; where nobody knows, a person looks; only what is not there is lodged again."""
    async with cut_line(url, cut) as line:
        first = await Simulator(line).lodge(filing)
    is_unknown = first.outcome == "unknown"
    is_there = first.outcome == "confirmed" or (is_unknown and authority.acceptances(filing.filing_id) > 0)
    if not is_there:
        await Simulator(url).lodge(filing)
    return Told(first, is_unknown, authority.acceptances(filing.filing_id))
