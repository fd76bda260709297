"""Lines in TOML texts: every key and row that tomllib reads has its line, however the text writes it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.catalogue import SHIPPED
from schemas.toml_lines import Spot, spots_in

TEXT = '''
# A "comment" = [with signs
title = "one # [no] comment"   # and one
long = """
[not] = a table
"""
rows = [
  { id = "a", "quoted key" = 1 }, { id = "b", inner = { on = 2026-01-01 } },
]
"dotted".key.last = '#'
[table.sub]
x = 1
[[many]]
id = "first"
words = ["one",
  "two"]
[[many]]
id = "second"
[many.own]
y = -1.5e3
[[many]]
id = "third.of.all"
z = 1
'''


def missing(value: Any, spot: Spot | None, path: str = "") -> Iterator[str]:
    """The paths to what tomllib reads and the spots do not have."""
    if spot is None:
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from missing(inner, spot.names.get(name), f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            row = spot.rows[place] if len(spot.rows) == len(value) else None
            yield from missing(inner, row, f"{path}.{place}")


@pytest.mark.parametrize("folder", ["procedures", "parts", "tables"])
def test_every_key_and_row_of_the_shipped_files_is_found(folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(SHIPPED / folder).glob("*.toml")]

    assert texts
    assert [path for text in texts for path in missing(tomllib.loads(text), spots_in(text))] == []


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("title", 3),
        ("long", 4),
        ("rows", 7),
        ("rows b inner on", 8),
        ("dotted key last", 10),
        ("table sub x", 12),
        ("many first words two", 16),
        ("many second own y", 20),
        ("many 1 own", 19),
        ("many third of all z", 23),
        ("many fourth", 13),
    ],
)
def test_a_place_has_the_line_on_which_it_is_written(way: str, line: int) -> None:
    assert list(missing(tomllib.loads(TEXT), spots_in(TEXT))) == []
    assert list(spots_in(TEXT).along(way.split()))[-1].line == line
