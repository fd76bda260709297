"""Previews for reviewers: a page drawn anew in the limited process, so that nobody opens an original."""

from pathlib import Path
from tempfile import TemporaryDirectory

from activities.documents.limited import Bounds, run_reader
from schemas.examination import JPEG, PDF, PNG, ExaminationLimits

COARSEST_DPI = 36
FINEST_DPI = 220
_MOST_PIXELS = 12_000_000
_WRITTEN_BYTES = 20_000_000


class PageAbsentError(Exception):
    """The file has no page of this number."""


def render_page(
    path: Path, page_number: int, dpi: int, *, media_type: str = PDF, limits: ExaminationLimits | None = None
) -> bytes:
    """One page of a released PDF or picture as WebP; pages count from 1, a picture has one.

    The resolution is kept between 36 and 220 dpi and 12 megapixels. Raises PageAbsentError where there is
    no such page, and the obstacles of `run_reader`.
    """
    if media_type not in {PDF, JPEG, PNG}:
        raise ValueError("Only PDF, JPEG and PNG have pages to draw.")
    kept = limits or ExaminationLimits()
    bounds = Bounds(
        kept.reader_memory_bytes,
        kept.reader_cpu_seconds,
        kept.reader_wall_seconds,
        written_bytes=_WRITTEN_BYTES,
    )
    with TemporaryDirectory(prefix="preview-") as directory:
        picture = Path(directory, "page.webp")
        request = {
            "path": str(path.resolve()),
            "media_type": media_type,
            "page": page_number,
            "dpi": min(max(dpi, COARSEST_DPI), FINEST_DPI),
            "most_pixels": _MOST_PIXELS,
            "into": str(picture),
        }
        if run_reader("render", request, bounds).get("absent"):
            raise PageAbsentError(page_number)
        return picture.read_bytes()
