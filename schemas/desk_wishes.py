"""Lodgings for which the desk wishes something of its own: each is `procedure:channel`, with `*` for any part."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, TypeAlias

from pydantic import Field

LodgingsNamed: TypeAlias = tuple[Annotated[str, Field(pattern=r"^[^:]+:[^:]+$")], ...]


def is_named(wished: Iterable[str], procedure: str, channel: str | None) -> bool:
    """Whether one of them names this lodging; while no channel is chosen, only where any channel is named."""
    return any(fnmatchcase(f"{procedure}:{channel or ''}", each) for each in wished)
