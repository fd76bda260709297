"""The machine-readable zone of a passport (ICAO Doc 9303-4, TD3: two lines of 44): parsing, check digits, comparing.

Dates stay six digits: two digits of a year name no century, so a form's date is folded to them instead.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import cycle, pairwise
from typing import Literal

from pydantic import ConfigDict

from schemas.words import Word

LINE_LENGTH = 44
FILLER = "<"
NAME_LENGTH = 39
"""Signs of line 1 that hold the name; a longer name is cut there."""

DigitName = Literal["number", "birth", "expiry", "optional", "whole"]

_VALUES = {FILLER: 0} | {sign: int(sign, 36) for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_FIRST_LINE = re.compile(r"P[A-Z<][A-Z<]{3}[A-Z<]{39}")
_SECOND_LINE = re.compile(r"[A-Z0-9<]{44}")
_SEXES = {"M": "male", "F": "female"}
_AS_LETTERS = str.maketrans("0123568", "OIZESGB")
_AS_DIGITS = str.maketrans("ODQILZSGB", "000112568")
_LETTERS_OF_SECOND = range(10, 13)
_DIGITS_OF_SECOND = frozenset((9, *range(13, 20), *range(21, 28), 43))
_MARKS = re.compile(r"[^A-Z0-9]")


class PassportZone(Word):
    """What stands in the two lines, as written. `wrong_digits` names the check digits that do not fit."""

    model_config = ConfigDict(hide_input_in_errors=True)

    issuer: str
    surname: str
    given_names: str
    name_cut: bool
    number: str
    nationality: str
    birth: str
    sex: Literal["male", "female", "unspecified"]
    expiry: str
    wrong_digits: tuple[DigitName, ...] = ()


def check_digit(text: str) -> int:
    """The check digit of a piece of the zone: weights 7, 3, 1, modulo 10. Raises KeyError for other signs."""
    return sum(_VALUES[sign] * weight for sign, weight in zip(text, cycle((7, 3, 1)), strict=False)) % 10


def read_zone(first: str, second: str) -> PassportZone | None:
    """The zone in two lines of 44 signs; None where they are no passport's lines."""
    if not _FIRST_LINE.fullmatch(first) or not _SECOND_LINE.fullmatch(second):
        return None
    surname, _, given = first[5:].partition(FILLER * 2)
    return PassportZone(
        issuer=_plain(first[2:5]),
        surname=_plain(surname),
        given_names=_plain(given),
        name_cut=first[-1] != FILLER,
        number=_plain(second[:9]),
        nationality=_plain(second[10:13]),
        birth=second[13:19],
        sex="unspecified" if second[20] not in _SEXES else "male" if second[20] == "M" else "female",
        expiry=second[21:27],
        wrong_digits=tuple(_wrong_digits(second)),
    )


def zones_in(lines: Iterable[str]) -> Iterator[PassportZone]:
    """Every zone among lines of text, which may be broken by spaces and stand between others."""
    squeezed = [line for line in (_squeezed(each) for each in lines) if line]
    for first, second in pairwise(squeezed):
        zone = read_zone(first, second)
        if zone is not None:
            yield zone


def mended(first: str, second: str) -> tuple[str, str]:
    """Two lines as seen in a picture: letters and digits put right where only the other kind may stand."""
    first, second = _squeezed(first), _squeezed(second)
    return first[:2] + first[2:].translate(_AS_LETTERS), "".join(
        _mended_sign(place, sign) for place, sign in enumerate(second)
    )


def _mended_sign(place: int, sign: str) -> str:
    if place in _DIGITS_OF_SECOND:
        return sign.translate(_AS_DIGITS)
    return sign.translate(_AS_LETTERS) if place in _LETTERS_OF_SECOND else sign


def same_day(zone_day: str, day: date) -> bool:
    """Whether a six-digit date may be this day; parts that are not known (`<`) fit every day."""
    told = day.strftime("%y%m%d")
    return len(zone_day) == len(told) and all(
        sign in (FILLER, other) for sign, other in zip(zone_day, told, strict=True)
    )


def same_number(zone_number: str, number: str) -> bool:
    """Whether the passport number is the form's; spaces and width of letters do not count."""
    return _folded(zone_number) == _folded(number)


def same_name(zone: PassportZone, name: str) -> bool:
    """Whether the form's name is the passport's in either order; a name cut at 39 signs needs only its start."""
    told = _folded(name)
    read = [_folded(zone.surname + zone.given_names), _folded(zone.given_names + zone.surname)]
    if not zone.name_cut:
        return told in read
    start = read[0]
    return told.startswith(start) or _rotated_starts_with(told, zone)


def _rotated_starts_with(told: str, zone: PassportZone) -> bool:
    surname, given = _folded(zone.surname), _folded(zone.given_names)
    return bool(surname) and told.endswith(surname) and told.startswith(given)


def _wrong_digits(second: str) -> Iterator[DigitName]:
    pieces: Sequence[tuple[DigitName, str, str]] = (
        ("number", second[:9], second[9]),
        ("birth", second[13:19], second[19]),
        ("expiry", second[21:27], second[27]),
        ("optional", second[28:42], second[42]),
        ("whole", second[:10] + second[13:20] + second[21:43], second[43]),
    )
    for name, piece, digit in pieces:
        is_empty = name == "optional" and digit == FILLER and not piece.strip(FILLER)
        if not is_empty and digit != str(check_digit(piece)):
            yield name


def _squeezed(line: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", line)).replace("«", "<<").upper()


def _plain(piece: str) -> str:
    return " ".join(piece.replace(FILLER, " ").split())


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).upper().replace("Đ", "D").replace("Ø", "O")
    return _MARKS.sub("", "".join(sign for sign in apart if not unicodedata.combining(sign)))
