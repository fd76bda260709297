"""What is read inside files: how finely they were scanned, passport zones, labelled cells, covers, cameras' days, blur."""

import hashlib
import io
from datetime import datetime
from pathlib import Path

import pytest
import segno
from PIL import Image
from pypdfium2 import PdfPage

from activities.documents import pages
from activities.documents.codes import can_read_codes
from activities.documents.examination import Examined, examine
from activities.documents.labels import values_in_sheet
from infra.scanner import NoScanner
from schemas.examination import (
    BLURRED_PERCENT,
    EXAMINATION_VERSION,
    FINE_DPI,
    JPEG,
    PDF,
    XLSX,
    ExaminationLimits,
    ImageFacts,
    PdfFacts,
)
from schemas.identifiers import application_number
from tests import corpus

FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
NUMBER = application_number(2026, 123_456)


def examined(directory: Path, content: bytes, media_type: str = PDF) -> Examined:
    path = corpus.written(directory, content)
    digest = hashlib.sha256(content).hexdigest()
    return examine(path, media_type, len(content), digest, limits=ExaminationLimits(), scanner=NoScanner())


@pytest.mark.parametrize(("dpi", "coarse"), [(FINE_DPI - 1, (1,)), (FINE_DPI, ()), (72, (1,)), (300, ())])
def test_a_scan_is_as_fine_as_it_lies_on_the_page(tmp_path: Path, dpi: int, coarse: tuple[int, ...]) -> None:
    facts = examined(tmp_path, corpus.pdf_scanned(dpi=dpi)).verdict.facts

    assert isinstance(facts, PdfFacts)
    assert (facts.scan_dpi, facts.scanned_pages, facts.coarse_pages) == (dpi, (1,), coarse)


@pytest.mark.parametrize(("share", "scanned"), [(0.5, ()), (0.7, (1,))])
def test_a_page_is_a_scan_when_it_is_mostly_picture(
    tmp_path: Path, share: float, scanned: tuple[int, ...]
) -> None:
    facts = examined(tmp_path, corpus.pdf_scanned(dpi=100, share=share)).verdict.facts

    assert isinstance(facts, PdfFacts)
    assert facts.scanned_pages == scanned


def test_a_passport_is_read_from_the_text_of_a_page(tmp_path: Path) -> None:
    found = examined(tmp_path, corpus.pdf_lines(("cover",), ("PASSPORT", FIRST, SECOND, "x")))

    (seen,) = found.reading.passports
    assert (seen.page, seen.seen_in, seen.zone.number, seen.zone.wrong_digits) == (2, "text", "L898902C3", ())


@pytest.mark.parametrize(
    ("content", "drawn"),
    [
        (corpus.pdf_with_text("text", pages=3), 0),
        (corpus.pdf_with_blank_second_page(), 1),
        (corpus.pdf_scanned(dpi=50), 1),
        (corpus.pdf_scanned(dpi=50, text="read by its scanner"), 1),
        (corpus.pdf_scanned(Image.new("L", (500, 700), "white")), 1),
    ],
    ids=["text", "a blank page", "a scan", "a scan with text", "an empty scan"],
)
def test_no_page_is_drawn_twice_and_none_that_nobody_looks_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, drawn: int
) -> None:
    drawings: list[float] = []
    draw = pages._picture

    def counted(page: PdfPage, dpi: float, *, grey: bool = False) -> Image.Image:
        drawings.append(dpi)
        return draw(page, dpi, grey=grey)

    monkeypatch.setattr(pages, "_picture", counted)

    pages.look_at_pages(corpus.written(tmp_path, content))

    assert len(drawings) == drawn


def test_the_verdict_names_nobody(tmp_path: Path) -> None:
    found = examined(tmp_path, corpus.pdf_lines((FIRST, SECOND)))

    told = found.verdict.model_dump_json()
    assert found.verdict.version == EXAMINATION_VERSION
    assert "ERIKSSON" not in told
    assert "L898902C3" not in told
    assert "ERIKSSON" in found.reading.model_dump_json()


def test_a_cover_of_ours_is_known_by_its_text(tmp_path: Path) -> None:
    found = examined(tmp_path, corpus.pdf_lines((f"{NUMBER}.filing.2",), ("other",)))

    assert [(each.page, each.filing_id) for each in found.reading.covers] == [(1, f"{NUMBER}.filing.2")]


