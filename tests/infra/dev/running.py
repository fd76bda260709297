"""A stack for one test module, on free ports, in the module's own folder."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.dev.services import Stack


@contextmanager
def running(directory: Path, services: Collection[str]) -> Iterator[Stack]:
    """Start these servers, and stop them at the end."""
    stack = Stack(directory, services, fast=True)
    asyncio.run(stack.__aenter__())
    try:
        yield stack
    finally:
        asyncio.run(stack.__aexit__(None, None, None))
