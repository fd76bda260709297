"""The marks of our own cover sheets: taken only as we write them, with a number whose check sign fits."""

import pytest

from schemas.identifiers import application_number
from schemas.readings import MOST_COVERS, CoverSeen, Reading, filing_in_code, filings_named, merged


def a_number() -> str:
    return application_number(2026, 123_456)


def test_the_code_of_a_cover_names_its_filing() -> None:
    number = a_number()

    assert filing_in_code(f"{number}/{number}.filing.2") == f"{number}.filing.2"


@pytest.mark.parametrize(
    "form", ["{0}", "{0}/{0}.filing.0", "{0}/T26-00000000.filing.1", "x{0}/{0}.filing.1", "https://{0}"]
)
def test_other_codes_name_none(form: str) -> None:
    assert filing_in_code(form.format(a_number())) is None


def test_a_number_whose_check_sign_is_wrong_names_none() -> None:
    number = a_number()
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")

    assert filing_in_code(f"{wrong}/{wrong}.filing.1") is None
    assert list(filings_named(f"{wrong}.filing.1")) == []


def test_filings_are_found_in_a_text_once_each() -> None:
    number = a_number()

    assert list(filings_named(f"({number}.filing.1) {number}.filing.1 {number}.filing.3,")) == [
        f"{number}.filing.1",
        f"{number}.filing.3",
    ]


def test_readings_of_many_pages_are_one_and_bounded() -> None:
    pages = [Reading(covers=(CoverSeen(page=page, filing_id="f", seen_in="text"),)) for page in range(1, 99)]

    assert len(merged(pages).covers) == MOST_COVERS
    assert merged([]).is_empty
