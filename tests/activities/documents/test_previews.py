"""What reviewers look at: pages drawn anew, bounded in resolution, upright, and never the original."""

import io
from pathlib import Path

import pytest
from PIL import Image

from activities.documents.previews import PageAbsentError, render_page
from schemas.examination import JPEG, XLSX
from tests import corpus


def drawn(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "WEBP"
    return picture.convert("RGB")


def is_marked(picture: Image.Image) -> bool:
    darkest, _ = picture.convert("L").getextrema()
    return isinstance(darkest, int | float) and darkest < 100


def test_a_page_is_drawn_at_the_asked_resolution(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.pdf_with_blank_second_page())

    first, second = (drawn(render_page(path, number, 72)) for number in (1, 2))

    assert first.size == (595, 842)
    assert is_marked(first)
    assert not is_marked(second)


@pytest.mark.parametrize(("asked", "width"), [(1, 298), (10_000, 1818)])
def test_the_resolution_is_kept_in_bounds(tmp_path: Path, asked: int, width: int) -> None:
    path = corpus.written(tmp_path, corpus.pdf_with_text())

    assert abs(drawn(render_page(path, 1, asked)).width - width) <= 1


def test_a_giant_sheet_is_drawn_coarser(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.pdf_with_text(size=(14_000, 14_000)))

    picture = drawn(render_page(path, 1, 220))

    assert 11_000_000 < picture.width * picture.height <= 12_010_000


def test_a_turned_page_is_drawn_as_viewers_show_it(tmp_path: Path) -> None:
    picture = drawn(render_page(corpus.written(tmp_path, corpus.pdf_turned()), 1, 72))

    assert picture.size == (842, 595)


def test_a_picture_has_one_page(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.picture("JPEG"))

    assert drawn(render_page(path, 1, 100, media_type=JPEG)).size == (640, 480)
    with pytest.raises(PageAbsentError):
        render_page(path, 2, 100, media_type=JPEG)


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_does_not_exist_is_not_drawn(tmp_path: Path, number: int) -> None:
    path = corpus.written(tmp_path, corpus.pdf_with_text())

    with pytest.raises(PageAbsentError):
        render_page(path, number, 72)


def test_a_workbook_has_no_pages_to_draw(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.workbook())

    with pytest.raises(ValueError, match="Only PDF, JPEG and PNG"):
        render_page(path, 1, 72, media_type=XLSX)
