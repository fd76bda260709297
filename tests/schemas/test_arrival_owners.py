"""Whose an arrival is until somebody is named, and when its owner is reminded."""

from datetime import date, timedelta

import pytest

from schemas.arrival_owners import REMINDED_AFTER_DAYS, is_reminded, owner_for

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


def test_its_owner_is_reminded_on_a_few_days_only() -> None:
    days = [passed for passed in range(-1, 60) if is_reminded(CAME, CAME + timedelta(days=passed))]

    assert tuple(days) == REMINDED_AFTER_DAYS
