"""What was read inside a document: passport zones, values beside labels, our own cover sheets. Offered, never authoritative.

A reading holds personal data: it is kept sealed with the application's key and opened only where content is read.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import ConfigDict

from schemas.identifiers import is_application_number, number_of
from schemas.mrz import PassportZone
from schemas.words import Word

READING_VERSION = 3
MOST_VALUES = 200
MOST_ZONES = 20
MOST_COVERS = 50
_FILING = re.compile(r"(?<![0-9A-Z-])(T[0-9]{2}-[0-9A-Z]{8})/\1\.filing\.([1-9][0-9]{0,3})(?![0-9.])")
_FILING_ID = re.compile(r"(?<![0-9A-Z/-])(T[0-9]{2}-[0-9A-Z]{8})\.filing\.([1-9][0-9]{0,3})(?![0-9.])")


class PassportSeen(Word):
    """A passport's zone on a page (from 1). Read from a picture it is uncertain, and told as such."""

    model_config = ConfigDict(hide_input_in_errors=True)

    page: int
    zone: PassportZone
    seen_in: Literal["text", "picture"]


class ValueSeen(Word):
    """A value beside a label of a form: for which field, where; dates as ISO text.

    In a workbook the sheet (from 1) and the cell; in a PDF the page and which of its fields it is (both from 1).
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    field: str
    value: str
    sheet: int
    cell: str
    of: Literal["workbook", "pdf"] = "workbook"

    @property
    def place(self) -> str:
        """Where it stands, in a few signs and without any words of the file."""
        return f"p.{self.sheet}#{self.cell}" if self.of == "pdf" else f"{self.sheet}!{self.cell}"


class CoverSeen(Word):
    """A page that carries the mark of one of our cover sheets."""

    page: int
    filing_id: str
    seen_in: Literal["text", "code"]


class Reading(Word):
    """Everything read in one file; `version` grows when more is read, and older readings stay readable."""

    model_config = ConfigDict(hide_input_in_errors=True)

    version: int = READING_VERSION
    passports: tuple[PassportSeen, ...] = ()
    values: tuple[ValueSeen, ...] = ()
    covers: tuple[CoverSeen, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not (self.passports or self.values or self.covers)


def filings_named(text: str) -> Iterator[str]:
    """The filing ids in a text, as our cover sheets write them; numbers whose check sign is wrong are none."""
    found = {f"{match[1]}.filing.{match[2]}" for match in _FILING_ID.finditer(text)}
    yield from sorted(each for each in found if is_application_number(number_of(each)))


def filing_in_code(text: str) -> str | None:
    """The filing id in the code of a cover sheet (`number/filing id`), or None for any other code."""
    match = _FILING.fullmatch(text.strip())
    if match is None or not is_application_number(match[1]):
        return None
    return f"{match[1]}.filing.{match[2]}"


def merged(readings: Iterable[Reading]) -> Reading:
    """Several readings of one file as one, each kind bounded."""
    parts = tuple(readings)
    return Reading(
        passports=tuple(each for part in parts for each in part.passports)[:MOST_ZONES],
        values=tuple(each for part in parts for each in part.values)[:MOST_VALUES],
        covers=tuple(each for part in parts for each in part.covers)[:MOST_COVERS],
    )
