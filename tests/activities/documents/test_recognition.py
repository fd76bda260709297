"""Passports in pictures: lines are cut out by their ink; without a recogniser nothing is claimed or held up."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from activities.documents.passports_in_pictures import passports_in_picture
from activities.documents.recognition import can_recognise, lines_of_ink
from schemas.examination import PDF, PNG
from tests import corpus

FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


def a_page(*lines: str) -> Image.Image:
    page = Image.new("RGB", (1500, 1050), "white")
    font, pen = ImageFont.load_default(44), ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        for place, sign in enumerate(line):
            pen.text((60 + 31 * place, 880 - 70 * (len(lines) - 1 - row)), sign, font=font, fill="black")
    return page


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_lines_are_cut_out_by_their_ink(number: int) -> None:
    page = a_page(*([FIRST] * number))

    assert len(lines_of_ink(page)) == number


def test_each_cut_holds_one_line_with_paper_around_it() -> None:
    cuts = lines_of_ink(a_page(FIRST, SECOND))

    assert [cut.width for cut in cuts] == [1500, 1500]
    assert all(20 < cut.height < 120 for cut in cuts)
    assert all(min(cut.convert("L").crop((0, 0, 1500, 3)).tobytes()) > 200 for cut in cuts)


@pytest.mark.parametrize("shade", ["white", "black", "grey"])
def test_a_plain_surface_has_no_lines(shade: str) -> None:
    assert lines_of_ink(Image.new("RGB", (800, 600), shade)) == []


def test_only_the_lowest_lines_of_a_full_page_are_read() -> None:
    assert len(lines_of_ink(a_page(*([SECOND] * 12)))) == 6


@pytest.mark.parametrize("media_type", [PNG, PDF])
def test_a_picture_is_read_where_the_recogniser_is_installed_and_else_left_alone(
    tmp_path: Path, media_type: str
) -> None:
    path, page = tmp_path / "picture", a_page(FIRST, SECOND)
    if media_type == PNG:
        page.save(path, "PNG")
    else:
        path.write_bytes(corpus.pdf_scanned(page, size=(595, 416)))

    seen = passports_in_picture(path, media_type, 1)

    numbers = [(each.page, each.seen_in, each.zone.number) for each in seen]
    assert numbers == ([(1, "picture", "L898902C3")] if can_recognise() else [])
