"""Every kind of file the desk meets: good ones are released with facts, others refused for one reason."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from activities.documents.examination import examine
from infra.scanner import NoScanner
from schemas.examination import (
    JPEG,
    PDF,
    PNG,
    REFUSED_FILES,
    XLSX,
    Examination,
    ExaminationLimits,
    ImageFacts,
    PdfFacts,
    RefusalCode,
    Scan,
    ScanVerdict,
    WorkbookFacts,
)
from tests import corpus

HTML = b"<!doctype html><script>alert(1)</script>"


def examined(
    directory: Path, content: bytes, media_type: str = PDF, limits: ExaminationLimits | None = None
) -> Examination:
    path = corpus.written(directory, content)
    digest = hashlib.sha256(content).hexdigest()
    return examine(
        path, media_type, len(content), digest, limits=limits or ExaminationLimits(), scanner=NoScanner()
    ).verdict


class InfectedScanner:
    def scan(self, path: Path) -> Scan:
        assert path.is_file()
        return Scan(verdict=ScanVerdict.INFECTED, scanner="test", signature="Eicar")


def test_a_clean_pdf_is_released_with_its_facts(tmp_path: Path) -> None:
    verdict = examined(tmp_path, corpus.pdf_with_text("Sample", pages=3))

    assert (verdict.outcome, verdict.refusal, verdict.pages) == ("released", None, 3)
    assert isinstance(verdict.facts, PdfFacts)
    assert verdict.facts.text_layer
    assert verdict.facts.blank_pages == ()
    assert verdict.facts.page_sizes_mm == ((210, 297),)
    assert verdict.scan.verdict is ScanVerdict.NOT_SCANNED
    assert verdict.bounds is not None
    assert verdict.bounds.enforced


def test_a_blank_page_is_told_by_its_number(tmp_path: Path) -> None:
    verdict = examined(tmp_path, corpus.pdf_with_blank_second_page())

    assert isinstance(verdict.facts, PdfFacts)
    assert verdict.facts.blank_pages == (2,)


def test_a_plain_form_field_is_noted_and_allowed(tmp_path: Path) -> None:
    verdict = examined(tmp_path, corpus.pdf_with_form_field())

    assert verdict.outcome == "released"
    assert isinstance(verdict.facts, PdfFacts)
    assert verdict.facts.form_fields


def test_opening_at_a_page_is_harmless(tmp_path: Path) -> None:
    assert examined(tmp_path, corpus.pdf_opening_at_its_page()).outcome == "released"


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG)])
def test_a_clean_picture_is_released_with_its_measures(tmp_path: Path, kind: str, media_type: str) -> None:
    verdict = examined(tmp_path, corpus.picture(kind, size=(640, 480), dpi=300), media_type)

    assert verdict.outcome == "released"
    assert isinstance(verdict.facts, ImageFacts)
    assert verdict.facts.model_copy(update={"blur_percent": None}) == ImageFacts(
        width_px=640, height_px=480, dpi=300, colour=True, turned=False
    )
    assert verdict.pages == 1


def test_a_clean_workbook_is_released_and_its_hidden_sheet_told(tmp_path: Path) -> None:
    verdict = examined(tmp_path, corpus.workbook(), XLSX)

    assert verdict.outcome == "released"
    assert isinstance(verdict.facts, WorkbookFacts)
    assert [sheet.visible for sheet in verdict.facts.sheets] == [True, False]
    assert (verdict.facts.sheets[0].rows, verdict.facts.sheets[0].columns) == (3, 4)


REFUSED: dict[str, tuple[Callable[[], bytes], str, RefusalCode]] = {
    "an encrypted pdf that anybody can open": (corpus.pdf_protected, PDF, RefusalCode.ENCRYPTED),
    "an encrypted pdf with a password": (lambda: corpus.pdf_protected(user="x"), PDF, RefusalCode.ENCRYPTED),
    "a truncated pdf": (lambda: corpus.pdf_with_text(pages=5)[:-200], PDF, RefusalCode.DAMAGED),
    "a stump of a pdf": (lambda: corpus.pdf_with_text()[:300], PDF, RefusalCode.DAMAGED),
    "a script at opening": (corpus.pdf_with_script, PDF, RefusalCode.ACTIVE_CONTENT),
    "a script on a page": (corpus.pdf_with_script_on_a_page, PDF, RefusalCode.ACTIVE_CONTENT),
    "a link that starts a program": (
        corpus.pdf_launching_a_program,
        PDF,
        RefusalCode.ACTIVE_CONTENT,
    ),
    "an attachment": (corpus.pdf_with_attachment, PDF, RefusalCode.ACTIVE_CONTENT),
    "a dynamic form": (corpus.pdf_with_dynamic_form, PDF, RefusalCode.ACTIVE_CONTENT),
    "a pdf that submits on opening": (
        lambda: corpus.pdf_with_root(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.URI)),
        PDF,
        RefusalCode.ACTIVE_CONTENT,
    ),
    "an archive behind a pdf": (
        lambda: corpus.pdf_with_text() + corpus.workbook(),
        PDF,
        RefusalCode.HIDDEN_CONTENT,
    ),
    "a script before a pdf": (lambda: HTML + corpus.pdf_with_text(), PDF, RefusalCode.WRONG_TYPE),
    "html named pdf": (lambda: HTML, PDF, RefusalCode.WRONG_TYPE),
    "a program named pdf": (lambda: b"MZ\x90\x00" * 40, PDF, RefusalCode.WRONG_TYPE),
    "a picture declared as pdf": (lambda: corpus.picture("PNG"), PDF, RefusalCode.WRONG_TYPE),
    "a type that is not accepted": (lambda: b"GIF89a" + b"\0" * 40, "image/gif", RefusalCode.WRONG_TYPE),
    "a small pdf that explodes beyond memory": (
        lambda: corpus.pdf_exploding(700_000_000),
        PDF,
        RefusalCode.BOMB,
    ),
    "a small pdf that explodes within memory": (
        lambda: corpus.pdf_exploding(201_000_000),
        PDF,
        RefusalCode.BOMB,
    ),
    "a giant picture in a pdf": (
        lambda: corpus.pdf_with_picture(20_000, 20_000),
        PDF,
        RefusalCode.TOO_MANY_PIXELS,
    ),
    "a My Number": (
        lambda: corpus.pdf_scanned(text=f"My Number {corpus.VALID_SAMPLE_MY_NUMBER}"),
        PDF,
        RefusalCode.MY_NUMBER,
    ),
    "a cut picture": (lambda: corpus.picture("JPEG", size=(2000, 2000))[:-2000], JPEG, RefusalCode.DAMAGED),
    "a cut png": (lambda: corpus.picture("PNG")[:-500], PNG, RefusalCode.DAMAGED),
    "a picture behind a picture": (corpus.png_animated, PNG, RefusalCode.HIDDEN_CONTENT),
    "a picture just over 40 megapixels": (
        lambda: corpus.png_of(8_000, 5_001),
        PNG,
        RefusalCode.TOO_MANY_PIXELS,
    ),
    "a workbook that explodes": (
        lambda: corpus.workbook_with("xl/media/a.bin", b"\0" * 20_000_000),
        XLSX,
        RefusalCode.BOMB,
    ),
    "a workbook that lies about sizes": (
        lambda: corpus.workbook_with_lying_sizes(20_000_000),
        XLSX,
        RefusalCode.DAMAGED,
    ),
    "a workbook with macros": (
        lambda: corpus.workbook_with("xl/vbaProject.bin", b"x"),
        XLSX,
        RefusalCode.ACTIVE_CONTENT,
    ),
    "a workbook with an object inside": (
        lambda: corpus.workbook_with("xl/embeddings/oleObject1.bin", b"x"),
        XLSX,
        RefusalCode.ACTIVE_CONTENT,
    ),
    "an entry outside its folder": (
        lambda: corpus.workbook_with("../../evil.xml", b"x"),
        XLSX,
        RefusalCode.HIDDEN_CONTENT,
    ),
    "an archive in a workbook": (
        lambda: corpus.workbook_with("xl/a.zip", b"x"),
        XLSX,
        RefusalCode.HIDDEN_CONTENT,
    ),
    "entities in a workbook": (
        lambda: corpus.workbook_with("xl/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>'),
        XLSX,
        RefusalCode.BOMB,
    ),
    "a workbook without its book": (
        lambda: corpus.workbook_without("xl/workbook.xml"),
        XLSX,
        RefusalCode.NO_PAGES,
    ),
    "an archive that is no workbook": (
        lambda: corpus.workbook_without("[Content_Types].xml"),
        XLSX,
        RefusalCode.DAMAGED,
    ),
    "a workbook that fetches from another": (
        lambda: corpus.workbook_with("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
        XLSX,
        RefusalCode.EXTERNAL_LINKS,
    ),
    "a cut workbook": (lambda: corpus.workbook()[:-60], XLSX, RefusalCode.DAMAGED),
    "an encrypted workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        XLSX,
        RefusalCode.ENCRYPTED,
    ),
    "an old workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        XLSX,
        RefusalCode.WRONG_TYPE,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_dangerous_or_broken_file_is_refused_for_its_reason(tmp_path: Path, case: str) -> None:
    content, media_type, code = REFUSED[case]

    verdict = examined(tmp_path, content(), media_type)

    assert (verdict.outcome, verdict.refusal) == ("refused", code)
    assert verdict.facts is None


ALLOWED: dict[str, Callable[[], bytes]] = {
    "a number that fails the check digit": lambda: corpus.pdf_with_text(
        f"My Number {corpus.INVALID_SAMPLE_MY_NUMBER}"
    ),
    "a valid number nobody calls My Number": lambda: corpus.pdf_with_text(
        f"Ref {corpus.VALID_SAMPLE_MY_NUMBER}"
    ),
    "white space after the end": lambda: corpus.pdf_with_text() + b"\r\n\r\n",
    "a page of 100 MB of white space": lambda: corpus.pdf_exploding(100_000_000),
    "names that are not in UTF-8": corpus.pdf_named_in_shift_jis,
    "an ordinary picture in a pdf": lambda: corpus.pdf_with_picture(8, 8),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_the_harmless_neighbour_of_a_refused_file_is_released(tmp_path: Path, case: str) -> None:
    verdict = examined(tmp_path, ALLOWED[case]())

    assert (verdict.outcome, verdict.refusal) == ("released", None)


def test_a_number_that_may_be_a_my_number_is_counted_but_never_kept(tmp_path: Path) -> None:
    verdict = examined(tmp_path, corpus.pdf_with_text(f"Ref {corpus.VALID_SAMPLE_MY_NUMBER}"))

    assert isinstance(verdict.facts, PdfFacts)
    assert verdict.facts.my_number_like == 1
    assert "9018" not in verdict.model_dump_json(exclude={"sha256"})


@pytest.mark.parametrize(("pages", "outcome"), [(3, "released"), (4, "refused")])
def test_the_limit_of_pages_holds_on_both_sides(tmp_path: Path, pages: int, outcome: str) -> None:
    verdict = examined(tmp_path, corpus.pdf_with_text(pages=pages), limits=ExaminationLimits(pages=3))

    assert verdict.outcome == outcome
    assert verdict.refusal == (RefusalCode.TOO_MANY_PAGES if outcome == "refused" else None)


@pytest.mark.parametrize(("height", "outcome"), [(100, "released"), (101, "refused")])
def test_the_limit_of_pixels_holds_on_both_sides(tmp_path: Path, height: int, outcome: str) -> None:
    verdict = examined(tmp_path, corpus.png_of(100, height), PNG, ExaminationLimits(pixels=10_000))

    assert verdict.outcome == outcome
    assert verdict.refusal == (RefusalCode.TOO_MANY_PIXELS if outcome == "refused" else None)


@pytest.mark.parametrize(("spare", "outcome"), [(0, "released"), (-1, "refused")])
def test_the_limit_of_size_holds_on_both_sides(tmp_path: Path, spare: int, outcome: str) -> None:
    content = corpus.picture("PNG")

    verdict = examined(tmp_path, content, PNG, ExaminationLimits(file_size_bytes=len(content) + spare))

    assert verdict.outcome == outcome
    assert verdict.refusal == (RefusalCode.TOO_LARGE if outcome == "refused" else None)


@pytest.mark.parametrize(("entries", "outcome"), [(0, "released"), (-1, "refused")])
def test_the_limit_of_archive_entries_holds_on_both_sides(tmp_path: Path, entries: int, outcome: str) -> None:
    content = corpus.workbook()
    number = content.count(b"PK\x01\x02")

    verdict = examined(tmp_path, content, XLSX, ExaminationLimits(archive_entries=number + entries))

    assert verdict.outcome == outcome


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", PNG), ("JPEG", JPEG)])
def test_a_picture_of_forty_megapixels_fits_the_memory_of_the_reader(
    tmp_path: Path, kind: str, media_type: str
) -> None:
    verdict = examined(tmp_path, corpus.picture(kind, size=(8000, 5000), progressive=True), media_type)

    assert verdict.outcome == "released"


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert examined(tmp_path, b"").refusal is RefusalCode.EMPTY


def test_a_file_of_another_length_is_refused(tmp_path: Path) -> None:
    content = corpus.pdf_with_text()
    path = corpus.written(tmp_path, content)
    digest = hashlib.sha256(content).hexdigest()

    verdict = examine(
        path, PDF, len(content) + 1, digest, limits=ExaminationLimits(), scanner=NoScanner()
    ).verdict

    assert verdict.refusal is RefusalCode.WRONG_LENGTH


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    content = corpus.pdf_with_text()
    path = corpus.written(tmp_path, content)

    verdict = examine(
        path, PDF, len(content), "0" * 64, limits=ExaminationLimits(), scanner=NoScanner()
    ).verdict

    assert verdict.refusal is RefusalCode.WRONG_HASH
    assert verdict.sha256 == hashlib.sha256(content).hexdigest()


def test_what_the_scanner_calls_infected_is_never_opened(tmp_path: Path) -> None:
    content = corpus.pdf_with_text()
    path = corpus.written(tmp_path, content)
    digest = hashlib.sha256(content).hexdigest()

    verdict = examine(
        path, PDF, len(content), digest, limits=ExaminationLimits(), scanner=InfectedScanner()
    ).verdict

    assert verdict.refusal is RefusalCode.INFECTED
    assert verdict.scan.signature == "Eicar"
    assert verdict.reader is None


def test_every_reason_is_told_in_both_languages() -> None:
    assert set(REFUSED_FILES) == set(RefusalCode)
    assert all(all(telling) for telling in REFUSED_FILES.values())
