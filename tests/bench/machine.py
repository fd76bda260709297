"""Processor time: of the servers by name, of this process, and of everybody else on the machine. Linux only (/proc)."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.dev.footprints import descendants
from infra.dev.services import Stack
from infra.dev.state import StackState

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1
USER_FIELD, SYSTEM_FIELD, CHILDREN_SYSTEM_FIELD = 11, 12, 14
READERS = "readers"
"""what the worker's limited processes use: they open documents and bind packages"""
IDLE_FIELDS = (3, 4)
"""idle and iowait in the first line of /proc/stat"""


def can_measure() -> bool:
    """Whether this system tells processor times the way they are read here."""
    return (PROC / "self" / "stat").exists()


def seconds_of(pid: int) -> float:
    """Processor seconds of a process, its children that ended, and all below it that run."""
    return sum(_seconds(each, CHILDREN_SYSTEM_FIELD) for each in (pid, *descendants(pid)))


def _seconds(pid: int, last_field: int) -> float:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(each) for each in fields[USER_FIELD : last_field + 1]) / TICKS_PER_SECOND


def _busy_seconds() -> float:
    fields = (PROC / "stat").read_text().splitlines()[0].split()[1:9]
    busy = sum(int(each) for place, each in enumerate(fields) if place not in IDLE_FIELDS)
    return busy / TICKS_PER_SECOND


@dataclass(frozen=True)
class Spent:
    """What was spent between two looks: processor seconds by name, wall seconds, share of the processors others used."""

    by_name: Mapping[str, float]
    wall_seconds: float
    foreign_share: float

    def of(self, *names: str) -> float:
        """Processor seconds of these together."""
        return sum(self.by_name[name] for name in names)


@dataclass(frozen=True)
class _Look:
    at: float
    busy: float
    by_name: Mapping[str, float]
    own: float


class Meter:
    """Reads the processor time of named processes, each with all below it; of the worker, what is below it apart."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._began = self._look()

    def start(self) -> None:
        """Count from now."""
        self._began = self._look()

    def spent(self) -> Spent:
        """What was spent since the start."""
        began, now = self._began, self._look()
        wall = max(now.at - began.at, 1e-9)
        by_name = {name: spent - began.by_name[name] for name, spent in now.by_name.items()}
        foreign = (now.busy - began.busy) - (now.own - began.own)
        return Spent(by_name, wall, max(0.0, foreign / (wall * CORES)))

    def _look(self) -> _Look:
        by_name = {name: seconds_of(pid) for name, pid in self._pids.items()}
        if "worker" in self._pids:
            own = _seconds(self._pids["worker"], SYSTEM_FIELD)
            by_name |= {READERS: by_name["worker"] - own, "worker": own}
        return _Look(time.monotonic(), _busy_seconds(), by_name, seconds_of(os.getpid()))


def pids_of(stack: Stack) -> dict[str, int]:
    """The process of each server of a stack, by name."""
    state = StackState.read(stack.place.directory)
    return {} if state is None else {name: child.pid for name, child in state.children.items()}
