"""What the worker sets up before it works."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client, ScheduleActionStartWorkflow

from infra.dev.services import Stack
from infra.keys import KeyRing
from infra.temporal import connect
from worker import ensure_schedule

SCHEDULE = "a-round-of-this-test"
HOURLY, DAILY = 3_600, 86_400


@pytest.fixture
async def client(desk: Stack) -> AsyncIterator[Client]:
    async def no_key(_: str) -> bytes | None:
        return None

    connected = await connect(KeyRing(os.urandom(32), no_key), environment=desk.settings_env())
    yield connected
    await connected.get_schedule_handle(SCHEDULE).delete()


async def test_a_round_takes_the_pace_and_the_queue_of_a_later_start_and_stays_paused(client: Client) -> None:
    await ensure_schedule(client, "Round", SCHEDULE, HOURLY, task_queue="before")
    await client.get_schedule_handle(SCHEDULE).pause(note="by hand")

    await ensure_schedule(client, "Round", SCHEDULE, DAILY, task_queue="after")

    found = (await client.get_schedule_handle(SCHEDULE).describe()).schedule
    assert isinstance(found.action, ScheduleActionStartWorkflow)
    assert [each.every for each in found.spec.intervals] == [timedelta(seconds=DAILY)]
    assert (found.action.task_queue, found.state.paused, found.state.note) == ("after", True, "by hand")
