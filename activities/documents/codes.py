"""Codes of our own cover sheets, read back from a picture where the decoder is installed. Only in the limited process."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PIL import Image

from schemas.readings import filing_in_code

DECODER = "zxingcpp"
_LONGEST_SIDE_PX = 2_400


@cache
def decoder() -> Any:
    """The decoder, or None where it is not installed. Loaded once: readers have it before they fork."""
    return import_module(DECODER) if find_spec(DECODER) else None


def can_read_codes() -> bool:
    """Whether the decoder is installed; without it covers are known by their text alone."""
    return decoder() is not None


def filings_in_picture(picture: Image.Image) -> tuple[str, ...]:
    """The filing ids in the square codes of a picture; codes of others are passed over."""
    reading = decoder()
    if reading is None:
        return ()
    grey = picture.convert("L")
    grey.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    codes = reading.read_barcodes(grey, formats=reading.BarcodeFormat.QRCode)
    found = {filing_in_code(code.text) for code in codes}
    return tuple(sorted(each for each in found if each is not None))
