"""Looks at the pages of a PDF as a viewer draws them. Runs only inside the limited process."""

from pathlib import Path
from typing import NamedTuple

import pypdfium2
from PIL import Image

from activities.documents.refusals import FileRefusedError
from schemas.examination import RefusalCode
from schemas.my_number import count_my_numbers, shows_my_number

PDFIUM = f"pdfium {pypdfium2.PDFIUM_INFO}"
_POINTS_PER_INCH = 72
_LOOK_DPI = 36
_MARGIN = 0.03
_DARK = 200
_BLANK_SHARE = 0.0002


class PageFacts(NamedTuple):
    """What one page shows."""

    has_text: bool
    blank: bool
    my_number_like: int
    shows_my_number: bool


def look_at_pages(path: Path) -> list[PageFacts]:
    """Facts of every page in order. Raises FileRefusedError (damaged) when a page can't be drawn."""
    try:
        with _opened(path) as document:
            return [_look_at(document[index]) for index in range(len(document))]
    except pypdfium2.PdfiumError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None


def draw_page(path: Path, page_number: int, dpi: int, *, most_pixels: int) -> Image.Image | None:
    """One page, counted from 1, as a picture; coarser than asked when over `most_pixels`; None if absent."""
    with _opened(path) as document:
        if not 1 <= page_number <= len(document):
            return None
        page = document[page_number - 1]
        pixels = page.get_width() * page.get_height() * (dpi / _POINTS_PER_INCH) ** 2
        shrink = min(1.0, (most_pixels / pixels) ** 0.5)
        return _picture(page, dpi * shrink)


def _opened(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None


def _look_at(page: pypdfium2.PdfPage) -> PageFacts:
    text = page.get_textpage().get_text_bounded()
    return PageFacts(
        has_text=bool(text.strip()),
        blank=not text.strip() and _is_blank(_picture(page, _LOOK_DPI, grey=True)),
        my_number_like=count_my_numbers(text),
        shows_my_number=shows_my_number(text),
    )


def _picture(page: pypdfium2.PdfPage, dpi: float, *, grey: bool = False) -> Image.Image:
    drawn: Image.Image = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=grey).to_pil()
    return drawn


def _is_blank(picture: Image.Image) -> bool:
    """Almost nothing dark inside the margin; scanner shadows at the edge and single specks do not count."""
    across, down = round(picture.width * _MARGIN), round(picture.height * _MARGIN)
    inside = picture.convert("L").crop((across, down, picture.width - across, picture.height - down))
    dark = sum(inside.histogram()[:_DARK])
    return dark <= inside.width * inside.height * _BLANK_SHARE
