"""What a stack leaves on disk: who supervises it, which children run where. One supervisor at a time."""

import fcntl
import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from infra.dev.footprints import Footprint


class AlreadyRunningError(Exception):
    """Another supervisor holds this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory} の環境はすでに動いています。止める: python -m infra.dev down / "
            f"The stack in {directory} is already running. Stop it with python -m infra.dev down."
        )


class StackState(BaseModel):
    """The state file. Written by the supervisor only; everybody else reads it."""

    model_config = ConfigDict(frozen=True)

    supervisor: Footprint
    ready: bool = False
    ports: dict[str, int] = Field(default_factory=dict)
    children: dict[str, Footprint] = Field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """The state last written here; None when there was none."""
        file = directory / "state.json"
        return cls.model_validate_json(file.read_text()) if file.exists() else None

    @property
    def has_started(self) -> bool:
        """Whether a supervisor that still lives has everything up; one server may be starting again."""
        return self.ready and self.supervisor.alive

    def write(self, directory: Path) -> None:
        """Replace the file at once, so that no reader sees half of it."""
        growing = directory / "state.json.growing"
        growing.write_text(self.model_dump_json(indent=1))
        growing.replace(directory / "state.json")

    def clean(self) -> list[str]:
        """End the children a dead supervisor left behind; answers their names."""
        orphans = {name: child for name, child in self.children.items() if child.alive}
        for child in orphans.values():
            child.ask_to_end()
        for child in orphans.values():
            child.end()
        return sorted(orphans)


class Claim:
    """The exclusive claim on a stack's directory. It ends with its holder, however that dies."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(directory / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            os.close(self._descriptor)
            raise AlreadyRunningError(directory) from held

    def release(self) -> None:
        os.close(self._descriptor)


def is_claimed(directory: Path) -> bool:
    """Whether a living supervisor holds the directory."""
    if not directory.exists():
        return False
    try:
        Claim(directory).release()
    except AlreadyRunningError:
        return True
    return False
