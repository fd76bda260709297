"""A My Number in a PDF is blacked out where that is certain; otherwise the file is refused, and never kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from activities.documents.examination import Examined, examine
from activities.documents.pages import draw_page
from infra.scanner import NoScanner
from schemas.examination import PDF, XLSX, ExaminationLimits, PdfFacts, RefusalCode
from schemas.my_number import count_my_numbers
from tests import corpus

NUMBER = corpus.VALID_SAMPLE_MY_NUMBER
DIGITS = NUMBER.replace(" ", "")


def examined(path: Path, content: bytes, media_type: str = PDF) -> Examined:
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return examine(path, media_type, len(content), digest, limits=ExaminationLimits(), scanner=NoScanner())


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def everything_in(path: Path) -> bytes:
    with pikepdf.open(path) as pdf:
        streams = [
            each.read_bytes()
            for each in pdf.objects
            if isinstance(each, pikepdf.Stream) and each.get(Name.Subtype) != Name.Image
        ]
        others = [each.unparse(resolved=True) for each in pdf.objects if not isinstance(each, pikepdf.Stream)]
    return b"".join([*streams, *others, path.read_bytes()])


def darkness(picture: Image.Image | None, box: tuple[float, float, float, float]) -> float:
    assert picture is not None
    width, height = picture.size
    part = picture.convert("L").crop(
        (int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height))
    )
    return sum(part.histogram()[:64]) / (part.width * part.height)


def test_a_number_in_text_is_blacked_out_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = corpus.pdf_lines(("first page",), ("My Number", NUMBER, "Address"), ("third page",))

    found = examined(path, content).verdict

    assert (found.outcome, found.masked_pages, found.pages) == ("released", (2,), 3)
    assert (found.size_bytes, found.sha256) == (
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    assert found.sha256 != hashlib.sha256(content).hexdigest()
    assert "first page" in text_of(path)
    assert "third page" in text_of(path)
    assert "Address" not in text_of(path)
    assert isinstance(found.facts, PdfFacts)
    assert found.facts.my_number_like == 0


def test_nothing_of_the_number_is_left_in_the_file_that_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = corpus.pdf_lines(("My Number", NUMBER))

    examined(path, content)

    assert count_my_numbers(text_of(path)) == 0
    assert NUMBER.encode() not in everything_in(path)
    assert DIGITS.encode() not in everything_in(path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_proof_would_see_a_number_that_was_left(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.pdf_lines(("My Number", NUMBER)))

    assert count_my_numbers(text_of(path)) == 1
    assert NUMBER.encode() in everything_in(path)


def test_the_place_of_the_number_is_black_and_its_neighbours_are_as_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = corpus.pdf_lines(("My Number", NUMBER, "", "Address"))
    path.write_bytes(content)
    before = draw_page(path, 1, 100, most_pixels=12_000_000)

    examined(path, content)
    after = draw_page(path, 1, 100, most_pixels=12_000_000)

    number, label, address = (0.07, 0.098, 0.19, 0.108), (0.06, 0.055, 0.3, 0.08), (0.06, 0.16, 0.3, 0.19)
    assert darkness(after, number) == 1.0
    assert darkness(before, number) < 0.6
    assert darkness(after, label) == pytest.approx(darkness(before, label), abs=0.02)
    assert darkness(after, address) == pytest.approx(darkness(before, address), abs=0.02)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_masked_where_it_is_seen(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "file"
    with pikepdf.open(corpus.written(tmp_path, corpus.pdf_lines(("My Number", NUMBER)))) as pdf:
        pdf.pages[0].rotate(turn, relative=False)
        pdf.save(tmp_path / "turned")
    content = (tmp_path / "turned").read_bytes()
    before = draw_page(tmp_path / "turned", 1, 72, most_pixels=12_000_000)

    found = examined(path, content).verdict
    after = draw_page(path, 1, 72, most_pixels=12_000_000)

    assert found.masked_pages == (1,)
    assert before is not None
    assert after is not None
    assert after.size == before.size
    assert 1500 < sum(after.convert("L").histogram()[:64]) < 3000


def test_masking_the_same_file_again_gives_the_same_bytes(tmp_path: Path) -> None:
    content = corpus.pdf_lines(("My Number", NUMBER))

    first = examined(tmp_path / "first", content).verdict.sha256

    assert examined(tmp_path / "second", content).verdict.sha256 == first


def in_field(directory: Path) -> bytes:
    with pikepdf.open(corpus.written(directory, corpus.pdf_lines(("My Number",)))) as pdf:
        field = Dictionary(
            FT=Name.Tx,
            T=String("n"),
            V=String(NUMBER),
            Type=Name.Annot,
            Subtype=Name.Widget,
            Rect=Array([0, 0, 90, 20]),
        )
        made = pdf.make_indirect(field)
        pdf.Root.AcroForm = Dictionary(Fields=Array([made]))
        pdf.pages[0].obj.Annots = Array([made])
        pdf.save(directory / "field")
    return (directory / "field").read_bytes()


def in_note(directory: Path) -> bytes:
    with pikepdf.open(corpus.written(directory, corpus.pdf_lines(("My Number",)))) as pdf:
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Text, Contents=String(NUMBER), Rect=Array([0, 0, 9, 9])
        )
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
        pdf.save(directory / "note")
    return (directory / "note").read_bytes()


def with_a_copy_elsewhere(directory: Path) -> bytes:
    with pikepdf.open(corpus.written(directory, corpus.pdf_lines(("My Number", NUMBER), ("x",)))) as pdf:
        pdf.pages[1].obj.Resources.Properties = Dictionary(M=Dictionary(ActualText=String(DIGITS)))
        pdf.save(directory / "copy")
    return (directory / "copy").read_bytes()


def over_a_scan(_directory: Path) -> bytes:
    return corpus.pdf_scanned(dpi=100, text=f"My Number {NUMBER}")


@pytest.mark.parametrize("make", [in_field, in_note, with_a_copy_elsewhere, over_a_scan])
def test_what_cannot_be_masked_with_certainty_is_refused(
    tmp_path: Path, make: Callable[[Path], bytes]
) -> None:
    found = examined(tmp_path / "file", make(tmp_path)).verdict

    assert (found.outcome, found.refusal) == ("refused", RefusalCode.MY_NUMBER)
    assert found.masked_pages == ()


def test_a_number_told_elsewhere_in_the_file_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pikepdf.open(corpus.written(tmp_path, corpus.pdf_lines(("My Number", NUMBER), ("x",)))) as pdf:
        pdf.docinfo["/Title"] = String(f"My Number {NUMBER}")
        pdf.pages[0].obj.PieceInfo = Dictionary(App=Dictionary(Private=String(DIGITS)))
        pdf.pages[1].obj.PieceInfo = Dictionary(App=Dictionary(Private=String(DIGITS)))
        pdf.save(tmp_path / "titled")

    found = examined(path, (tmp_path / "titled").read_bytes()).verdict

    assert found.outcome == "released"
    assert DIGITS.encode() not in everything_in(path)
    assert NUMBER.encode() not in everything_in(path)


@pytest.mark.parametrize(
    "rows",
    [
        [["個人番号", NUMBER]],
        [["マイナンバー"], [float(DIGITS)]],
        [["個人番号", *DIGITS]],
    ],
)
def test_a_workbook_with_a_my_number_is_refused(tmp_path: Path, rows: list[list[str | float]]) -> None:
    found = examined(tmp_path / "file", corpus.workbook_of([list(row) for row in rows]), XLSX).verdict

    assert found.refusal is RefusalCode.MY_NUMBER


def test_a_workbook_with_other_digits_is_released(tmp_path: Path) -> None:
    found = examined(tmp_path / "file", corpus.workbook_of([["法人番号", NUMBER]]), XLSX).verdict

    assert found.outcome == "released"
