"""Whose an arrival is until somebody is named, and when its owner is reminded."""

from datetime import date, timedelta

import pytest

from schemas.arrival_owners import REMINDED_AFTER_DAYS, owner_for, reminded_on

CAME = date(2026, 12, 28)


@pytest.mark.parametrize(
    ("uploaded_by", "loads", "owner"),
    [
        (None, {"a": 2, "b": 1, "c": 1}, "b"),
        ("a", {"a": 9, "b": 0}, "a"),
        ("gone", {"a": 9, "b": 0}, "b"),
        (None, {}, None),
    ],
)
def test_it_is_whose_who_brought_it_or_who_has_least(
    uploaded_by: str | None, loads: dict[str, int], owner: str | None
) -> None:
    assert owner_for(uploaded_by, loads) == owner


def test_its_owner_is_reminded_of_a_few_days_only_and_of_the_latest_also_later() -> None:
    told = [reminded_on(CAME, CAME + timedelta(days=passed)) for passed in range(-1, 60)]

    assert list(dict.fromkeys(told)) == [None, *(CAME + timedelta(days=days) for days in REMINDED_AFTER_DAYS)]
    assert told[1 + 6] == CAME + timedelta(days=2)
