"""Joining the parts of a map: rows of the same id become one, later keys win, the place in the order stays."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

TomlTable: TypeAlias = Mapping[str, Any]
PROVENANCE_KEYS = ("source", "verified_on", "verification")
_ROWS = ("sections", "fields", "documents", "channels", "results", "follow_ups")


class CatalogueError(Exception):
    """A mistake in a data file: which file, which place and (once looked up) line in it, and why it is refused."""

    def __init__(self, file: str, place: str, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"{file}:{line or ''} {place}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason
        self.line = line


def laid_over(below: TomlTable, above: TomlTable) -> dict[str, Any]:
    """Both in one. Rows with ids are joined by id, tables by key, lists of words one after the other."""
    whole = dict(below)
    for key, given in above.items():
        whole[key] = _value_over(whole[key], given) if key in whole else given
    return whole


def left_out(file: str, whole: TomlTable, without: Iterable[str]) -> dict[str, Any]:
    """The table without these sections, fields, documents and rules. Raises CatalogueError for an unknown one."""
    unwanted, seen, kept = set(without), set[str](), dict(whole)
    if not unwanted:
        return kept
    for key in (*_ROWS, "rules"):
        rows = whole.get(key, [])
        seen |= unwanted.intersection(map(_name, rows))
        if key in whole:
            kept[key] = [row for row in rows if _name(row) not in unwanted]
    for unknown in sorted(unwanted - seen):
        raise CatalogueError(file, f"without.{unknown}", "no part used here has this row")
    return kept


def _name(row: Any) -> Any:
    return row.get("id") if isinstance(row, dict) else row


def _value_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **above}
    if isinstance(below, list) and isinstance(above, list):
        return _rows_joined(below, above)
    return above


def _rows_joined(below: list[Any], above: list[Any]) -> list[Any]:
    changes = {_name(row): row for row in above}
    known = set(map(_name, below))
    kept = [_value_over(row, changes.get(_name(row), row)) for row in below]
    return [*kept, *(row for row in above if _name(row) not in known)]