def test_labelled_cells_are_read_with_their_places(tmp_path: Path) -> None:
    form = corpus.workbook_of(
        [
            ["1 氏名(ローマ字)", "", "NGUYEN VAN AN"],
            ["生年月日", 2000.0, "年", 1.0, "月", 2.0, "日", "性別", "男"],
            ["旅券番号：C1234567", "有効期限"],
            ["国籍・地域 / Nationality", "ベトナム"],
            ["Passport valid to", datetime(2030, 3, 4)],  # noqa: DTZ001  cells have no zone
            ["在留カード番号"],
            ["AB12345678CD"],
            ["備考", "生年月日ではない"],
        ],
        start=(2, 1),
    )

    found = examined(tmp_path, form, XLSX)

    assert [(each.field, each.value, each.sheet, each.cell) for each in found.reading.values] == [
        ("name_latin", "NGUYEN VAN AN", 1, "D3"),
        ("birth_on", "2000-01-02", 1, "C4"),
        ("sex", "male", 1, "J4"),
        ("passport_number", "C1234567", 1, "B5"),
        ("nationality", "ベトナム", 1, "C6"),
        ("passport_expires_on", "2030-03-04", 1, "C7"),
        ("card_number", "AB12345678CD", 1, "B9"),
    ]


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (["基本賃金(月額)", "215,000円"], "monthly_base_yen", "215000"),
        (["基本給（月額）", 215000.0], "monthly_base_yen", "215000"),
        (["週所定労働時間", "38.5時間"], "weekly_hours", "38.5"),
        (["実習実施者の氏名又は名称", "見本金属株式会社"], "applicant_name", "見本金属株式会社"),
    ],
)
def test_the_employer_and_what_he_pays_are_read(row: list[object], field: str, value: str) -> None:
    (seen,) = values_in_sheet(1, [row], (0, 0))

    assert (seen.field, seen.value, seen.cell) == (field, value, "B1")


@pytest.mark.parametrize(
    "row",
    [
        ["基本賃金(月額)", "別紙のとおり"],
        ["生年月日", "不明"],
        ["生年月日", "性別"],
        ["生年月日"],
        ["旅券番号", "=1+1 or so"],
        ["氏名(ローマ字)", "阮文安"],
        ["生 年 月 日 に つ い て", "2000-01-02"],
    ],
)
def test_what_is_no_value_of_its_label_is_not_offered(row: list[object]) -> None:
    assert values_in_sheet(1, [row], (0, 0)) == []


def test_a_form_without_an_end_is_read_only_so_far() -> None:
    endless = [["性別", "男"]] * 5_000

    assert len(values_in_sheet(1, endless, (0, 0))) == 200


def test_a_formula_is_never_calculated(tmp_path: Path) -> None:
    found = examined(tmp_path, corpus.workbook_of([["旅券番号", '=CONCAT("C","1234567")']]), XLSX)

    assert found.verdict.outcome == "released"
    assert found.reading.values == ()


@pytest.mark.parametrize(
    ("told", "day"), [("2026:11:01", "2026-11-01"), ("0000:00:00", None), ("rubbish", None), (None, None)]
)
def test_the_camera_s_day_is_taken_where_it_is_one(tmp_path: Path, told: str | None, day: str | None) -> None:
    facts = examined(tmp_path, corpus.picture_taken(told), JPEG).verdict.facts

    assert isinstance(facts, ImageFacts)
    assert (facts.taken_on.isoformat() if facts.taken_on else None) == day


@pytest.mark.parametrize(("blur", "blurred"), [(0.0, False), (1.0, False), (3.0, True), (6.0, True)])
def test_a_blurred_picture_is_told_from_a_sharp_one(tmp_path: Path, blur: float, *, blurred: bool) -> None:
    facts = examined(tmp_path, corpus.picture_taken(None, blur=blur), JPEG).verdict.facts

    assert isinstance(facts, ImageFacts)
    assert facts.blur_percent is not None
    assert (facts.blur_percent >= BLURRED_PERCENT) is blurred


def a_scanned_cover(text: str) -> Image.Image:
    stored = io.BytesIO()
    segno.make(text, error="m").save(stored, kind="png", scale=4)
    page = Image.new("L", (1240, 1754), "white")
    page.paste(Image.open(stored).convert("L"), (950, 80))
    return page.rotate(3, fillcolor=255)


@pytest.mark.parametrize(
    ("code", "is_ours"), [(f"{NUMBER}/{NUMBER}.filing.3", True), ("https://example.jp/", False)]
)
def test_the_code_of_our_cover_is_read_back_where_the_decoder_is_installed(
    tmp_path: Path, code: str, *, is_ours: bool
) -> None:
    found = examined(tmp_path, corpus.pdf_scanned(a_scanned_cover(code)))

    expected = [(f"{NUMBER}.filing.3", "code")] if is_ours and can_read_codes() else []
    assert [(each.filing_id, each.seen_in) for each in found.reading.covers] == expected
