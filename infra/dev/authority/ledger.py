"""The simulator's memory in one SQLite file: acceptances, cases, the feed, the mood and the policy."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from infra.dev.authority.words import Acceptance, Filing, Mood, News, Policy

TABLES = """
CREATE TABLE IF NOT EXISTS acceptances (
    number INTEGER PRIMARY KEY AUTOINCREMENT, reference TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS acceptances_by_reference ON acceptances (reference);
CREATE TABLE IF NOT EXISTS cases (
    receipt TEXT PRIMARY KEY, reference TEXT NOT NULL, person TEXT NOT NULL, application TEXT NOT NULL,
    procedure TEXT NOT NULL, office TEXT NOT NULL, state TEXT NOT NULL, asked_more INTEGER NOT NULL DEFAULT 0,
    result TEXT, since_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS cases_by_reference ON cases (reference, person);
CREATE INDEX IF NOT EXISTS cases_by_state ON cases (state, since_at);
CREATE TABLE IF NOT EXISTS news (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS serials (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS switches (
    name TEXT PRIMARY KEY, body TEXT NOT NULL, set_at REAL NOT NULL, used INTEGER NOT NULL);
"""


class Case(NamedTuple):
    """One person under examination, in the order of the table's columns.

    States: examining, waiting_for_more, decided.
    """

    receipt: str
    reference: str
    person: str
    application: str
    procedure: str
    office: str
    state: str
    asked_more: bool
    result: str | None
    since_at: float


class Switch(NamedTuple):
    """A mood or policy with the moment it was set (epoch seconds) and how often it was used."""

    body: str
    set_at: float
    used: int


class Ledger:
    """All reading and writing of the file. One writer at a time: `transaction()` holds the only lock."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between. One inside another is part of it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def next_serial(self, prefix: str) -> int:
        """The next number of an office in a year."""
        rows = self._rows(
            "INSERT INTO serials VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            prefix,
        )
        return int(str(rows[0][0]))

    def accept(self, filing: Filing, receipts: dict[str, str]) -> Acceptance:
        """Write one acceptance down. Never looks whether the reference is there already."""
        number = int(str(self._rows("SELECT coalesce(max(number), 0) + 1 FROM acceptances")[0][0]))
        taken = Acceptance(number=number, accepted_at=_now(), filing=filing, receipts=receipts)
        self._rows(
            "INSERT INTO acceptances VALUES (?, ?, ?)", number, filing.reference, taken.model_dump_json()
        )
        return taken

    def acceptances(self, reference: str | None = None) -> list[Acceptance]:
        """Every acceptance, or those of one reference, in the order they were taken."""
        query = "SELECT body FROM acceptances WHERE ?1 IS NULL OR reference = ?1 ORDER BY number"
        rows = self._rows(query, reference)
        return [Acceptance.model_validate_json(str(row[0])) for row in rows]

    def open_case(self, filing: Filing, person: str, receipt: str, at: float) -> None:
        self._rows(
            "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, 'examining', 0, NULL, ?)",
            *(receipt, filing.reference, person, filing.application, filing.procedure, filing.office, at),
        )

    def move_case(self, receipt: str, state: str, at: float, *, result: str | None = None) -> None:
        """Put a case into another state; asking for more is remembered for good."""
        self._rows(
            "UPDATE cases SET state = ?1, since_at = ?2, result = ?3, "
            "asked_more = asked_more OR ?1 = 'waiting_for_more' WHERE receipt = ?4",
            *(state, at, result, receipt),
        )

    def cases(self, *, reference: str | None = None, receipt: str | None = None) -> list[Case]:
        """Cases of a reference, of a receipt, or all; oldest first."""
        rows = self._rows(
            "SELECT * FROM cases WHERE (?1 IS NULL OR reference = ?1) AND (?2 IS NULL OR receipt = ?2) "
            "ORDER BY rowid",
            *(reference, receipt),
        )
        return [Case._make(row) for row in rows]

    def ripe_cases(self, before: float) -> list[Case]:
        """Cases under examination since before this moment (epoch seconds), longest first."""
        query = "SELECT * FROM cases WHERE state = 'examining' AND since_at <= ? ORDER BY since_at, rowid"
        return [Case._make(row) for row in self._rows(query, before)]

    def publish(self, item: News, *, times: int) -> list[News]:
        """Append an outcome to the feed, under one id, as often as asked."""
        told = item.model_copy(update={"id": str(uuid4()), "at": _now()})
        return [self._append(told) for _ in range(times)]

    def _append(self, item: News) -> News:
        seq = int(str(self._rows("SELECT coalesce(max(seq), 0) + 1 FROM news")[0][0]))
        numbered = item.model_copy(update={"seq": seq})
        self._rows("INSERT INTO news VALUES (?, ?)", seq, numbered.model_dump_json())
        return numbered

    def news(self, after: int, limit: int) -> list[News]:
        """The feed behind `after`, oldest first."""
        rows = self._rows("SELECT body FROM news WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [News.model_validate_json(str(row[0])) for row in rows]

    def set_switch(self, value: Mood | Policy, at: float) -> None:
        body, name = value.model_dump_json(), type(value).__name__
        self._rows("INSERT OR REPLACE INTO switches VALUES (?, ?, ?, 0)", name, body, at)

    def switch(self, kind: type[Mood] | type[Policy]) -> Switch | None:
        rows = self._rows("SELECT body, set_at, used FROM switches WHERE name = ?", kind.__name__)
        return Switch._make(rows[0]) if rows else None

    def count_use(self, kind: type[Mood]) -> None:
        self._rows("UPDATE switches SET used = used + 1 WHERE name = ?", kind.__name__)

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
