"""The servers the activities speak to: PostgreSQL, Temporal, the object store, the authority's simulator and a mailbox."""

from collections.abc import AsyncIterator
from itertools import count

import httpx2
import pytest

from activities.authorities import Simulator
from activities.rounds import Rounds
from infra.catalogue import load_catalogue
from infra.dev.services import Stack
from infra.outgoing import sending
from infra.packs import packs_of_the_worker
from schemas.planning import DeskPolicy
from tests.ground import Ground, Grounds
from tests.workflows.office import Office, opened_office

QUEUES = count(1)


@pytest.fixture
async def desk_ground(grounds: Grounds) -> AsyncIterator[Ground]:
    async with grounds.fresh() as one:
        yield one


@pytest.fixture
async def office(servers: Stack, desk_ground: Ground) -> AsyncIterator[Office]:
    queue = f"desk-{next(QUEUES)}"
    async with opened_office(desk_ground, servers.settings_env(), queue) as one:
        yield one


@pytest.fixture
async def authority(servers: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    """The authority's own side: its mood, its ledger, its decisions."""
    async with sending(20, base_url=servers.address("authority")) as client:
        yield client
        await client.post("/mood", json={"mode": "normal"})


@pytest.fixture
def rounds(office: Office, servers: Stack) -> Rounds:
    """The desk's own round, over the office's road and the authority's simulator."""
    return Rounds(
        database=office.ground.database,
        client=office.client,
        packs=packs_of_the_worker(load_catalogue(), office.ground.database),
        policy=DeskPolicy(correction_rounds=20, machine_channel=True),
        task_queue=office.queue,
        simulator=Simulator(servers.address("authority")),
    )
