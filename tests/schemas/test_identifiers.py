"""Numbers: they say nothing about anybody, and one mistyped character is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.identifiers import (
    ALPHABET,
    Id,
    Number,
    application_number,
    filing_id,
    finding_id,
    is_application_number,
    number_of,
    task_id,
)

numbers = st.builds(application_number, st.integers(2000, 2099), st.integers(0, 2**64))


@given(numbers)
def test_every_number_that_is_made_is_one(number: str) -> None:
    assert is_application_number(number)
    assert TypeAdapter(Number).validate_python(number) == number


@given(numbers, st.integers(4, 11), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_found(number: str, place: int, letter: str) -> None:
    mistyped = number[:place] + letter + number[place + 1 :]

    assert is_application_number(mistyped) == (letter == number[place])


@given(numbers, st.integers(1, 2), st.sampled_from("0123456789"))
def test_a_mistyped_year_is_found(number: str, place: int, digit: str) -> None:
    mistyped = number[:place] + digit + number[place + 1 :]

    assert is_application_number(mistyped) == (digit == number[place])


@given(st.text(max_size=20))
def test_other_texts_are_no_numbers_and_break_nothing(text: str) -> None:
    assert not is_application_number(text)


@pytest.mark.parametrize("form", ["{}\n", " {}", "{} ", "{}0", "t{:.0}"])
def test_a_number_has_one_spelling(form: str) -> None:
    number = application_number(2026, 7_000_000)

    with pytest.raises(ValidationError):
        TypeAdapter(Number).validate_python(form.format(number))
    with pytest.raises(ValidationError):
        TypeAdapter(Number).validate_python(number.lower())


def test_ids_name_the_application_they_belong_to() -> None:
    number = application_number(2026, 1)

    assert {number_of(name(number, 3)) for name in (task_id, filing_id, finding_id)} == {number}


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 120, True), ("a" * 121, False), ("", False), ("a b", False)]
)
def test_an_id_is_short_and_plain(text: str, fits: bool) -> None:
    try:
        TypeAdapter(Id).validate_python(text)
    except ValidationError:
        assert not fits
    else:
        assert fits
