"""The two lines of a passport: the specimen of ICAO Doc 9303-4, each digit broken, names cut, pictures misread."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.mrz import (
    LINE_LENGTH,
    PassportZone,
    check_digit,
    mended,
    read_zone,
    same_day,
    same_name,
    same_number,
    zones_in,
)

FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


def specimen(first: str = FIRST, second: str = SECOND) -> PassportZone:
    zone = read_zone(first, second)
    assert zone is not None
    return zone


def test_the_specimen_is_read_whole() -> None:
    assert specimen() == PassportZone(
        issuer="UTO",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        name_cut=False,
        number="L898902C3",
        nationality="UTO",
        birth="740812",
        sex="female",
        expiry="120415",
    )


@pytest.mark.parametrize(
    ("piece", "digit"), [("520727", 3), ("AB2134<<<", 5), ("L898902C3", 6), ("740812", 2), ("<<<<<<", 0)]
)
def test_check_digits_are_those_of_the_standard(piece: str, digit: int) -> None:
    assert check_digit(piece) == digit


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, ("number", "whole")),
        (9, ("number", "whole")),
        (13, ("birth", "whole")),
        (21, ("expiry", "whole")),
        (30, ("optional", "whole")),
        (43, ("whole",)),
    ],
)
def test_a_changed_sign_breaks_its_own_digit_and_that_of_the_whole(
    place: int, wrong: tuple[str, ...]
) -> None:
    other = "8" if SECOND[place] != "8" else "5"

    zone = specimen(second=SECOND[:place] + other + SECOND[place + 1 :])

    assert zone.wrong_digits == wrong


def test_an_empty_optional_part_may_have_no_digit() -> None:
    empty = SECOND[:28] + "<" * 15
    piece = empty[:10] + empty[13:20] + empty[21:43]

    zone = specimen(second=empty + str(check_digit(piece)))

    assert zone.wrong_digits == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FIRST[:-1], SECOND),
        (FIRST, SECOND + "0"),
        ("V" + FIRST[1:], SECOND),
        (FIRST.replace("ANNA", "ANN4"), SECOND),
        (FIRST, SECOND.replace("<", "*")),
    ],
)
def test_other_lines_are_no_passport(first: str, second: str) -> None:
    assert read_zone(first, second) is None


def test_a_zone_is_found_between_other_lines_and_with_spaces_in_it() -> None:
    lines = ["PASSPORT", f"  {FIRST[:20]} {FIRST[20:]}", "", SECOND.lower(), "page 1"]

    assert list(zones_in(lines)) == [specimen()]


def test_a_first_line_alone_is_no_zone() -> None:
    assert list(zones_in([FIRST, "x", SECOND])) == []


def test_letters_and_digits_are_put_right_where_only_one_may_stand() -> None:
    seen = FIRST.replace("O", "0"), SECOND[:13] + SECOND[13:20].replace("0", "O") + SECOND[20:]

    assert read_zone(*mended(*seen)) == specimen()
    assert read_zone(*mended(FIRST, SECOND)) == specimen()


@pytest.mark.parametrize(
    ("written", "day", "same"),
    [
        ("740812", date(1974, 8, 12), True),
        ("740812", date(2074, 8, 12), True),
        ("740812", date(1974, 8, 13), False),
        ("74<<<<", date(1974, 1, 1), True),
        ("74<<<<", date(1975, 1, 1), False),
    ],
)
def test_six_digits_are_compared_as_far_as_they_are_known(written: str, day: date, *, same: bool) -> None:
    assert same_day(written, day) is same


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("ERIKSSON ANNA MARIA", True),
        ("Anna-Maria Eriksson", True),
        ("ＡＮＮＡ ＭＡＲＩＡ ＥＲＩＫＳＳＯＮ", True),
        ("ERIKSSON ANNA", False),
        ("ERIKSON ANNA MARIA", False),
    ],
)
def test_names_agree_without_spaces_marks_and_order(name: str, *, same: bool) -> None:
    assert same_name(specimen(), name) is same


def test_marks_of_vietnamese_letters_do_not_count() -> None:
    zone = specimen("P<VNMDANG<<THI<HUONG".ljust(LINE_LENGTH, "<"))

    assert same_name(zone, "ĐẶNG THỊ HƯƠNG")


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRASUANG", True),
        ("CHAYAPA DEJTHAMRONG KRASUANG NILAVADHANANANDA", True),
        ("NILAVADHANANANDA CHAYAPA", False),
        ("CHAYAPA DEJTHAMRONG KRASUANG OTHER", False),
    ],
)
def test_a_name_cut_at_39_signs_needs_only_its_start(name: str, *, same: bool) -> None:
    cut = specimen("P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K")

    assert cut.name_cut
    assert same_name(cut, name) is same


@pytest.mark.parametrize(
    ("number", "same"), [("l898902c3", True), ("L 898902 C3", True), ("L898902C4", False)]
)
def test_numbers_agree_without_width_and_spaces(number: str, *, same: bool) -> None:
    assert same_number("L898902C3", number) is same


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_is_searched_without_an_error(lines: list[str]) -> None:
    assert all(isinstance(zone, PassportZone) for zone in zones_in(lines))


@given(st.text(alphabet="ABC0123<", min_size=44, max_size=44))
def test_any_second_line_is_read_or_is_none(second: str) -> None:
    assert read_zone(FIRST, second) is not None
