"""The stack from outside its supervisor: start it in the background, find it, stop it. Imports little: it starts fast."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from infra.dev.place import Place
from infra.dev.ports import Ports
from infra.dev.service import ROOT, module
from infra.dev.state import StackState, is_claimed

STOPS_WITHIN_SECONDS = 45.0
READY_WITHIN_SECONDS = 300.0


class SupervisorEndedError(Exception):
    """The supervisor ended before the stack was ready; the message says why, as far as it is known."""


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
    if not _has_started(directory, lambda: started.poll() is None):
        raise SupervisorEndedError(log.read_text(errors="replace"))


def wait_for(directory: Path) -> None:
    """Come back when the stack that somebody else started here is ready. Raises SupervisorEndedError."""
    if not _has_started(directory, lambda: is_claimed(directory)):
        raise SupervisorEndedError(
            "起動の途中で止まりました。 / It ended, or did not come up in time. Start it again with make up."
        )


def _has_started(directory: Path, goes_on: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and goes_on():
        state = StackState.read(directory)
        if state is not None and state.has_started:
            return True
        time.sleep(0.1)
    return False


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
