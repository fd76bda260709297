"""How finely the pictures of a PDF page were scanned, as they lie on the page. Runs only inside the limited process."""

from collections.abc import Iterator
from itertools import islice
from math import hypot
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

_POINTS_PER_INCH = 72
_MOST_OBJECTS = 2_000
_DEEPEST_FORM = 4
_SCANNED_SHARE = 0.6


class Scan(NamedTuple):
    """The effective resolution of the largest picture of a page that is mostly picture, and how many there are."""

    dpi: int
    pictures: int


class _Lying(NamedTuple):
    area: float
    dpi: float


def scan_of(page: pypdfium2.PdfPage) -> Scan | None:
    """How the page was scanned; None where pictures cover less than 60 % of it."""
    pictures = list(_pictures(page))
    covered = sum(picture.area for picture in pictures)
    if covered < _SCANNED_SHARE * page.get_width() * page.get_height():
        return None
    return Scan(dpi=round(max(pictures).dpi), pictures=len(pictures))


def pictures_on(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfObject]:
    """The picture objects of a page, those inside forms too; only the first two thousand objects are looked at."""
    wanted = [raw.FPDF_PAGEOBJ_IMAGE]
    return list(islice(page.get_objects(filter=wanted, max_depth=_DEEPEST_FORM), _MOST_OBJECTS))


def _pictures(page: pypdfium2.PdfPage) -> Iterator[_Lying]:
    for picture in pictures_on(page):
        matrix = picture.get_matrix()
        around = picture.container
        while around is not None:
            matrix = matrix.multiply(around.get_matrix())
            around = around.container
        width, height = hypot(matrix.a, matrix.b), hypot(matrix.c, matrix.d)
        if width <= 0 or height <= 0:
            continue
        width_px, height_px = picture.get_px_size()
        dpi = min(width_px / width, height_px / height) * _POINTS_PER_INCH
        yield _Lying(area=width * height, dpi=dpi)
