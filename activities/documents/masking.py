"""Blacks out My Numbers in a PDF: their pages become pictures with black boxes, without any text behind them.

Only where it is certain what is seen: the number must be drawn as text, with no picture under it, outside form
fields. The new file is built from nothing; what is not drawn on a page does not come along. Only in the limited process.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name, Stream
from PIL import Image, ImageDraw

from activities.documents.pages import bounded_dpi, opened
from activities.documents.refusals import FileRefusedError
from activities.documents.scans import pictures_on
from schemas.examination import RefusalCode
from schemas.my_number import my_number_places, speaks_of_my_number

_POINTS_PER_INCH = 72
_DPI = 200
_MOST_PIXELS = 12_000_000
_QUALITY = 88
_MARGIN_SHARE = 0.35
_MOST_SIGNS = 200_000
_KEPT_KEYS = frozenset(
    {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit", "/Group"}
)


class Box(NamedTuple):
    """A rectangle on a page, in its own points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        """Whether the two have a point in common."""
        apart = self.right < other.left or other.right < self.left
        return not apart and not (self.top < other.bottom or other.top < self.bottom)


class _Drawn(NamedTuple):
    jpeg: bytes
    width_px: int
    height_px: int
    width: float
    height: float


def mask(request: dict[str, Any]) -> list[int]:
    """Write the masked PDF to `request["into"]`; returns the pages (from 1) that became pictures.

    Raises FileRefusedError (my_number) where it can't be done with certainty.
    """
    try:
        return _mask(Path(request["path"]), Path(request["into"]))
    except (pikepdf.PdfError, pypdfium2.PdfiumError, TypeError, ValueError, OSError):
        # A file that can be read but not taken apart; or the new one is larger than a file may be.
        raise FileRefusedError(RefusalCode.MY_NUMBER) from None


def _mask(path: Path, into: Path) -> list[int]:
    drawn, numbers = _drawn_pages(path)
    if not drawn:
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    made = _rebuilt(path, drawn)
    if _still_says(made, numbers):
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    into.write_bytes(made)
    return sorted(drawn)


def _drawn_pages(path: Path) -> tuple[dict[int, _Drawn], set[str]]:
    """The pages that show a My Number, drawn with it blacked out; and the digits, to look for them afterwards."""
    drawn: dict[int, _Drawn] = {}
    numbers: set[str] = set()
    with opened(path) as document:
        for index in range(len(document)):
            page = document[index]
            signs = page.get_textpage()
            text = _text_of(signs)
            places = list(my_number_places(text)) if speaks_of_my_number(text) else []
            if places:
                numbers |= {"".join(filter(str.isdecimal, text[first:last])) for first, last in places}
                drawn[index + 1] = _blacked_out(page, [box for at in places for box in _boxes(signs, at)])
    return drawn, numbers


def _text_of(signs: pypdfium2.PdfTextPage) -> str:
    """The text with one sign per place, so that a place in it is a place on the page."""
    most = signs.count_chars()
    if most > _MOST_SIGNS:
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    told = [pypdfium2.raw.FPDFText_GetUnicode(signs, place) for place in range(most)]
    return "".join(chr(code) if 0 < code <= 0x10FFFF else " " for code in told)


def _boxes(signs: pypdfium2.PdfTextPage, at: tuple[int, int]) -> Iterator[Box]:
    for place in range(*at):
        left, bottom, right, top = signs.get_charbox(place, loose=True)
        if right > left and top > bottom:
            spare = _MARGIN_SHARE * (top - bottom)
            yield Box(left - spare, bottom - spare / 2, right + spare, top + spare / 2)


def _blacked_out(page: pypdfium2.PdfPage, boxes: list[Box]) -> _Drawn:
    if not boxes or any(Box(*picture.get_bounds()).meets(box) for picture in _shown(page) for box in boxes):
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    scale = bounded_dpi(page, _DPI, _MOST_PIXELS) / _POINTS_PER_INCH
    bitmap = page.render(scale=scale)
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    places, pen = bitmap.get_posconv(page), ImageDraw.Draw(picture)
    for box in boxes:
        across, down = zip(places.to_bitmap(*box[:2]), places.to_bitmap(*box[2:]), strict=True)
        pen.rectangle((min(across), min(down), max(across), max(down)), fill="black")
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=_QUALITY, dpi=(round(scale * _POINTS_PER_INCH),) * 2)
    return _Drawn(target.getvalue(), *picture.size, page.get_width(), page.get_height())


def _shown(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfObject]:
    """The pictures on a page; inside a form their place is not told simply, so one there forbids masking."""
    pictures = pictures_on(page)
    if any(picture.container is not None for picture in pictures):
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    return pictures


def _rebuilt(path: Path, drawn: dict[int, _Drawn]) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(path) as source, pikepdf.new() as made:
        if len(source.Root.get(Name.AcroForm, Dictionary()).get(Name.Fields, [])):
            raise FileRefusedError(RefusalCode.MY_NUMBER)
        source.flatten_annotations("print")
        for number, page in enumerate(source.pages, 1):
            if number in drawn:
                _add_picture(made, drawn[number])
            else:
                for key in set(page.obj.keys()) - _KEPT_KEYS - {"/Parent"}:
                    del page.obj[key]
                made.pages.append(page)
        made.save(target, deterministic_id=True)
    return target.getvalue()


def _add_picture(made: pikepdf.Pdf, drawn: _Drawn) -> None:
    page = made.add_blank_page(page_size=(drawn.width, drawn.height))
    picture = Stream(made, drawn.jpeg, Type=Name.XObject, Subtype=Name.Image, Filter=Name.DCTDecode)
    picture.Width, picture.Height = drawn.width_px, drawn.height_px
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceRGB, 8
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=made.make_indirect(picture)))
    page.obj.Contents = Stream(made, f"q {drawn.width:.3f} 0 0 {drawn.height:.3f} 0 0 cm /Page Do Q".encode())


def _still_says(made: bytes, numbers: set[str]) -> bool:
    """Whether the digits stand anywhere in the new file: in a string, or in a stream once unpacked."""
    wanted = [
        form.encode(code)
        for number in numbers
        for form in (number, " ".join(_fours(number)), "-".join(_fours(number)))
        for code in ("ascii", "utf-16-be")
    ]
    with pikepdf.open(io.BytesIO(made)) as pdf:
        return any(form in content for content in _contents(pdf) for form in wanted)


def _fours(number: str) -> list[str]:
    return [number[:4], number[4:8], number[8:]]


def _contents(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    for found in pdf.objects:
        if not isinstance(found, pikepdf.Stream):
            yield found.unparse(resolved=True)
        elif found.get(Name.Subtype) != Name.Image:
            yield found.read_bytes()
