"""Where a mistake in the catalogue stands: the file that says it (a map, one of its parts, rules, a table) and the line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.map_parts import PROVENANCE_KEYS, CatalogueError
from schemas.toml_lines import Spot, spots_in

_LINE = re.compile(r"at line ([0-9]+)")
_RULE = re.compile(r"[A-Z]+-[A-Z]+-[0-9]{2}[a-z]?")
_UNSOURCED = re.compile(r"no source (\S+)")


class _Found(NamedTuple):
    is_whole: bool
    depth: int
    file: str
    line: int


@dataclass(frozen=True)
class CatalogueTexts:
    """The texts of all data files by file name, in the order in which they are read."""

    maps: Mapping[str, str]
    parts: Mapping[str, str]
    tables: Mapping[str, str]

    def located(self, error: CatalogueError) -> CatalogueError:
        """The same mistake with the file and the line that say it. The map it was found in stays in the reason."""
        if told := _LINE.search(error.reason):
            return CatalogueError(error.file, error.place, error.reason, line=int(told[1]))
        found = self._source_named(error) or self._found(error)
        is_elsewhere = found.file.removesuffix(".toml") != error.file.removesuffix(".toml")
        is_of_map = is_elsewhere and self._map_named(error.file) is not None
        reason = f"{error.reason} ({error.file})" if is_of_map else error.reason
        return CatalogueError(found.file, error.place, reason, line=found.line)

    def _found(self, error: CatalogueError) -> _Found:
        """The place that is told the most exactly; of equals the first, which is laid over the others."""
        ways = _ways(error.place)
        found = [_in_text(file, text, way) for file, text in self._said_in(error) for way in ways]
        return max(found, key=lambda each: each[:2], default=_Found(False, 0, error.file, 1))

    def _source_named(self, error: CatalogueError) -> _Found | None:
        """Where a source is named that stands in no table of sources; the row may have it from its file."""
        unknown = _UNSOURCED.search(error.reason)
        for file, text in self._said_in(error) if unknown else ():
            for line, told in enumerate(text.splitlines(), 1):
                if unknown and f'source = "{unknown[1]}"' in told:
                    return _Found(True, 0, file, line)
        return None

    def _said_in(self, error: CatalogueError) -> Iterator[tuple[str, str]]:
        own = self._map_named(error.file)
        if _RULE.match(error.place):
            yield from self._rules()
        if own is not None:
            yield own, self.maps[own]
            for part in reversed(_uses(self.maps[own])):
                if part in self.parts:
                    yield part, self.parts[part]
        elif error.file in self.parts or error.file in self.tables:
            yield error.file, self.parts.get(error.file) or self.tables[error.file]
        else:
            yield from self.tables.items()

    def _rules(self) -> Iterator[tuple[str, str]]:
        return ((file, text) for file, text in self.tables.items() if file.startswith("rules_"))

    def _map_named(self, file: str) -> str | None:
        name = f"{file.removesuffix('.toml')}.toml"
        return name if name in self.maps else None


def _uses(text: str) -> list[str]:
    used = spots_in(text).names.get("uses")
    return [f"{row.text}.toml" for row in used.rows] if used else []


def _ways(place: str) -> list[Sequence[str]]:
    """How a place may be read: as a path, or (a rule, a row of any section) from a row with that id.

    A row may have its provenance from its file.
    """
    names = place.split(".")
    inherited = [["provenance_of", names[0], names[-1]], ["provenance", names[-1]]]
    return [names, ["*", *names], ["*", place], *(inherited if names[-1] in PROVENANCE_KEYS else [])]


def _in_text(file: str, text: str, way: Sequence[str]) -> _Found:
    """How far a way leads in a text. A missing key is told at what should have it."""
    root = spots_in(text)
    starts = list(root.names.values()) if way[0] == "*" else [root]
    names = way[1:] if way[0] == "*" else way
    reached = [list(start.along(names)) for start in starts]
    deepest: list[Spot] = max(reached, key=len, default=[])
    return _Found(len(deepest) == len(names), len(deepest), file, deepest[-1].line if deepest else 1)
