"""Reads pictures with Pillow, whole and strictly. Runs only inside the limited process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import PIL
from PIL import Image, ImageChops, ImageFilter, ImageStat, UnidentifiedImageError

from activities.documents.codes import filings_in_picture
from activities.documents.reading import FileRead
from activities.documents.refusals import FileRefusedError
from schemas.examination import ExaminationLimits, ImageFacts, RefusalCode
from schemas.readings import CoverSeen, Reading

READER = f"pillow {PIL.__version__}"
_ORIENTATION = 0x0112
_UPRIGHT = 1
_CAMERA = 0x8769
_TAKEN_AT = (0x9003, 0x9004)
_LOOKED_AT_PX = (800, 800)
_ALONG = ((1, 0), (0, 1))
_REACH = 4


def read(path: Path, limits: ExaminationLimits) -> FileRead:
    """Check the announced size, then the structure, then decode every pixel."""
    Image.MAX_IMAGE_PIXELS = None
    with _strictly(), Image.open(path, formats=("JPEG", "PNG")) as picture:
        if picture.width * picture.height > limits.pixels:
            raise FileRefusedError(RefusalCode.TOO_MANY_PIXELS)
        picture.verify()
    with _strictly(), Image.open(path, formats=("JPEG", "PNG")) as picture:
        if picture.format == "PNG" and getattr(picture, "is_animated", False):
            raise FileRefusedError(RefusalCode.HIDDEN_CONTENT)
        picture.load()
        return FileRead(_facts(picture), _reading(picture))


def _reading(picture: Image.Image) -> Reading:
    covers = (CoverSeen(page=1, filing_id=each, seen_in="code") for each in filings_in_picture(picture))
    return Reading(covers=tuple(covers))


def _facts(picture: Image.Image) -> ImageFacts:
    return ImageFacts(
        width_px=picture.width,
        height_px=picture.height,
        dpi=_dpi(picture),
        colour=picture.mode not in {"1", "L", "LA", "I", "I;16"},
        turned=picture.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT,
        blur_percent=blur_percent(picture),
        taken_on=_taken_on(picture),
    )


def _dpi(picture: Image.Image) -> int | None:
    told = picture.info.get("dpi")
    return round(float(told[0])) if told and told[0] > 1 else None


def _taken_on(picture: Image.Image) -> date | None:
    """The day the camera wrote (`2026:11:22 10:00:00`); None where it wrote none, or nonsense."""
    camera = picture.getexif().get_ifd(_CAMERA)
    told = next((str(camera[tag]) for tag in _TAKEN_AT if tag in camera), "")
    try:
        year, month, day = (int(part) for part in told[:10].split(":"))
        return date(year, month, day)
    except ValueError:
        return None


def blur_percent(picture: Image.Image) -> int | None:
    """How little a picture loses when it is blurred once more: much when sharp (0), nothing when blurred (100).

    After Crété et al. 2007, over both directions; None where there is no edge at all.
    """
    grey = picture.convert("L")
    grey.thumbnail(_LOOKED_AT_PX)
    if min(grey.size) <= 1:
        return None
    lost = [_loss(grey, across, down) for across, down in _ALONG]
    edges, remaining = sum(edge for edge, _ in lost), sum(left for _, left in lost)
    return round(100 * remaining / edges) if edges else None


def _loss(grey: Image.Image, across: int, down: int) -> tuple[float, float]:
    """The sum of all edges along one direction, and what blurring leaves of it."""
    again = grey.filter(ImageFilter.BoxBlur((_REACH * across, _REACH * down)))
    box = (across, down, *grey.size)
    edges, left = (
        ImageChops.difference(each, ImageChops.offset(each, across, down)).crop(box) for each in (grey, again)
    )
    total = ImageStat.Stat(edges).sum[0]
    return total, total - ImageStat.Stat(ImageChops.subtract(edges, left)).sum[0]


@contextmanager
def _strictly() -> Iterator[None]:
    """Pillow tells broken files by many error classes; all but these mean that our code is wrong."""
    try:
        yield
    except UnidentifiedImageError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    except (OSError, SyntaxError, EOFError, ZeroDivisionError):
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    except ValueError as error:
        bomb = "Decompressed" in str(error) or "MAX_TEXT" in str(error)
        raise FileRefusedError(RefusalCode.BOMB if bomb else RefusalCode.DAMAGED) from None
