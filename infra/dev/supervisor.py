"""Keeps a stack running: restarts what falls, stops all on Ctrl-C, ends what runs in the background."""

import asyncio
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from infra.dev.ports import Ports
from infra.dev.service import ROOT, module
from infra.dev.services import Stack
from infra.dev.state import StackState, is_claimed

LOOK_EVERY_SECONDS = 0.5
FALLS_FORGIVEN, WITHIN_SECONDS = 5, 60.0
STOPS_WITHIN_SECONDS = 45.0
READY_WITHIN_SECONDS = 180.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SupervisorEndedError(Exception):
    """The detached supervisor ended before the stack was ready; the message is what it said."""


def run(stack: Callable[[], Stack], announce: Callable[[], None]) -> None:
    """Run a stack until a signal ends it; `announce` comes when all is ready. Raises what Stack raises."""
    asyncio.run(_run(stack, announce))


async def _run(stack: Callable[[], Stack], announce: Callable[[], None]) -> None:
    ending = asyncio.Event()
    for number in ENDINGS:
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    work = asyncio.create_task(_keep(stack(), announce))
    wish = asyncio.create_task(ending.wait())
    await asyncio.wait({work, wish}, return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return


async def _keep(stack: Stack, announce: Callable[[], None]) -> None:
    async with stack:
        announce()
        falls: dict[str, list[float]] = defaultdict(list)
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            for name in stack.fallen():
                _forgive(falls[name], name, stack)
                await stack.start(name)


def _forgive(falls: list[float], name: str, stack: Stack) -> None:
    now = time.monotonic()
    falls.append(now)
    print(f"{name} が止まったので再起動します。 / {name} ended and is started again.", flush=True)
    if len([moment for moment in falls if now - moment < WITHIN_SECONDS]) > FALLS_FORGIVEN:
        raise stack.failure(name)


def detach(directory: Path, *flags: str) -> None:
    """Start the supervisor in the background; comes back when all is ready. Raises SupervisorEndedError."""
    log = directory / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        command = module("infra.dev", "--directory", str(directory), "up", *flags)
        started = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
        )
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        state = StackState.read(directory)
        if state is not None and state.ready and state.supervisor.pid == started.pid:
            return
        time.sleep(0.1)
    raise SupervisorEndedError(log.read_text(errors="replace"))


def stop(directory: Path) -> list[str]:
    """End the supervisor of this directory and whatever a dead one left behind; answers what was ended."""
    state = StackState.read(directory)
    if state is None:
        return []
    ended = []
    if is_claimed(directory) and state.supervisor.pid != os.getpid():
        state.supervisor.end(STOPS_WITHIN_SECONDS)
        ended.append("supervisor")
    return ended + state.clean()


def remembered_ports(state: StackState | None) -> Ports:
    """The ports of the stack that runs, else those of the settings."""
    return Ports() if state is None else Ports.model_validate(state.ports)
