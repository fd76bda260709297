"""Who waits for another application is the same person there: what never changes must agree, and so must one name of his."""

import pytest

from schemas.links import NAMED_BY, unlike

ONE = {
    "name_latin": "SAMPLE TARO",
    "birth_on": "1999-04-01",
    "nationality": "VNM",
    "passport_number": "TZ1234567",
}


@pytest.mark.parametrize(
    ("changed", "unlike_in"),
    [
        ({}, ()),
        ({"name_latin": "sample  taro"}, ()),
        ({"passport_number": "TZ7654321"}, ()),
        ({"name_latin": "SAMPLE TARO NGUYEN"}, ()),
        ({"name_latin": "OTHER JIRO", "passport_number": "TZ7654321"}, NAMED_BY),
        ({"birth_on": "1999-04-02"}, ("birth_on",)),
        ({"nationality": "IDN", "passport_number": "TZ7654321"}, ("nationality",)),
    ],
)
def test_a_renewed_passport_or_a_corrected_name_is_the_same_person_both_are_another(
    changed: dict[str, str], unlike_in: tuple[str, ...]
) -> None:
    assert unlike(ONE, ONE | changed) == unlike_in


def test_what_is_not_answered_in_both_tells_nothing() -> None:
    assert unlike({}, ONE) == NAMED_BY
    assert unlike(ONE, {"birth_on": ONE["birth_on"]}) == NAMED_BY
    assert unlike(ONE, {"birth_on": "1980-01-01"}) == ("birth_on",)
    assert unlike(ONE, {"passport_number": ONE["passport_number"]}) == ()
