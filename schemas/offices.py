"""Which office of an authority serves a prefecture, and the check digit of corporate numbers."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from schemas.tables import Dated, Office, Prefecture, Tables


def office_for(tables: Tables, authority: str, prefecture: str, on: date | None) -> Office | None:
    """The authority's office whose area holds that prefecture (JIS code) that day, or None for an unknown code."""
    return next((row for row in offices_of(tables, authority, on) if prefecture in row.prefectures), None)


def office_named(tables: Tables, authority: str, office_id: str, on: date | None) -> Office | None:
    """The authority's office of that id as it is that day, or None."""
    return next((row for row in offices_of(tables, authority, on) if row.id == office_id), None)


def offices_of(tables: Tables, authority: str, on: date | None) -> tuple[Office, ...]:
    """The offices of one authority that day (None: the rows of all days), in the order of the table."""
    rows = (row for row in tables.offices if row.authority == authority)
    return tuple(row for row in rows if on is None or row.in_force(on))


def receipt_prefixes(tables: Tables, authority: str) -> dict[str, tuple[str, ...]]:
    """What online receipt numbers (申請受付番号) of each office may begin with: its own prefix, then those of its bureau.

    The system assigns by address, so a branch's application may be numbered by its bureau, and the other way round.
    Offices whose pattern nobody has published (all of OTIT's) are not in it: their numbers are taken as they are.
    """
    offices = [row for row in offices_of(tables, authority, None) if row.receipt_prefix]
    return {row.id: _prefixes_of(row, offices) for row in offices}


def _prefixes_of(office: Office, offices: Iterable[Office]) -> tuple[str, ...]:
    bureau = [row for row in offices if (row.parent or row.id) == (office.parent or office.id)]
    bureau.sort(key=lambda row: row.id != office.id)
    return tuple(dict.fromkeys(row.receipt_prefix for row in bureau if row.receipt_prefix))


def receipt_fits(number: str, office: str, prefixes: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a receipt number may be this office's: it does not begin, in full or half width, as another office numbers.

    The rest of the form is not published, and papers are numbered otherwise: what names no office is taken as it is.
    """
    written = unicodedata.normalize("NFKC", number)
    known = {unicodedata.normalize("NFKC", prefix) for row in prefixes.values() for prefix in row}
    own = {unicodedata.normalize("NFKC", prefix) for prefix in prefixes.get(office, ())}
    return not written.startswith(tuple(known - own))


def days_of_change(rows: Iterable[Dated]) -> tuple[date, ...]:
    """The first of all days, and each on which a row begins or is over: between two of them the rows stay the same."""
    ends = ((row.valid_from, row.valid_to and row.valid_to + timedelta(days=1)) for row in rows)
    return tuple(sorted({date.min, *(on for both in ends for on in both if on)}))


def area_faults(offices: Iterable[Office], prefectures: Iterable[Prefecture]) -> tuple[str, ...]:
    """What is wrong with the areas of one authority: prefectures served never, twice, or unknown."""
    known = {row.code for row in prefectures}
    served = [code for office in offices for code in office.prefectures]
    faults = [f"prefecture {code} is served {served.count(code)} times" for code in sorted(known)
              if served.count(code) != 1]  # fmt: skip
    return (*faults, *(f"prefecture {code} does not exist" for code in sorted(set(served) - known)))


def corporate_number_valid(number: str) -> bool:
    """Whether a 法人番号 carries its check digit: 9 - (sum mod 9), weights 1, 2, 1, … from the right."""
    if not re.fullmatch(r"[0-9]{13}", number):
        return False
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number[1:])))
    return int(number[0]) == 9 - weighted % 9
