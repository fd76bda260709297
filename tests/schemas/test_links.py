"""Who waits for another application is the same person there: what never changes must agree, and so must one name of his."""

import pytest

from schemas.links import is_one_person

ONE = {
    "name_latin": "SAMPLE TARO",
    "birth_on": "1999-04-01",
    "nationality": "VNM",
    "passport_number": "TZ1234567",
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"name_latin": "sample  taro"}, True),
        ({"passport_number": "TZ7654321"}, True),
        ({"name_latin": "SAMPLE TARO NGUYEN"}, True),
        ({"name_latin": "OTHER JIRO", "passport_number": "TZ7654321"}, False),
        ({"birth_on": "1999-04-02"}, False),
        ({"nationality": "IDN"}, False),
    ],
)
def test_a_renewed_passport_or_a_corrected_name_is_the_same_person_both_are_another(
    changed: dict[str, str], expected: bool
) -> None:
    assert is_one_person(ONE, ONE | changed) is expected


def test_what_is_not_answered_in_both_tells_nothing() -> None:
    assert is_one_person({}, ONE) is None
    assert is_one_person(ONE, {"birth_on": ONE["birth_on"]}) is None
    assert is_one_person(ONE, {"birth_on": "1980-01-01"}) is False
    assert is_one_person(ONE, {"passport_number": ONE["passport_number"]}) is True
