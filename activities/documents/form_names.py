"""What a field of a PDF form is called: its tooltip, its own name, the parts of the date it asks for.

Software names fields by where they lie (`form1[0].#subform[0].Sex[0]`); the last part of such a name is the field's own.
"""

import re
import unicodedata
from typing import NamedTuple

_LONGEST_NAME = 200
_INDEX = re.compile(r"\[[0-9]{1,6}\]$")
_PARTS = (
    ("元号", "era"),
    ("年号", "era"),
    ("era", "era"),
    ("年", "year"),
    ("year", "year"),
    ("yyyy", "year"),
    ("月", "month"),
    ("month", "month"),
    ("mm", "month"),
    ("日", "day"),
    ("day", "day"),
    ("dd", "day"),
)
_ERAS = ("令和", "平成", "昭和")
_CLOSING, _BETWEEN = " )]", " _-.([・:/"


class FieldName(NamedTuple):
    """The names of one field, the likeliest first, and what encloses it: names above it, and which of several it is."""

    names: tuple[str, ...]
    above: str
    among: tuple[str, str]


class DatePart(NamedTuple):
    """Which part of a date (era, year, month, day) is asked for under which label; `era` where it is printed there."""

    label: str
    part: str
    era: str


def field_name(tooltip: str, path: tuple[str, ...]) -> FieldName:
    """The names of a field from its tooltip and its partial names, the outermost first."""
    own = path[-1] if path else ""
    steps = [step for each in path for step in each[-_LONGEST_NAME:].split(".") if step]
    last = steps[-1] if steps else ""
    bare = [_INDEX.sub("", step) for step in steps]
    index = _INDEX.search(last)
    names = dict.fromkeys(each for each in (tooltip, own, *bare[-1:]) if each)
    return FieldName(
        tuple(names), next(iter(bare[-2:-1]), ""), (".".join(steps[:-1]), index[0] if index else "")
    )


def date_parts(called: FieldName) -> tuple[DatePart, ...]:
    """The parts of dates the names of a field may ask for; a bare "年" asks for the year of what encloses it."""
    found = (_part_in(name) for name in called.names)
    return tuple(
        each._replace(label=each.label or called.above)
        for each in found
        if each and (each.label or called.above)
    )


def _part_in(name: str) -> DatePart | None:
    plain = unicodedata.normalize("NFKC", name)[-_LONGEST_NAME:].rstrip(_CLOSING)
    for word, part in _PARTS:
        if plain.lower().endswith(word):
            label = plain[: -len(word)].rstrip(_BETWEEN)
            era = next((each for each in _ERAS if part == "year" and label.endswith(each)), "")
            return DatePart(label.removesuffix(era).rstrip(_BETWEEN), part, era)
    return None
