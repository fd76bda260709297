"""Where in a TOML text each key and row stands, for telling mistakes with their line. Only for what tomllib accepts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_WORD = re.compile(r"[^\s,=.\[\]{}#\"']+")
_SCALAR = re.compile(r"[^,\]}#\n]+")


@dataclass
class Spot:
    """A key's value or a row: its line (from 1), what is in it by name or in order, and its text where it is one."""

    line: int
    names: dict[str, "Spot"] = field(default_factory=dict)
    rows: list["Spot"] = field(default_factory=list)
    text: str | None = None

    def within(self, name: str) -> "Spot | None":
        """What stands in it under a name: a key, or the row with that id, that word, or (a number) at that place."""
        if name in self.names:
            return self.names[name]
        for row in self.rows:
            own_id = row.names.get("id")
            if name in (row.text, own_id.text if own_id else None):
                return row
        is_place = name.isdecimal() and int(name) < len(self.rows)
        return self.rows[int(name)] if is_place else None

    def along(self, names: Sequence[str]) -> Iterator["Spot"]:
        """The spots on the way, as far as it leads: one for each name, as an id may have dots and be several of them."""
        for many in range(1, len(names) + 1):
            inner = self.within(".".join(names[:many]))
            if inner is not None:
                yield from repeat(inner, many)
                yield from inner.along(names[many:])
                return


def spots_in(text: str) -> Spot:
    """The whole text as one spot."""
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Spot:
        root = Spot(line=1)
        current = root
        while self._next():
            line = self._line()
            if self._take("[["):
                current = self._row_at(root, self._names("]]"), line)
            elif self._take("["):
                current = self._table_at(root, self._names("]"), line)
            else:
                self._pair_into(current)
        return root

    def _pair_into(self, table: Spot) -> None:
        line = self._line()
        *outer, last = self._names("=")
        self._table_at(table, outer, line).names[last] = self._value(line)

    def _value(self, line: int) -> Spot:
        self._next()
        if self._take("["):
            return self._list(line)
        if self._take("{"):
            return self._inline(line)
        if string := _STRING.match(self._text, self._at):
            self._at = string.end()
            return Spot(line=line, text=string.group().strip("\"'"))
        scalar = _SCALAR.match(self._text, self._at)
        self._at = scalar.end() if scalar else len(self._text)
        return Spot(line=line)

    def _list(self, line: int) -> Spot:
        found = Spot(line=line)
        while self._next() and not self._take("]"):
            found.rows.append(self._value(self._line()))
            self._next()
            self._take(",")
        return found

    def _inline(self, line: int) -> Spot:
        found = Spot(line=line)
        while self._next() and not self._take("}"):
            self._pair_into(found)
            self._next()
            self._take(",")
        return found

    def _names(self, end: str) -> list[str]:
        """A dotted key, up to and with its end."""
        names = []
        while self._next() and not self._take(end):
            found = _STRING.match(self._text, self._at) or _WORD.match(self._text, self._at)
            if found:
                names.append(found.group().strip("\"'"))
            self._at = found.end() if found else self._at + 1
        return names

    def _table_at(self, table: Spot, names: Sequence[str], line: int) -> Spot:
        for name in names:
            inner = table.names.setdefault(name, Spot(line=line))
            table = inner.rows[-1] if inner.rows else inner
        return table

    def _row_at(self, root: Spot, names: Sequence[str], line: int) -> Spot:
        outer = self._table_at(root, names[:-1], line)
        row = Spot(line=line)
        outer.names.setdefault(names[-1], Spot(line=line)).rows.append(row)
        return row

    def _next(self) -> bool:
        """Go on to the next sign that means something; False at the end."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _take(self, sign: str) -> bool:
        is_there = self._text.startswith(sign, self._at)
        self._at += len(sign) if is_there else 0
        return is_there

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
