"""Joins documents into one numbered, bookmarked PDF and sets the cover. Only in the limited process."""

import json
from datetime import datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pikepdf
import pylopdf_fonts_jp
import segno
import typst
from pikepdf import Name
from PIL import Image

from schemas.examination import JPEG, PDF, PNG

_FONTS = typst.Fonts(include_system_fonts=False, font_paths=[pylopdf_fonts_jp.sans_path().parent])
_SHEETS = Path(__file__).with_name("sheets")
_SLIP_POINTS = (198.4, 14.2)
_FOOT_POINTS = 11
_LYING = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112


def assemble(request: dict[str, Any]) -> list[list[int]]:
    """Write `01-set.pdf` and `00-cover.pdf` into `request["directory"]`.

    Returns [first page, number of pages] of every document in order, pages counted from 1.
    """
    directory, at = Path(request["directory"]), datetime.fromisoformat(request["sealed_at"])
    ranges = _join(request, directory, at)
    order = request["cover"]
    order["pages"] = sum(pages for _, pages in ranges)
    for row, (first, pages) in zip(order["documents"], ranges, strict=True):
        row["range"] = f"{first}" if pages == 1 else f"{first}–{first + pages - 1}"
    qr = segno.make(f"{order['number']}/{order['filing_id']}", error="m").svg_inline(scale=4)
    inputs = {"order": json.dumps(order, ensure_ascii=False), "qr": qr}
    (directory / "00-cover.pdf").write_bytes(_set("cover", inputs, at))
    return ranges


def _join(request: dict[str, Any], directory: Path, at: datetime) -> list[list[int]]:
    ranges: list[list[int]] = []
    with pikepdf.new() as joined:
        with joined.open_outline() as outline:
            for document in request["documents"]:
                first = len(joined.pages)
                _append(joined, document, directory, at)
                outline.root.append(pikepdf.OutlineItem(document["bookmark"], first))
                ranges.append([first + 1, len(joined.pages) - first])
        _stamp(joined, request["cover"]["number"], at)
        joined.Root.PageMode = Name.UseOutlines
        joined.save(directory / "01-set.pdf", deterministic_id=True)
    return ranges


def _append(joined: pikepdf.Pdf, document: dict[str, Any], directory: Path, at: datetime) -> None:
    path = directory / document["file"]
    if document["media_type"] == PDF:
        pages = path
    else:
        pages = path.with_suffix(".pages")
        pages.write_bytes(_as_pages(document, path, at))
    with pikepdf.open(pages) as opened:
        opened.flatten_annotations("print")
        joined.pages.extend(opened.pages)


def _as_pages(document: dict[str, Any], path: Path, at: datetime) -> bytes:
    if document["media_type"] in {JPEG, PNG}:
        inputs = {"file": f"/{path.name}", "flipped": "yes" if _is_wide(path) else "no"}
        return _set("picture", inputs | {"title": document["title"]}, at, root=path.parent)
    return _set("separate", {"file": document["file"], "title": document["title"]}, at)


def _is_wide(path: Path) -> bool:
    with Image.open(path, formats=("JPEG", "PNG")) as picture:
        wide = picture.width > picture.height
        return wide != (picture.getexif().get(_ORIENTATION) in _LYING)


def _stamp(joined: pikepdf.Pdf, number: str, at: datetime) -> None:
    """Put a slip at the foot of every page as it is shown, also on pages that are turned."""
    if not len(joined.pages):
        return
    slips = _set("numbers", {"number": number, "total": str(len(joined.pages))}, at)
    with pikepdf.open(BytesIO(slips)) as numbered:
        for place, (page, slip) in enumerate(zip(joined.pages, numbered.pages, strict=True), 1):
            _overlay(page, joined.copy_foreign(slip.as_form_xobject()), _unused_name(page, place))


def _unused_name(page: pikepdf.Page, place: int) -> Name:
    """A name the page doesn't use yet: a client may send back a set that we have stamped before."""
    used = page.resources.get(Name.XObject, pikepdf.Dictionary())
    return next(Name(name) for round_ in count() if (name := f"/Place{place}-{round_}") not in used)


def _overlay(page: pikepdf.Page, slip: pikepdf.Object, name: Name) -> None:
    """As pikepdf's own overlay, but its name is not random: the same input must give the same bytes."""
    page.add_resource(slip, Name.XObject, name)
    drawing = page.calc_form_xobject_placement(
        slip, name, _foot_of(page), invert_transformations=True, allow_shrink=True, allow_expand=False
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"Q\n" + drawing)
    page.contents_coalesce()


def _foot_of(page: pikepdf.Page) -> pikepdf.Rectangle:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    middle, centre = (left + right) / 2, (bottom + top) / 2
    half, height, foot = _SLIP_POINTS[0] / 2, _SLIP_POINTS[1], _FOOT_POINTS
    feet = {
        0: (middle - half, bottom + foot, middle + half, bottom + foot + height),
        90: (right - foot - height, centre - half, right - foot, centre + half),
        180: (middle - half, top - foot - height, middle + half, top - foot),
        270: (left + foot, centre - half, left + foot + height, centre + half),
    }
    return pikepdf.Rectangle(*feet[int(page.obj.get(Name.Rotate, 0)) % 360])


def _set(sheet: str, inputs: dict[str, str], at: datetime, root: Path | None = None) -> bytes:
    """Typeset one of our sheets; data goes in as values, never as source. The timestamp fixes the bytes."""
    typesetter = typst.Compiler(
        (_SHEETS / f"{sheet}.typ").read_bytes(), root=root or _SHEETS, font_paths=_FONTS, sys_inputs=inputs
    )
    made = typesetter.compile(format="pdf", timestamp=at)
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one file.")
    return made
