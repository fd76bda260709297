"""The connection: a clear word when Temporal is away, sealed histories that replay, and a clean end."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from infra.keys import KeyRing
from infra.temporal import HEADERS, EngineUnreachable, connect, data_converter, sandbox_runner
from schemas.identifiers import application_number
from tests.infra.canary_workflow import CanaryWorkflow, Carried, carry, fail
from tests.infra.engine import Engine, running_engine
from tests.infra.loopback import free_port

NUMBER = application_number(2026, 1)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ring() -> KeyRing:
    async def load(number: str) -> bytes | None:
        return wrapped.get(number)

    ring = KeyRing(os.urandom(32), load)
    wrapped = {NUMBER: ring.new_wrapped_key(NUMBER)}
    return ring


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with running_engine(tmp_path / "engine") as running:
        yield running


async def test_a_server_that_is_away_is_named_with_what_to_do(ring: KeyRing) -> None:
    address = f"127.0.0.1:{free_port()}"

    with pytest.raises(EngineUnreachable) as away:
        await connect(ring, environment={"TEMPORAL_ADDRESS": address})

    assert address in str(away.value)
    assert "TEMPORAL_ADDRESS" in str(away.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:door", ":"])
async def test_an_address_without_a_port_is_refused(ring: KeyRing, address: str) -> None:
    with pytest.raises(EngineUnreachable):
        await connect(ring, environment={"TEMPORAL_ADDRESS": address})


async def test_another_kind_of_server_at_the_address_is_refused(ring: KeyRing) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()

        with pytest.raises(EngineUnreachable) as refused:
            await connect(ring, environment={"TEMPORAL_ADDRESS": f"{host}:{port}"})

    assert "refused to speak as Temporal" in str(refused.value)


async def test_a_sealed_history_replays_with_its_keys_and_not_without(engine: Engine, ring: KeyRing) -> None:
    client = await connect(ring, environment=engine.environment)
    async with Worker(
        client,
        task_queue="replay",
        workflows=[CanaryWorkflow],
        activities=[carry, fail],
        workflow_runner=sandbox_runner(),
    ):
        handle = await client.start_workflow(
            CanaryWorkflow.run, Carried(marker="kanariya"), id=NUMBER, task_queue="replay"
        )
        await handle.signal(CanaryWorkflow.end, Carried(marker="end"))
        await handle.result()
    history = await handle.fetch_history()

    replayed = await replayer(ring).replay_workflow(history, raise_on_replay_failure=False)
    logging.disable(logging.WARNING)
    blind = await replayer(KeyRing(os.urandom(32), no_key)).replay_workflow(
        history, raise_on_replay_failure=False
    )
    logging.disable(logging.NOTSET)

    assert replayed.replay_failure is None
    assert blind.replay_failure is not None
    assert "kanariya" not in str(blind.replay_failure)


async def no_key(_: str) -> bytes | None:
    return None


def replayer(ring: KeyRing) -> Replayer:
    return Replayer(
        workflows=[CanaryWorkflow],
        data_converter=data_converter(ring),
        workflow_runner=sandbox_runner(),
        header_codec_behavior=HEADERS,
    )


def test_our_packages_are_loaded_once_for_all_workflows() -> None:
    ours = sandbox_runner().restrictions.passthrough_modules
    stock = SandboxedWorkflowRunner().restrictions.passthrough_modules

    assert set(ours) - set(stock) == {"schemas", "activities", "infra", "workflows"}


def test_a_watchful_sandbox_loads_the_order_anew_for_every_workflow() -> None:
    watchful = sandbox_runner(watchful=True).restrictions.passthrough_modules

    assert set(sandbox_runner().restrictions.passthrough_modules) - set(watchful) == {"workflows"}


@pytest.mark.parametrize("code", [0, 3])
def test_a_process_that_leaves_keeps_its_code_and_its_last_words(code: int) -> None:
    script = (
        "import atexit, logging\n"
        "from infra.temporal import leave\n"
        "atexit.register(lambda: print('finaliser'))\n"
        "logging.basicConfig(format='%(message)s')\n"
        "logging.warning('last line')\n"
        "print('last word', end='')\n"
        f"leave({code})\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "last word", "last line\n")
