"""Answers of several lines: one person or one amount per line, as people write them in a form."""

import re
import unicodedata
from decimal import Decimal

_AMOUNT = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_NOT_LETTERS = re.compile(r"[\W_]")
NO_TOTAL = -1.0
"""The total of lines of which one has no amount: it equals no sum."""


def total_of_lines(text: str) -> float:
    """The sum of the last number on each line, or `NO_TOTAL` where a line has none."""
    last = [_AMOUNT.findall(line) for line in _lines(text)]
    if not all(last):
        return NO_TOTAL
    return float(sum(Decimal(numbers[-1].replace(",", "")) for numbers in last))


def last_words(text: str) -> tuple[str, ...]:
    """What stands last on each line."""
    return tuple(line.split()[-1] for line in _lines(text))


def same_people(described: str, names: str) -> bool:
    """Whether both name the same people: each line of `described` begins with one line of `names`, and none is left.

    Signs between letters and the width of signs do not count.
    """
    lines = sorted(map(_folded, _lines(described)))
    wanted = sorted(map(_folded, _lines(names)))
    return len(lines) == len(wanted) and all(map(str.startswith, lines, wanted))


def _lines(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text)
    return [line for line in plain.splitlines() if line.strip()]


def _folded(line: str) -> str:
    return _NOT_LETTERS.sub("", line).upper()
