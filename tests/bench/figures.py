"""A figure and the sheet it is written on: lines on the terminal, one JSON object per figure in a file."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Verdict = Literal["ok", "MISS", ""]
NAME_WIDTH, LIMIT_WIDTH = 46, 8
COLUMNS = {"ours": 10, "peer": 10, "ratio": 19}


@dataclass(frozen=True)
class Spread:
    """The median of some measurements and how far they went apart."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> "Spread":
        """The spread of at least one measurement."""
        return cls(statistics.median(measured), min(measured), max(measured))

    def __str__(self) -> str:
        return f"{_short(self.median)} [{_short(self.least)}–{_short(self.most)}]"


Value = int | float | str | Spread | None


@dataclass(frozen=True)
class Figure:
    """One measured thing. `limit` is what performance.md asks; `note` is one line of reason or method."""

    section: str
    name: str
    ours: Value
    peer: Value = None
    ratio: Value = None
    limit: str = ""
    verdict: Verdict = ""
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def at_most(measured: float, limit: float) -> Verdict:
    """`ok` up to and including the limit."""
    return "ok" if measured <= limit else "MISS"


def at_least(measured: float, limit: float) -> Verdict:
    """`ok` from the limit on."""
    return "ok" if measured >= limit else "MISS"


def equal(one: object, other: object) -> Verdict:
    """`ok` when both are the same."""
    return "ok" if one == other else "MISS"


class Sheet:
    """Takes figures as they are measured: prints each at once and appends it to the file of results."""

    def __init__(self, file: Path, circumstances: Mapping[str, Any]) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._run = {"run_at": datetime.now(UTC).isoformat(timespec="seconds"), **circumstances}
        self._section = ""

    def add(self, *figures: Figure) -> None:
        """Write these figures down."""
        for figure in figures:
            self._head(figure.section)
            print(line_of(figure), flush=True)
            with self._file.open("a", encoding="utf-8") as sink:
                sink.write(json.dumps({**self._run, **asdict(figure)}, ensure_ascii=False) + "\n")

    def tell(self, words: str) -> None:
        """A line between figures."""
        print(f"  {words}", flush=True)

    def _head(self, section: str) -> None:
        if section == self._section:
            return
        self._section = section
        cells = "".join(f"{name:>{width}}" for name, width in COLUMNS.items())
        print(f"\n{section:<{NAME_WIDTH + 2}}{cells}  {'limit':<{LIMIT_WIDTH}}", flush=True)


def line_of(figure: Figure) -> str:
    """One line of the table."""
    values = zip((figure.ours, figure.peer, figure.ratio), COLUMNS.values(), strict=True)
    cells = "".join(f"{_cell(value):>{width}}" for value, width in values)
    told = f"  {figure.name:<{NAME_WIDTH}}{cells}  {figure.limit:<{LIMIT_WIDTH}} {figure.verdict:<4} {figure.note}"
    return told.rstrip()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return _short(value) if isinstance(value, float) else str(value)


def _short(value: float) -> str:
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
