"""Reads pictures with Pillow, whole and strictly. Runs only inside the limited process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import PIL
from PIL import Image, UnidentifiedImageError

from activities.documents.refusals import FileRefusedError
from schemas.examination import ExaminationLimits, ImageFacts, RefusalCode

READER = f"pillow {PIL.__version__}"
_ORIENTATION = 0x0112
_UPRIGHT = 1


def read(path: Path, limits: ExaminationLimits) -> ImageFacts:
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
        return _facts(picture)


def _facts(picture: Image.Image) -> ImageFacts:
    return ImageFacts(
        width_px=picture.width,
        height_px=picture.height,
        dpi=_dpi(picture),
        colour=picture.mode not in {"1", "L", "LA", "I", "I;16"},
        turned=picture.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT,
    )


def _dpi(picture: Image.Image) -> int | None:
    told = picture.info.get("dpi")
    return round(float(told[0])) if told and told[0] > 1 else None


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
