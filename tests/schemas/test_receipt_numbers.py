"""Receipt numbers: taken as an authority prints them, one number however it is typed, and nothing a mail can't say."""

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.filing import Receipt, Reported
from schemas.receipt_numbers import LONGEST, ReceiptNumber, is_same_number

GIVEN: TypeAdapter[str] = TypeAdapter(ReceiptNumber)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("阪永C 24999", "阪永C24999"),
        (" 東ｵﾝ１２３\u3000", "東オン123"),
        ("OTIT‐26－１２", "OTIT-26-12"),
        ("1ー2", "1-2"),
        ("センター1", "センター1"),
        ("9" * LONGEST, "9" * LONGEST),
        ("9 " * LONGEST, "9" * LONGEST),
    ],
)
def test_a_number_is_written_down_in_one_form(typed: str, written: str) -> None:
    assert GIVEN.validate_python(typed) == written


@pytest.mark.parametrize("typed", ["", " ", "受付", "12<3", "12＞3", "1＠2", "9" * (LONGEST + 1)])
def test_what_a_mail_could_not_name_is_no_number(typed: str) -> None:
    with pytest.raises(ValidationError):
        GIVEN.validate_python(typed)


@pytest.mark.parametrize(
    ("other", "same"), [("東ｵﾝ１２３", True), ("東オン 第123号", True), ("東オン124", False)]
)
def test_spellings_of_whatever_time_are_compared_by_what_they_say(other: str, same: bool) -> None:
    assert is_same_number("東オン123", other) is same


@pytest.mark.parametrize(("number", "says"), [("東オン123", True), ("東オン124", False)])
def test_a_second_one_confirms_what_was_reported_in_another_width(number: str, says: bool) -> None:
    reported = Reported(by="a-1", receipts=(Receipt(person_id="p1", number="東ｵﾝ１２３"),))

    assert reported.says((Receipt(person_id="p1", number=number),)) is says
