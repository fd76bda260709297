"""Dates as people write them on Japanese forms: western or by era, in full or half width."""

import re
import unicodedata
from datetime import date

_WESTERN = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[年/.\-]([0-9]{1,2})[月/.\-]([0-9]{1,2})(?![0-9])日?")
_BY_ERA = re.compile(
    r"(令和|平成|昭和|(?<![A-Z])[RHS])\.?([0-9]{1,2}|元)[年/.\-]([0-9]{1,2})[月/.\-]([0-9]{1,2})(?![0-9])日?"
)
_ERAS = {
    "令和": (2019, date(2019, 5, 1), date.max),
    "平成": (1989, date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (1926, date(1926, 12, 25), date(1989, 1, 7)),
}
_LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}


def date_told(text: str) -> date | None:
    """The first date in a text; None where there is none, or none that ever was in that era."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    western, by_era = _WESTERN.search(plain), _BY_ERA.search(plain)
    if western and (not by_era or western.start() < by_era.start()):
        return _day(int(western[1]), western[2], western[3])
    return _of_era(by_era) if by_era else None


def _of_era(match: re.Match[str]) -> date | None:
    first_year, begins_on, ends_on = _ERAS[_LETTERS.get(match[1], match[1])]
    year = 1 if match[2] == "元" else int(match[2])
    day = _day(first_year + year - 1, match[3], match[4])
    return day if day is not None and begins_on <= day <= ends_on else None


def _day(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None
