"""Values beside the labels of a form: which field of ours, what, in which cell. Runs only inside the limited process.

Cells are data: nothing is calculated, a formula counts as the value stored with it.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from schemas.readings import MOST_VALUES, ValueSeen
from schemas.told_dates import date_told

Rows = Sequence[Sequence[object]]
_DATA = Path(__file__).with_name("form_labels.toml")
_MOST_ROWS, _MOST_COLUMNS, _FARTHEST, _BELOW = 400, 120, 40, 3
_LONGEST_CELL = 200
_NUMBERED = re.compile(r"^(?:[(][0-9]{1,2}[)]|[0-9]{1,2}[.、)]?)(?=[^0-9])")
_NAME = re.compile(r"[A-Z][A-Z .,'\-]{1,98}")
_AMOUNT = re.compile(r"[¥\\]?([0-9]{1,9}(?:\.[0-9]{1,2})?)(?:円|時間|H|YEN)?")
_CODE = re.compile(r"[A-Z0-9]{5,20}")
_YES = frozenset({"有", "有り", "あり", "はい", "YES", "有YES"})
_NO = frozenset({"無", "無し", "なし", "いいえ", "NO", "無NO"})
_ANSWERED_BY_YES = frozenset({"question", "statement"})
_SEXES = {"男": "male", "女": "female", "MALE": "male", "FEMALE": "female", "M": "male", "F": "female"}


class Label(NamedTuple):
    """A label's field, and how the value beside it is read."""

    field: str
    kind: str


def values_in_sheet(sheet: int, rows: Rows, start: tuple[int, int]) -> list[ValueSeen]:
    """What stands beside the labels of one sheet (counted from 1); `start` is the cell `rows` begin at, from 0."""
    looked_at = [tuple(row[:_MOST_COLUMNS]) for row in rows[:_MOST_ROWS]]
    return list(islice(_values(sheet, looked_at, start), MOST_VALUES))


def label_named(name: str) -> Label | None:
    """The label a name is, or None."""
    return _label_in(name)[0]


def value_under(label: Label, told: str) -> str | None:
    """The value told under a label, or None where it is none of its kind."""
    return _read(label.kind, told)


def value_at_a_tick(label: Label, word: str, *, is_only: bool) -> str | None:
    """The value a ticked box tells by the word it stands for; yes or no only from the one box there is under a label.

    At a statement a tick is a yes, whatever software calls it.
    """
    if label.kind not in _ANSWERED_BY_YES:
        return value_under(label, word)
    if not (is_only and word):
        return None
    return value_under(label, word) or ("true" if label.kind == "statement" else None)


def _values(sheet: int, rows: Rows, start: tuple[int, int]) -> Iterator[ValueSeen]:
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            label, rest = _label_in(cell)
            if label is None:
                continue
            places = [((down, across), rest)] if rest else [*_to_the_right(row, down, across)]
            value, place = _first_read(label, places or [*_below(rows, down, across)])
            if value is not None:
                cell_name = _name_of(start[0] + place[0], start[1] + place[1])
                yield ValueSeen(field=label.field, value=value, sheet=sheet, cell=cell_name)


Place = tuple[tuple[int, int], object]


def _to_the_right(row: Sequence[object], down: int, across: int) -> Iterator[Place]:
    for place in range(across + 1, min(len(row), across + 1 + _FARTHEST)):
        if _label_in(row[place])[0] is not None:
            return
        if _told(row[place]):
            yield (down, place), row[place]


def _below(rows: Rows, down: int, across: int) -> Iterator[Place]:
    for place in range(down + 1, min(len(rows), down + 1 + _BELOW)):
        cell = rows[place][across] if across < len(rows[place]) else ""
        if _label_in(cell)[0] is not None:
            return
        if _told(cell):
            yield (place, across), cell


def _first_read(label: Label, places: Sequence[Place]) -> tuple[str | None, tuple[int, int]]:
    """The value in the first cell; a date may be spread over several (2000 | 年 | 1 | 月 | 1 | 日)."""
    if not places:
        return None, (0, 0)
    place, first = places[0]
    value = _read(label.kind, first)
    if value is None and label.kind == "date":
        value = _read("date", "".join(_told(cell) for _, cell in places))
    return value, place


def _read(kind: str, cell: object) -> str | None:
    told = _told(cell)
    if kind == "date":
        found = cell if isinstance(cell, date) else date_told(told)
        return (found.date() if isinstance(found, datetime) else found).isoformat() if found else None
    plain = " ".join(told.upper().split())
    return _KINDS[kind](plain) if kind in _KINDS else told.strip() or None


def _name(plain: str) -> str | None:
    return plain if _NAME.fullmatch(plain) else None


def _number(plain: str) -> str | None:
    code = re.sub(r"[ \-]", "", plain)
    return code if _CODE.fullmatch(code) else None


def _amount(plain: str) -> str | None:
    amount = _AMOUNT.fullmatch(re.sub(r"[,\s]", "", plain))
    return amount[1] if amount else None


def _yes_or_no(plain: str) -> str | None:
    """The answer as our maps' answers are written; both words at once, as forms print them, are no answer."""
    word = re.sub(r"[ /]", "", plain)
    return "true" if word in _YES else "false" if word in _NO else None


_KINDS: Mapping[str, Callable[[str], str | None]] = {
    "name": _name,
    "number": _number,
    "amount": _amount,
    "sex": _SEXES.get,
    "question": _yes_or_no,
    "statement": _yes_or_no,
}


def _label_in(cell: object) -> tuple[Label | None, str]:
    """The label a cell is, and what follows it behind a colon in the same cell."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_CELL:
        return None, ""
    head, _, rest = unicodedata.normalize("NFKC", cell).partition(":")
    return _LABELS.get(_squeezed(head)), rest.strip()


def _told(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return unicodedata.normalize("NFKC", cell)[:_LONGEST_CELL].strip() if isinstance(cell, str) else ""


def _squeezed(text: str) -> str:
    return _NUMBERED.sub("", re.sub(r"[\s/]", "", unicodedata.normalize("NFKC", text)).lower())


def _name_of(down: int, across: int) -> str:
    """A cell as Excel names it: (0, 0) is A1."""
    letters = ""
    across += 1
    while across:
        across, letter = divmod(across - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{down + 1}"


def _all_labels() -> Mapping[str, Label]:
    labels: dict[str, Label] = {}
    for row in tomllib.loads(_DATA.read_text(encoding="utf-8"))["labels"]:
        label = Label(row["field"], row["kind"])
        both = [ja + en for ja in row["ja"] for en in row["en"]]
        for text in (*row["ja"], *row["en"], *both):
            labels[_squeezed(text)] = label
    return labels


_LABELS = _all_labels()
