"""Which rows of the tables a condition looked up, noted while it is asked: their source travels into the finding."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, TypeVar

from schemas.catalogue import Sourced

Row = TypeVar("Row", bound=Sourced)


class Noted(NamedTuple):
    """A row that was looked up, and the table it stands in."""

    table: str
    row: Sourced


_NOTES: ContextVar[list[Noted] | None] = ContextVar("rows looked up", default=None)


def looked_up(table: str, row: Row) -> Row:
    """The same row, noted where somebody listens."""
    notes = _NOTES.get()
    if notes is not None and Noted(table, row) not in notes:
        notes.append(Noted(table, row))
    return row


@contextmanager
def noting() -> Iterator[list[Noted]]:
    """Every row that is looked up meanwhile, each once, in order."""
    notes: list[Noted] = []
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)
