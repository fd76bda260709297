"""Which process is which: a pid counts only with the moment it started, so a re-used pid is never killed."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

PROC = Path("/proc")
STATE_FIELD, PARENT_FIELD, STARTED_FIELD = 0, 1, 19


class Footprint(BaseModel):
    """A process as it can be recognised later: pid, start, and the signal that stops it cleanly."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: str
    stop_signal: int = int(signal.SIGTERM)

    @classmethod
    def of(cls, pid: int, stop_signal: signal.Signals = signal.SIGTERM) -> Self:
        return cls(pid=pid, started=started(pid) or "gone", stop_signal=int(stop_signal))

    @property
    def alive(self) -> bool:
        """Whether this very process, not another one under its pid, still runs."""
        return started(self.pid) == self.started

    def ask_to_end(self) -> None:
        """Send the stop signal if it is still the same process."""
        if self.alive:
            _signal(self.pid, signal.SIGCONT)
            _signal(self.pid, self.stop_signal)

    def end(self, within_seconds: float = 8.0) -> None:
        """Stop the process if it is still the same one; kill it and its children when it does not listen."""
        self.ask_to_end()
        if not self._gone_within(within_seconds):
            for pid in (self.pid, *descendants(self.pid)):
                _signal(pid, signal.SIGKILL)
            self._gone_within(within_seconds)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.alive


def started(pid: int) -> str | None:
    """A text no other process under this `pid` will ever have; None when there is none, or only a zombie."""
    if not PROC.joinpath("self", "stat").exists():
        return _started_by_ps(pid)
    fields = _stat(pid)
    if fields is None or fields[STATE_FIELD] in "ZX":
        return None
    boot = PROC.joinpath("sys", "kernel", "random", "boot_id").read_text().strip()
    return f"{boot}:{fields[STARTED_FIELD]}"


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, nearest first."""
    parents = _parents()
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _parents() -> dict[int, int]:
    if not PROC.joinpath("self", "stat").exists():
        rows = _ps("-A", "-o", "pid=,ppid=").splitlines()
        return {int(child): int(parent) for child, parent in (row.split() for row in rows)}
    seen = {int(entry.name): _stat(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit()}
    return {pid: int(fields[PARENT_FIELD]) for pid, fields in seen.items() if fields}


def _stat(pid: int) -> list[str] | None:
    try:
        text = PROC.joinpath(str(pid), "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command name in brackets may itself hold spaces and brackets.
    return text.rpartition(")")[2].split()


def _started_by_ps(pid: int) -> str | None:
    state, _, moment = _ps("-o", "stat=,lstart=", "-p", str(pid)).strip().partition(" ")
    return None if not moment or state.startswith("Z") else moment.strip()


def _ps(*arguments: str) -> str:
    return subprocess.run(("ps", *arguments), capture_output=True, text=True, check=False).stdout  # noqa: S607


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
