"""My Number (個人番号): recognising one to turn it away; the desk has no lawful basis to keep it."""

import re
import unicodedata
from collections.abc import Iterator

_CANDIDATE = re.compile(
    r"(?<![0-9])(?:[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}(?![0-9])|(?:[0-9] ){11}[0-9](?! ?[0-9]))"
)
"""Twelve digits together, in fours, or each in a cell of its own."""
_LABEL = re.compile(r"個人番号|マイナンバー|My\s?Number|Individual\s?Number", re.IGNORECASE)
_MODULUS = 11
_LAST_SMALL_PLACE = 6


def has_valid_check_digit(digits: str) -> bool:
    """Whether twelve digits carry a My Number's check digit. One random number in eleven does."""
    places = [int(digit) for digit in reversed(digits[:11])]
    weighted = sum(
        digit * (place + 1 if place <= _LAST_SMALL_PLACE else place - 5)
        for place, digit in enumerate(places, 1)
    )
    remainder = weighted % _MODULUS
    return int(digits[11]) == (0 if remainder <= 1 else _MODULUS - remainder)


def my_number_places(text: str) -> Iterator[tuple[int, int]]:
    """Where (first sign, sign after the last) the text has what looks like a My Number."""
    plain = "".join(_narrow(sign) for sign in text)
    for match in _CANDIDATE.finditer(plain):
        if has_valid_check_digit(re.sub(r"[ \-]", "", match.group())):
            yield match.span()


def count_my_numbers(text: str) -> int:
    """How many numbers in the text have a My Number's form and check digit. Never returns the numbers."""
    return sum(1 for _ in my_number_places(text))


def speaks_of_my_number(text: str) -> bool:
    """Whether a text names the My Number at all."""
    return bool(_LABEL.search(unicodedata.normalize("NFKC", text)))


def shows_my_number(text: str) -> bool:
    """Whether a text both speaks of a My Number and holds one: chance hits on other numbers are left out."""
    return speaks_of_my_number(text) and count_my_numbers(text) > 0


def _narrow(sign: str) -> str:
    """The same sign in half width, always one sign, so that places stay places."""
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 else sign
