"""A Temporal server of the local stack whose files a test may search."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.dev.services import Stack


@dataclass(frozen=True)
class Engine:
    """How to reach the server and the folder in which it keeps everything it knows and says."""

    environment: Mapping[str, str]
    folder: Path

    def occurrences(self, text: str) -> int:
        """How often the text stands in the server's files, its log among them."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return sum(path.read_bytes().count(text.encode()) for path in files)


@asynccontextmanager
async def running_engine(folder: Path) -> AsyncIterator[Engine]:
    """Start the server, and stop it at the end."""
    async with Stack(folder, services={"temporal"}, fast=True) as stack:
        yield Engine(stack.settings_env(), folder)
