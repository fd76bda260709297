"""My Numbers are recognised by form, check digit and the words around them."""

import pytest

from schemas.my_number import count_my_numbers, has_valid_check_digit, shows_my_number


@pytest.mark.parametrize(("digits", "valid"), [("123456789018", True), ("123456789019", False)])
def test_the_check_digit_decides(digits: str, valid: bool) -> None:
    assert has_valid_check_digit(digits) is valid


def test_exactly_one_last_digit_is_right_for_every_body() -> None:
    for body in range(0, 99_999_999_999, 987_654_321):
        digits = [has_valid_check_digit(f"{body:011d}{last}") for last in range(10)]

        assert digits.count(True) == 1


@pytest.mark.parametrize(
    "text", ["123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８"]
)
def test_every_way_of_writing_is_found(text: str) -> None:
    assert count_my_numbers(f"番号:{text}。") == 1


@pytest.mark.parametrize("text", ["1234567890180", "0123456789018", "12345678901", "123456789019"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert count_my_numbers(text) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("個人番号 1234 5678 9018", True),
        ("マイナンバー：１２３４５６７８９０１８", True),
        ("整理番号 1234 5678 9018", False),
        ("個人番号 ****", False),
    ],
)
def test_a_my_number_shows_only_under_its_name(text: str, shown: bool) -> None:
    assert shows_my_number(text) is shown
