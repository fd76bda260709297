"""Dates as they are written on forms: western, by era, in any width; impossible ones are none."""

from datetime import date

import pytest

from schemas.told_dates import date_told


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2000年1月2日", date(2000, 1, 2)),
        ("２０００／１／２", date(2000, 1, 2)),
        ("2000-01-02", date(2000, 1, 2)),
        ("2000. 1. 2", date(2000, 1, 2)),
        ("生 2000 年 1 月 2 日 (26歳)", date(2000, 1, 2)),
        ("平成12年1月2日", date(2000, 1, 2)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R8.11.22", date(2026, 11, 22)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成31年4月30日", date(2019, 4, 30)),
    ],
)
def test_a_date_is_understood(text: str, day: date) -> None:
    assert date_told(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2000年13月1日",
        "2000年2月30日",
        "令和元年4月30日",
        "昭和64年1月8日",
        "平成31年5月1日",
        "1/2/2000",
        "12000年1月1日",
        "2000年1月234日",
        "OR8.11.22",
    ],
)
def test_what_never_was_a_day_is_none(text: str) -> None:
    assert date_told(text) is None
