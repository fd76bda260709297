"""Draws one page as WebP, which reviewers see instead of the original. Only in the limited process."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from activities.documents.pages import draw_page
from schemas.examination import PDF

_QUALITY = 75


def render(request: dict[str, Any]) -> bool:
    """Write the picture to `request["into"]`; False when there is no such page."""
    path, dpi, most = Path(request["path"]), int(request["dpi"]), int(request["most_pixels"])
    if request["media_type"] == PDF:
        picture = draw_page(path, int(request["page"]), dpi, most_pixels=most)
    else:
        picture = _upright(path, most) if int(request["page"]) == 1 else None
    if picture is None:
        return False
    picture.convert("RGB").save(request["into"], "WEBP", quality=_QUALITY, method=4)
    return True


def _upright(path: Path, most_pixels: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path, formats=("JPEG", "PNG")) as opened:
        picture = ImageOps.exif_transpose(opened)
    shrink = min(1.0, (most_pixels / (picture.width * picture.height)) ** 0.5)
    picture.thumbnail((max(1, int(picture.width * shrink)), max(1, int(picture.height * shrink))))
    return picture
