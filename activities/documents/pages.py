"""Looks at the pages of a PDF as a viewer draws them. Runs only inside the limited process."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from PIL import Image

from activities.documents.codes import can_read_codes, filings_in_picture
from activities.documents.refusals import FileRefusedError
from activities.documents.scans import Scan, scan_of
from schemas.examination import RefusalCode
from schemas.mrz import zones_in
from schemas.my_number import count_my_numbers, shows_my_number, speaks_of_my_number
from schemas.readings import MOST_ZONES, CoverSeen, PassportSeen, Reading, filings_named

PDFIUM = f"pdfium {pypdfium2.PDFIUM_INFO}"
_POINTS_PER_INCH = 72
_LOOK_DPI = 36
_CODE_DPI = 150
_CODE_PAGES = 8
_PICTURES_OF_A_COVER = 200
_MOST_PIXELS = 12_000_000
_MARGIN = 0.03
_DARK = 200
_BLANK_SHARE = 0.0002
_LONGEST_TEXT = 200_000


class PageFacts(NamedTuple):
    """What one page shows."""

    has_text: bool
    blank: bool
    my_number_like: int
    speaks_of_my_number: bool
    shows_my_number: bool
    scan: Scan | None
    reading: Reading


def look_at_pages(path: Path) -> list[PageFacts]:
    """Facts of every page in order. Raises FileRefusedError (damaged) when a page can't be drawn."""
    try:
        with opened(path) as document:
            return [_look_at(document[index], index + 1) for index in range(len(document))]
    except pypdfium2.PdfiumError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None


def draw_page(path: Path, page_number: int, dpi: int, *, most_pixels: int) -> Image.Image | None:
    """One page, counted from 1, as a picture; coarser than asked when over `most_pixels`; None if absent."""
    with opened(path) as document:
        if not 1 <= page_number <= len(document):
            return None
        page = document[page_number - 1]
        return _picture(page, bounded_dpi(page, dpi, most_pixels))


def bounded_dpi(page: pypdfium2.PdfPage, dpi: float, most_pixels: int) -> float:
    """The resolution asked for, or a coarser one that keeps the picture of the page within `most_pixels`."""
    pixels = page.get_width() * page.get_height() * (dpi / _POINTS_PER_INCH) ** 2
    return dpi * min(1.0, math.sqrt(most_pixels / pixels))


def opened(path: Path) -> pypdfium2.PdfDocument:
    """The document in pdfium. Raises FileRefusedError (damaged)."""
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None


def _look_at(page: pypdfium2.PdfPage, number: int) -> PageFacts:
    text = page.get_textpage().get_text_bounded()[:_LONGEST_TEXT]
    scan = scan_of(page)
    has_text = bool(text.strip())
    drawn = _drawn_once(page, has_text=has_text, may_be_cover=_may_be_cover(scan, number))
    blank = not has_text and drawn is not None and _is_blank(drawn.coarse)
    return PageFacts(
        has_text=has_text,
        blank=blank,
        my_number_like=count_my_numbers(text),
        speaks_of_my_number=speaks_of_my_number(text),
        shows_my_number=shows_my_number(text),
        scan=scan,
        reading=Reading(
            passports=_passports(text, number),
            covers=(*_covers(text, number), *(() if blank else _coded_covers(drawn, number))),
        ),
    )


def _passports(text: str, number: int) -> tuple[PassportSeen, ...]:
    zones = list(zones_in(text.splitlines()))[:MOST_ZONES]
    return tuple(PassportSeen(page=number, zone=zone, seen_in="text") for zone in zones)


def _covers(text: str, number: int) -> tuple[CoverSeen, ...]:
    return tuple(CoverSeen(page=number, filing_id=each, seen_in="text") for each in filings_named(text))


class _Drawn(NamedTuple):
    """A page drawn once: fine enough for codes where one may be on it, and coarse."""

    fine: Image.Image | None
    coarse: Image.Image


def _drawn_once(page: pypdfium2.PdfPage, *, has_text: bool, may_be_cover: bool) -> _Drawn | None:
    """Drawing is what reading a scan costs: no page is drawn twice, and none that nobody looks at."""
    if may_be_cover:
        dpi = bounded_dpi(page, _CODE_DPI, _MOST_PIXELS)
        fine = _picture(page, dpi, grey=True)
        return _Drawn(fine, fine.reduce(max(1, round(dpi / _LOOK_DPI))))
    return None if has_text else _Drawn(None, _picture(page, _LOOK_DPI, grey=True))


def _may_be_cover(scan: Scan | None, number: int) -> bool:
    """Codes are looked for on scanned pages near the front, where covers are; drawing them all costs too much.

    A scanner lays one picture on a page, or some strips; a page of hundreds is no cover.
    """
    is_scan = scan is not None and scan.pictures <= _PICTURES_OF_A_COVER
    return is_scan and number <= _CODE_PAGES and can_read_codes()


def _coded_covers(drawn: _Drawn | None, number: int) -> Iterator[CoverSeen]:
    if drawn is not None and drawn.fine is not None:
        for each in filings_in_picture(drawn.fine):
            yield CoverSeen(page=number, filing_id=each, seen_in="code")


def _picture(page: pypdfium2.PdfPage, dpi: float, *, grey: bool = False) -> Image.Image:
    drawn: Image.Image = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=grey).to_pil()
    return drawn


def _is_blank(picture: Image.Image) -> bool:
    """Almost nothing dark inside the margin; scanner shadows at the edge and single specks do not count."""
    across, down = round(picture.width * _MARGIN), round(picture.height * _MARGIN)
    inside = picture.convert("L").crop((across, down, picture.width - across, picture.height - down))
    dark = sum(inside.histogram()[:_DARK])
    return dark <= inside.width * inside.height * _BLANK_SHARE
