"""Lodging through a machine: once, whatever happens to the answer; what is certain is said, the rest is unknown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from temporalio.exceptions import ApplicationError

from activities.authorities import Authorities, Simulator
from activities.ledger import Entry, Ledger
from infra.dev.services import Stack
from schemas.checked import Lodged, MachineLodging
from schemas.identifiers import application_number
from tests.builders import NUMBER, ORGANISATION, handed_in, ready
from tests.ground import Ground
from tests.infra.loopback import free_port

REFERENCES = iter(range(1, 1_000))


def a_lodging(reference: str | None = None) -> MachineLodging:
    return MachineLodging(
        number=NUMBER,
        organisation_id=ORGANISATION,
        procedure="otit.plan.accreditation.D",
        filing_id=reference or f"{application_number(2026, next(REFERENCES))}.filing.1",
        filing_kind="first",
        persons=("p1",),
        office="tokyo",
        channel="post",
        package_sha256="ab" * 32,
    )


async def taken(authority: httpx2.AsyncClient, lodging: MachineLodging) -> int:
    answer = await authority.get("/filings", params={"reference": lodging.filing_id})
    return len(answer.json()["acceptances"])


@pytest.fixture
def simulator(servers: Stack) -> Simulator:
    return Simulator(servers.address("authority"), answer_within_seconds=2.0)


async def test_what_is_taken_comes_back_with_a_number_per_person(
    simulator: Simulator, authority: httpx2.AsyncClient
) -> None:
    lodging = a_lodging()

    lodged = await simulator.lodge(lodging)

    assert lodged.outcome == "confirmed"
    assert set(lodged.receipts) == {"p1"}
    assert await taken(authority, lodging) == 1


async def test_whom_the_machine_sends_away_is_said(
    simulator: Simulator, authority: httpx2.AsyncClient
) -> None:
    await authority.post("/mood", json={"mode": "take_some"})

    lodged = await simulator.lodge(a_lodging().model_copy(update={"persons": ("p1", "p2")}))

    await authority.post("/mood", json={"mode": "normal"})
    assert (lodged.outcome, set(lodged.receipts), lodged.not_taken) == ("confirmed", {"p1"}, ("p2",))


async def test_where_nobody_listens_nothing_was_sent() -> None:
    lodged = await Simulator(f"http://127.0.0.1:{free_port()}").lodge(a_lodging())

    assert lodged == Lodged(outcome="not_sent", reason="connection_refused")


@pytest.mark.parametrize(
    ("mood", "outcome", "acceptances"),
    [("refuse", "refused", 0), ("accept_then_500", "unknown", 1), ("accept_then_timeout", "unknown", 1)],
)
async def test_only_what_is_certain_is_said(
    simulator: Simulator, authority: httpx2.AsyncClient, mood: str, outcome: str, acceptances: int
) -> None:
    await authority.post("/mood", json={"mode": mood})
    lodging = a_lodging()

    lodged = await simulator.lodge(lodging)

    await authority.post("/mood", json={"mode": "normal"})
    assert lodged.outcome == outcome
    assert await taken(authority, lodging) == acceptances


@asynccontextmanager
async def answering_with(body: bytes) -> AsyncIterator[str]:
    """The address of a machine that says of every filing that it was taken, in these words."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00",
        b"taken",
        b"[]",
        b"{}",
        b'{"receipts": {"p1": "A-1"}}',
        b'{"receipts": {"p1": "A-1"}, "not_taken": null}',
        b'{"receipts": {"p1": "A-1"}, "not_taken": [1]}',
        b'{"receipts": ["A-1"], "not_taken": []}',
        b'{"receipts": {"p1": 1}, "not_taken": []}',
        b'{"receipts": {"p1": "no digit"}, "not_taken": []}',
    ],
)
async def test_an_answer_that_nobody_can_read_may_have_been_a_yes(body: bytes) -> None:
    async with answering_with(body) as machine:
        lodged = await Simulator(machine).lodge(a_lodging())

    assert lodged == Lodged(outcome="unknown", reason="receipt_form")


async def test_a_filing_leaves_the_desk_once_however_often_it_is_tried(
    desk_ground: Ground, simulator: Simulator, authority: httpx2.AsyncClient
) -> None:
    road = ready()
    desk_ground.take_in(handed_in())
    ledger = Ledger(desk_ground.database)
    entry = Entry(number=NUMBER, organisation_id=ORGANISATION, events=tuple(road.events))
    await ledger.record(entry)
    lodging = a_lodging(road.filing().id)
    authorities = Authorities(ledger, simulator)

    outcomes = await asyncio.gather(*(authorities.lodge(lodging) for _ in range(4)))

    assert sorted(each.outcome for each in outcomes) == ["confirmed", "unknown", "unknown", "unknown"]
    assert {each.reason for each in outcomes if each.outcome == "unknown"} == {"sent_before"}
    assert await taken(authority, lodging) == 1


async def test_without_a_machine_channel_nothing_is_marked_or_sent(desk_ground: Ground) -> None:
    ledger = Ledger(desk_ground.database)

    with pytest.raises(ApplicationError) as refused:
        await Authorities(ledger, None).lodge(a_lodging())

    assert (refused.value.type, refused.value.non_retryable) == ("no_channel", True)
