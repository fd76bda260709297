"""Whatever the bytes, a reader answers or refuses, in bounded time and memory; its children never pass a fault on."""

import hashlib
import resource
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Name

from activities.documents import masking, reading_images, reading_pdf, reading_workbooks
from activities.documents.examination import examine
from activities.documents.labels import values_in_sheet
from activities.documents.refusals import FileRefusedError
from infra.scanner import NoScanner
from schemas.examination import JPEG, PDF, XLSX, ExaminationLimits
from schemas.my_number import my_number_places
from schemas.told_dates import date_told
from tests import corpus

NUMBER = corpus.VALID_SAMPLE_MY_NUMBER
ZONE = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
SEEDS: dict[str, tuple[ModuleType, Callable[[], bytes]]] = {
    "passport": (reading_pdf, lambda: corpus.pdf_lines(ZONE)),
    "scan": (reading_pdf, lambda: corpus.pdf_scanned(dpi=40)),
    "filled": (
        reading_pdf,
        lambda: corpus.pdf_filled({"T": "Sex", "V": "M"}, {"TU": "旅券番号", "V": "C1234567"}),
    ),
    "ticked": (
        reading_pdf,
        lambda: corpus.pdf_filled(
            {"T": "f[0].#sub[0].配偶者がいる[0]", "FT": Name.Btn, "AS": Name.On, "V": Name.On},
            *({"T": f"生年月日_{part}", "V": "12"} for part in "年月日"),
        ),
    ),
    "form": (reading_workbooks, lambda: corpus.workbook_of([["生年月日", "2000年1月2日"], ["性別", "男"]])),
    "camera": (reading_images, lambda: corpus.picture_taken("2026:11:01")),
}
QUICKLY = settings(
    max_examples=60,
    deadline=timedelta(seconds=5),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CHANGES = st.lists(
    st.tuples(st.floats(0, 0.999), st.sampled_from(["put", "cut", "twice"]), st.binary(max_size=12)),
    min_size=1,
    max_size=12,
)
Change = tuple[float, str, bytes]


def spoiled(content: bytes, changes: list[Change]) -> bytes:
    broken = bytearray(content)
    for where, how, piece in changes:
        place = int(where * len(broken)) if broken else 0
        if how == "put":
            broken[place : place + len(piece)] = piece
        elif how == "cut":
            del broken[place : place + 30]
        else:
            broken[place:place] = broken[place : place + 60]
    return bytes(broken)


@pytest.mark.parametrize("seed", SEEDS)
@given(changes=CHANGES)
@QUICKLY
def test_a_spoiled_file_is_read_or_refused(tmp_path: Path, seed: str, changes: list[Change]) -> None:
    reading, make = SEEDS[seed]
    path = corpus.written(tmp_path, spoiled(make(), changes))

    with warnings.catch_warnings(action="ignore"):
        try:
            read = reading.read(path, ExaminationLimits())
        except FileRefusedError:
            return

    assert read.facts is not None


@given(changes=CHANGES)
@QUICKLY
def test_a_spoiled_file_is_masked_or_refused(tmp_path: Path, changes: list[Change]) -> None:
    path = corpus.written(tmp_path, spoiled(corpus.pdf_lines(("My Number", NUMBER)), changes))
    into = tmp_path / "masked"

    try:
        pages = masking.mask({"path": str(path), "into": str(into)})
    except FileRefusedError:
        return

    assert pages == [1]
    assert NUMBER.encode() not in into.read_bytes()


CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["生年月日", "性別:", "旅券番号：", "氏名(ローマ字)", "男", "2000/1/2", ""]),
    st.floats(allow_nan=True),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)


@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=5),
    start=st.tuples(st.integers(0, 9), st.integers(0, 800)),
)
@QUICKLY
def test_any_cells_are_searched_for_labels(rows: list[list[object]], start: tuple[int, int]) -> None:
    for seen in values_in_sheet(1, rows, start):
        assert seen.value
        assert seen.cell[-1].isdecimal()


@given(text=st.text(alphabet="0123456789-令和平成年月日/.RHS ０９元", max_size=60))
@QUICKLY
def test_any_digits_are_searched_for_dates_and_numbers(text: str) -> None:
    told = date_told(text)

    assert told is None or 1926 <= told.year <= 2117
    assert all(text[first:last].strip() for first, last in my_number_places(text))


LONGEST_SECONDS = 200
"""A reader that does not end fails the test; how long it takes depends on what else the machine does."""
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a page of many pictures": (lambda: corpus.pdf_scanned(dpi=30, times=1_000), PDF),
    "a page of endless text": (lambda: corpus.pdf_lines(tuple("My Number" for _ in range(20_000))), PDF),
    "a form of many fields": (lambda: corpus.pdf_filled(*[{"T": "Sex", "V": "M"}] * 5_000), PDF),
    "a sheet of many labels": (lambda: corpus.workbook_of([["生年月日"] * 100] * 400), XLSX),
    "a large blurred picture": (lambda: corpus.picture(size=(6_000, 6_000)), JPEG),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_costly_file_ends_in_time_and_costs_its_reader_alone(tmp_path: Path, bomb: str) -> None:
    make, media_type = BOMBS[bomb]
    content = make()
    path = corpus.written(tmp_path, content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = examine(
        path,
        media_type,
        len(content),
        hashlib.sha256(content).hexdigest(),
        limits=ExaminationLimits(reader_wall_seconds=LONGEST_SECONDS),
        scanner=NoScanner(),
    ).verdict

    assert found.outcome in ("released", "refused")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_the_bound_would_see_a_reader_that_takes_too_much(tmp_path: Path) -> None:
    content = corpus.picture(size=(6_000, 6_000))
    path = corpus.written(tmp_path, content)

    found = examine(
        path,
        JPEG,
        len(content),
        hashlib.sha256(content).hexdigest(),
        limits=ExaminationLimits(reader_memory_bytes=220 * 1024 * 1024, reader_wall_seconds=60),
        scanner=NoScanner(),
    ).verdict

    assert found.refusal == "bomb"
