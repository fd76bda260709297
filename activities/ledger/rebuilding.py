"""Rebuilding: what the ledger shows is worked out anew from the events alone, and compared with what is there."""

import json
from collections.abc import Mapping, Sequence

from activities.ledger.announcing import notice_rows
from activities.ledger.rows import Row, changed_rows, steps_of
from infra.database.tables import METADATA
from schemas.events import Event
from schemas.standing import Standing

Rows = dict[tuple[object, ...], Row]
NOT_FROM_EVENTS: Mapping[str, frozenset[str]] = {
    "filing": frozenset({"sent_at"}),
    "notice": frozenset({"state", "attempts", "due_at", "sent_at", "trouble"}),
}
"""Columns that tell what was done with a row: kept by the database, not by events."""


def rebuild(events: Sequence[Event]) -> dict[str, Rows]:
    """The rows that recording these events one by one leaves behind, by table and primary key."""
    tables: dict[str, Rows] = {}
    standing: Standing | None = None
    for step in steps_of(None, events):
        for name, rows in (changed_rows(standing, [step]) | {"notice": notice_rows([step])}).items():
            _write(tables.setdefault(name, {}), name, rows)
        standing = step[1]
    return tables


def _write(kept: Rows, name: str, rows: Sequence[Row]) -> None:
    for row in rows:
        key = key_of(name, row)
        kept[key] = kept.get(key, {}) | row


def key_of(name: str, row: Row) -> tuple[object, ...]:
    """The primary key of a row of this table."""
    return tuple(row[column.name] for column in METADATA.tables[name].primary_key.columns)


def telling(name: str, rows: Rows) -> dict[tuple[object, ...], dict[str, str]]:
    """What rows of a table tell, independent of how the database writes it; a ball held for no time tells nothing."""
    left_out = NOT_FROM_EVENTS.get(name, frozenset())
    columns = [column.name for column in METADATA.tables[name].columns if column.name not in left_out]
    return {
        key: {column: _plain(row.get(column)) for column in columns}
        for key, row in rows.items()
        if name != "ball" or _plain(row["from_at"]) != _plain(row["to_at"])
    }


def _plain(value: object) -> str:
    if value is None:
        return ""
    iso = getattr(value, "isoformat", None)
    text = iso() if iso is not None else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text.strip('"').replace("+00:00", "Z")
