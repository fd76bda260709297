"""Whatever a picture shows or a released file holds: the recogniser, the decoder of codes and the binder answer soundly."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from activities.documents import reading_pdf, recognition
from activities.documents.codes import filings_in_picture
from activities.documents.package import Package
from activities.documents.refusals import FileRefusedError
from schemas.examination import JPEG, PDF, PNG, ExaminationLimits, PdfFacts
from schemas.readings import PassportSeen
from tests import corpus
from tests.activities.documents.test_fuzzed_readers import CHANGES, Change, spoiled
from tests.activities.documents.test_package import FILING, NUMBER, a_document, an_order, bound, unpacked
from tests.activities.documents.test_recognition import FIRST, SECOND, a_page

QUICKLY = settings(
    max_examples=20,
    deadline=timedelta(seconds=10),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a stand-in for the recogniser reads, cut by cut; one picture after the other."""
    lines: list[str] = []

    class Engine:
        def __init__(self) -> None:
            self._left: Iterator[str] = iter(lines)

        def __call__(self, pixels: Any, **_how: bool) -> SimpleNamespace:
            assert isinstance(pixels, Image.Image)
            return SimpleNamespace(txts=(next(self._left, ""),))

    stand_ins = {
        recognition.RECOGNISER: SimpleNamespace(RapidOCR=Engine),
        "numpy": SimpleNamespace(asarray=lambda picture: picture),
    }
    monkeypatch.setattr(recognition, "import_module", stand_ins.__getitem__)
    return lines


def seen_on(path: Path, media_type: str, *, pages: int = 1) -> list[PassportSeen]:
    read = recognition.recognise({"path": str(path), "media_type": media_type, "pages": pages})
    return [PassportSeen.model_validate(each) for each in read]


def saved(path: Path, picture: Image.Image) -> Path:
    picture.save(path, "PNG")
    return path


def test_two_lines_that_are_read_are_one_passport(tmp_path: Path, told: list[str]) -> None:
    told += ["NOT A ZONE", FIRST, SECOND]

    (seen,) = seen_on(saved(tmp_path / "page", a_page(FIRST, FIRST, SECOND)), PNG)

    assert (seen.page, seen.seen_in, seen.zone.number) == (1, "picture", "L898902C3")
    assert (seen.zone.surname, seen.zone.wrong_digits) == ("ERIKSSON", ())


def test_lines_in_the_wrong_order_or_alone_are_no_passport(tmp_path: Path, told: list[str]) -> None:
    path = saved(tmp_path / "page", a_page(FIRST, SECOND))
    told += [SECOND, FIRST]
    turned_round = seen_on(path, PNG)
    told[:] = [FIRST]

    assert turned_round == seen_on(path, PNG) == []


@given(lines=st.lists(st.text(alphabet="P<AZ019O ", min_size=40, max_size=48) | st.text(), max_size=6))
@QUICKLY
def test_whatever_a_recogniser_says_is_a_zone_or_nothing(
    tmp_path: Path, told: list[str], lines: list[str]
) -> None:
    told[:] = lines

    seen = seen_on(saved(tmp_path / "page", a_page(*([FIRST] * 4))), PNG)

    assert len(seen) <= 3
    assert all(each.seen_in == "picture" and len(each.zone.birth) == 6 for each in seen)


PICTURES = st.builds(
    lambda width, height, mode, ink: Image.frombytes(
        mode, (width, height), (ink * (width * height * len(mode) // len(ink) + 1))[: width * height * len(mode)]
    ),
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(["L", "RGB"]),
    st.binary(min_size=1, max_size=64),
)  # fmt: skip


@given(picture=PICTURES)
@QUICKLY
def test_any_picture_is_searched_for_zones_and_codes(
    tmp_path: Path, told: list[str], picture: Image.Image
) -> None:
    told[:] = [FIRST, SECOND] * 3

    seen = seen_on(saved(tmp_path / "any", picture), PNG)

    assert {each.zone.number for each in seen} <= {"L898902C3"}
    assert filings_in_picture(picture) == ()


def a_code(text: str) -> Image.Image:
    made = BytesIO()
    segno.make(text, error="m").save(made, kind="png", scale=4)
    return Image.open(made).convert("L")


def test_the_code_of_a_cover_is_read_back() -> None:
    assert filings_in_picture(a_code(f"{NUMBER}/{FILING}")) == (FILING,)


@given(
    text=st.text(min_size=1, max_size=60) | st.from_regex(r"T26-[0-9A-Z]{8}/T26-[0-9A-Z]{8}\.filing\.[0-9]")
)
@QUICKLY
def test_any_other_code_names_no_filing(text: str) -> None:
    assert filings_in_picture(a_code(text)) in ((), (FILING,))


FEW = settings(QUICKLY, max_examples=6)


@given(changes=CHANGES)
@FEW
def test_whatever_is_released_can_be_bound(tmp_path: Path, changes: list[Change]) -> None:
    content = spoiled(corpus.pdf_with_text(pages=2), changes[:1])
    path = corpus.written(tmp_path, content)
    try:
        facts = reading_pdf.read(path, ExaminationLimits()).facts
    except FileRefusedError:
        return

    order = an_order([a_document("paper", "見本", None, PDF, content)])
    package = bound(order, {"document-paper": content}, tmp_path / "package.zip")

    assert isinstance(facts, PdfFacts)
    assert pages_in(package) == facts.pages


@given(title=st.text(min_size=1, max_size=30), picture=PICTURES)
@FEW
def test_any_title_and_any_picture_can_be_bound(tmp_path: Path, title: str, picture: Image.Image) -> None:
    made = BytesIO()
    picture.save(made, "JPEG")
    contents = {"document-picture": made.getvalue(), "document-paper": corpus.pdf_with_text()}
    documents = [
        a_document(kind, title, 1, media_type, contents[f"document-{kind}"])
        for kind, media_type in (("picture", JPEG), ("paper", PDF))
    ]

    package = bound(an_order(documents), contents, tmp_path / "package.zip")

    assert pages_in(package) == 2


def pages_in(package: Package) -> int:
    with pikepdf.open(BytesIO(unpacked(package, "01-set.pdf"))) as joined:
        return len(joined.pages)
