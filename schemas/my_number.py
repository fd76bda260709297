"""My Number (個人番号): recognising one to turn it away; the desk has no lawful basis to keep it."""

import re
import unicodedata

_CANDIDATE = re.compile(r"(?<![0-9])([0-9]{4})[ \-]?([0-9]{4})[ \-]?([0-9]{4})(?![0-9])")
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


def count_my_numbers(text: str) -> int:
    """How many numbers in the text have a My Number's form and check digit. Never returns the numbers."""
    plain = unicodedata.normalize("NFKC", text)
    return sum(has_valid_check_digit("".join(groups)) for groups in _CANDIDATE.findall(plain))


def shows_my_number(text: str) -> bool:
    """Whether a text both speaks of a My Number and holds one: chance hits on other numbers are left out."""
    return bool(_LABEL.search(unicodedata.normalize("NFKC", text))) and count_my_numbers(text) > 0
