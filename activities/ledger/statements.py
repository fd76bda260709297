"""One statement for one act: all changed rows of all tables are written by a single SQL command of chained parts."""

import json
from typing import Any

from sqlalchemy import Table, TextClause, text

from infra.database.tables import METADATA

Row = dict[str, Any]
ONCE = frozenset({"event", "notice", "package"})


def write_statement(rows: dict[str, list[Row]]) -> tuple[TextClause, dict[str, str]] | None:
    """The statement and its parameters, or None when nothing changed. Rows are upserted whole by primary key;
    rows of tables in `ONCE` are inserted, and a repetition is an error (events) or nothing (the others)."""
    filled = {name: part for name, part in rows.items() if part}
    if not filled:
        return None
    # table and column names come from our own metadata, values go in as parameters
    parts = [
        f"w{place} AS ({_part(METADATA.tables[name], part)})"
        for place, (name, part) in enumerate(filled.items())
    ]
    values = {name: json.dumps(part, ensure_ascii=False) for name, part in filled.items()}
    return text(f"WITH {', '.join(parts)} SELECT 1"), values


def _part(table: Table, rows: list[Row]) -> str:
    columns = sorted({column for row in rows for column in row})
    keys = [column.name for column in table.primary_key.columns]
    listed = ", ".join(f'"{column}"' for column in columns)
    source = (
        f'SELECT {listed} FROM jsonb_populate_recordset(NULL::"{table.name}", CAST(:{table.name} AS jsonb))'
    )
    insert = f'INSERT INTO "{table.name}" ({listed}) {source}'
    return f"{insert} {_on_conflict(table.name, columns, keys)} RETURNING 1"


def _on_conflict(name: str, columns: list[str], keys: list[str]) -> str:
    if name == "event":
        return ""
    target = ", ".join(f'"{key}"' for key in keys)
    if name in ONCE:
        return f"ON CONFLICT ({target}) DO NOTHING"
    changes = ", ".join(f'"{column}" = EXCLUDED."{column}"' for column in columns if column not in keys)
    return f"ON CONFLICT ({target}) DO UPDATE SET {changes}"
