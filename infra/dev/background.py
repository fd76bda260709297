"""The stack from outside its supervisor: start it in the background, find it, stop it. Imports little: it starts fast."""

import os
import subprocess
import time
from pathlib import Path

from infra.dev.place import Place
from infra.dev.ports import Ports
from infra.dev.service import ROOT, module
from infra.dev.state import StackState, is_claimed

STOPS_WITHIN_SECONDS = 45.0
READY_WITHIN_SECONDS = 300.0


class SupervisorEndedError(Exception):
    """The detached supervisor ended before the stack was ready; the message is what it said."""


def keeper(directory: Path, services: str) -> tuple[str, ...]:
    """The command that keeps a stack running in the foreground."""
    return module("infra.dev.keeper", "--directory", str(directory), "--services", services)


def detach(directory: Path, services: str) -> None:
    """Start the supervisor in the background; comes back when all is ready. Raises SupervisorEndedError."""
    log = directory / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        started = subprocess.Popen(
            keeper(directory, services),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
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


def place_of(directory: Path) -> Place:
    """Where the stack of this directory answers: the ports it runs on, else those of the settings."""
    state = StackState.read(directory)
    return Place.at(directory, Ports() if state is None else Ports.model_validate(state.ports))
