"""Passport zones in pictures, where the recogniser (an extra) is installed; uncertain. Only in the limited process.

The zone's two lines are the lowest long rows of ink: they are cut out by their darkness, since finding text anywhere on a
page costs twenty times as much as reading two lines.
"""

from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from activities.documents.pages import draw_page
from schemas.examination import PDF
from schemas.mrz import mended, read_zone
from schemas.readings import PassportSeen

RECOGNISER = "rapidocr"
_DPI = 200
_MOST_PIXELS = 6_000_000
_DARK = 110
_LEAST_INK = 0.04
_MOST_BANDS = 6
_THINNEST, _THICKEST = 0.008, 0.09
_LONGEST_SIDE_PX = 1_800


def can_recognise() -> bool:
    """Whether the recogniser is installed; without it pictures of passports are for people's eyes alone."""
    return find_spec(RECOGNISER) is not None


def recognise(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The zones on the first `request["pages"]` pages, as `PassportSeen` in JSON form; [] where there is none."""
    engine = import_module(RECOGNISER).RapidOCR()
    seen = []
    for page in range(1, int(request["pages"]) + 1):
        picture = _picture(Path(request["path"]), request["media_type"], page)
        lines = [_read(engine, band) for band in lines_of_ink(picture)] if picture else []
        seen.extend(_zones(lines, page))
    return [each.model_dump(mode="json") for each in seen]


def _picture(path: Path, media_type: str, page: int) -> Image.Image | None:
    if media_type == PDF:
        drawn = draw_page(path, page, _DPI, most_pixels=_MOST_PIXELS)
    else:
        with Image.open(path, formats=("JPEG", "PNG")) as opened:
            drawn = ImageOps.exif_transpose(opened)
    if drawn is not None:
        drawn = drawn.convert("RGB")
        drawn.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    return drawn


def lines_of_ink(picture: Image.Image) -> list[Image.Image]:
    """The lowest rows of ink that are as high as a line of text, from top to bottom, with some paper around them."""
    ink = ImageOps.autocontrast(picture.convert("L")).point(lambda sign: 255 if sign < _DARK else 0)
    shares = list(ink.resize((1, ink.height), Image.Resampling.BOX).tobytes())
    rows = [place for place, share in enumerate(shares) if share >= _LEAST_INK * 255]
    bands: list[tuple[int, int]] = []
    for row in rows:
        if bands and row <= bands[-1][1] + 1:
            bands[-1] = (bands[-1][0], row)
        else:
            bands.append((row, row))
    lines = [band for band in bands if _THINNEST <= (band[1] - band[0]) / ink.height <= _THICKEST]
    return [_cut(picture, *band) for band in lines[-_MOST_BANDS:]]


def _cut(picture: Image.Image, top: int, bottom: int) -> Image.Image:
    spare = max(4, (bottom - top) // 2)
    return picture.crop((0, max(0, top - spare), picture.width, min(picture.height, bottom + spare)))


def _read(engine: Any, band: Image.Image) -> str:
    pixels = import_module("numpy").asarray(band)
    return "".join(engine(pixels, use_det=False, use_cls=False, use_rec=True).txts or ())


def _zones(lines: list[str], page: int) -> list[PassportSeen]:
    zones = (read_zone(*mended(first, second)) for first, second in pairwise(lines))
    return [PassportSeen(page=page, zone=zone, seen_in="picture") for zone in zones if zone is not None]
