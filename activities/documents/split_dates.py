"""Dates asked for in several fields (year, month, day, perhaps the era): put together only where nothing is doubtful."""

import re
from collections.abc import Mapping

from schemas.told_dates import date_told

_WHOLE = ("year", "month", "day")
_TAIL = {"year": "年", "month": "月", "day": "日"}
_TWO_DIGITS = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"(?P<era>令和|平成|昭和|[RHS])?(?P<year>[0-9]{4}|[0-9]{1,2}|元)")
_ERAS = frozenset({"令和", "平成", "昭和", "R", "H", "S"})
_NO_ERA = frozenset({"", "西暦"})
_WESTERN_LENGTH = 4


class SplitDate:
    """The parts of one date as they are met; a part told twice makes the whole doubtful."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._eras: set[str] = set()
        self.parts = 0

    def add(self, part: str, told: str, era: str) -> None:
        """One part as it was told, and the era that its name prints before it."""
        self.parts += 1
        self._told[part] = "".join(told.upper().split()).removesuffix(_TAIL.get(part, " "))
        if era:
            self._eras.add(era)

    @property
    def iso(self) -> str | None:
        """The date as ISO text, or None: a part is missing, told twice, or no part of a date."""
        is_doubtful = self.parts > len(self._told)
        text = None if is_doubtful else _as_written(self._told, self._eras)
        found = date_told(text) if text else None
        return found.isoformat() if found else None


def _as_written(told: Mapping[str, str], printed: set[str]) -> str | None:
    year, month, day = (told.get(part, "") for part in _WHOLE)
    match = _YEAR.fullmatch(year)
    if match is None or not (_TWO_DIGITS.fullmatch(month) and _TWO_DIGITS.fullmatch(day)):
        return None
    eras = {*printed, told.get("era", ""), match["era"] or ""} - _NO_ERA
    is_western = len(match["year"]) == _WESTERN_LENGTH
    if len(eras) != (0 if is_western else 1) or not eras <= _ERAS:
        return None
    return f"{''.join(eras)}{match['year']}年{month}月{day}日"
