"""Refusals: stable codes, told in both languages, never with anybody's data."""

import re

import pytest

from schemas.refusals import REFUSALS, Refused, Telling


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_is_told_in_both_languages_with_a_fitting_status(code: str) -> None:
    telling = REFUSALS[code]

    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert re.search(r"[ぁ-んァ-ン一-龥]", telling.ja)
    assert telling.ja.endswith("。")
    assert telling.en.endswith(".")
    assert telling.en.isascii()
    assert 400 <= telling.status < 600


def test_only_the_desks_own_troubles_are_its_fault() -> None:
    ours = {code for code, telling in REFUSALS.items() if telling.status >= 500}

    assert ours == {"not_ready", "fault"}


def test_a_refusal_carries_code_field_and_figures() -> None:
    refused = Refused("too_many_persons", "persons", limit=100)

    assert (refused.code, refused.field, refused.facts) == ("too_many_persons", "persons", {"limit": 100})
    assert isinstance(refused.telling, Telling)
    assert str(refused) == "too_many_persons"


def test_a_code_that_is_not_in_the_table_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        Refused("never_heard_of")
