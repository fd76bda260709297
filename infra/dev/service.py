"""What the supervisor knows about one server: how to prepare it, run it, see it ready, and furnish it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev.doors import answers
from infra.dev.ports import Ports
from infra.dev.processes import Command

ROOT = Path(__file__).parents[2]


def nothing() -> None:
    """No preparation, no furnishing."""


def at_once(started_at: float) -> bool:
    """Open doors are enough."""
    return True


@dataclass(frozen=True)
class Service:
    """One server of the stack. The callables block, and are called again after a restart: each is idempotent.

    `doors` are names of `Ports`; all must be open. `ready` says whether the process started at that moment (epoch
    seconds) does its work.
    """

    name: str
    doors: tuple[str, ...]
    command: Callable[[], Command]
    prepare: Callable[[], None] = field(default=nothing)
    ready: Callable[[float], bool] = field(default=at_once)
    furnish: Callable[[], None] = field(default=nothing)
    ready_within_seconds: float = 60.0
    spawn_attempts: int = 1

    def answers(self, ports: Ports, started_at: float) -> bool:
        """Whether the server does its work, not only whether its process runs."""
        return all(answers(getattr(ports, name)) for name in self.doors) and self.ready(started_at)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Argument list that runs one of our modules in this environment."""
    return (sys.executable, "-u", "-X", "utf8", "-m", name, *arguments)
