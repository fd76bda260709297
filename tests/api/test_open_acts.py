"""How many acts of one application the desk has under way at once, while the engine takes its time."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.gateway import Gateway
from infra.keys import KeyRing
from schemas import messages
from schemas.commands import Withdraw
from schemas.parties import Actor
from schemas.refusals import Refused
from tests.offline import settings_with

NUMBER, OTHER = "T26-00000001", "T26-00000002"


async def no_key(number: str) -> None:
    """Nothing is sealed here."""


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """In front of an engine that takes connections and never says anything."""
    lines: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, line: lines.append(line), "127.0.0.1", 0)
    address = "{}:{}".format(*silent.sockets[0].getsockname())
    keys = KeyRing.from_setting(base64.b64encode(bytes(32)).decode(), no_key)
    async with silent:
        yield Gateway(
            settings_with(),
            keys,
            environment={"TEMPORAL_ADDRESS": address},
            place_within=timedelta(milliseconds=50),
        )
        for line in lines:
            line.close()


def asked(gateway: Gateway, number: str) -> asyncio.Task[object]:
    command = Withdraw(actor=Actor(id="client-1", capacity="client"), act_id="act")
    return asyncio.create_task(gateway.act(number, messages.WITHDRAW, command))


async def test_eight_acts_of_one_application_are_under_way_and_the_ninth_is_refused(gateway: Gateway) -> None:
    acts = [asked(gateway, number) for number in [NUMBER] * 9 + [OTHER]]

    done, under_way = await asyncio.wait(acts, return_when=asyncio.FIRST_COMPLETED)
    for each in under_way:
        each.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)

    (refused,) = (each.exception() for each in done)
    assert isinstance(refused, Refused)
    assert refused.code == "too_many_requests"
    assert len(under_way) == 9
