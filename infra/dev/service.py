"""What the supervisor knows about one server: how to prepare it, run it, see it ready, and furnish it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev.ports import Ports, answers
from infra.dev.processes import Command

ROOT = Path(__file__).parents[2]


def nothing() -> None:
    """No preparation, no furnishing."""


@dataclass(frozen=True)
class Service:
    """One server of the stack. The callables block, and are called again after a restart: each is idempotent.

    `doors` are names of `Ports`; the first one is the address people are told.
    """

    name: str
    doors: tuple[str, ...]
    command: Callable[[], Command]
    prepare: Callable[[], None] = field(default=nothing)
    ready: Callable[[], bool] | None = None
    furnish: Callable[[], None] = field(default=nothing)
    ready_within_seconds: float = 30.0

    def answers(self, ports: Ports) -> bool:
        """Whether the server does its work, not only whether its process runs."""
        door_open = all(answers(getattr(ports, name)) for name in self.doors)
        return door_open and (self.ready is None or self.ready())


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Argument list that runs one of our modules in this environment."""
    return (sys.executable, "-u", "-X", "utf8", "-m", name, *arguments)
