"""What is carried over from an accepted application, and what must be given anew."""

from datetime import date
from typing import get_args

import pytest

from schemas.carrying import SHELF_MONTHS, Accepted, Carried, carried, must_be_fresh
from schemas.catalogue import FieldType, Value
from tests.schemas.cases import EXTENSION, a_map

ACCEPTED = Accepted(number="T26-4KX7M2QP", round=2, accepted_on=date(2026, 11, 30))
PERSON: dict[str, Value] = {
    "name_latin": "SAMPLE PERSON",
    "birth_on": "2000-05-01",
    "stay_expires_on": "2026-12-31",
    "passport_expires_on": "2028-01-31",
    "card_number": "AB12345678CD",
}


def carried_on(on: date, values: dict[str, Value] | None = None, *, target: str = EXTENSION) -> Carried:
    given = PERSON if values is None else values
    return carried(a_map(EXTENSION), a_map(target), given, ACCEPTED, on=on, of_person=True)


def test_names_and_birthdays_are_carried_over_and_days_and_card_numbers_are_not() -> None:
    found = carried_on(date(2027, 9, 1))

    assert set(found.values) == {"name_latin", "birth_on", "passport_expires_on"}
    assert set(found.fresh) == {"stay_expires_on", "card_number"}


@pytest.mark.parametrize(("on", "is_kept"), [(date(2028, 1, 30), True), (date(2028, 1, 31), False)])
def test_the_last_day_of_a_paper_is_carried_over_while_it_lies_ahead(on: date, *, is_kept: bool) -> None:
    found = carried_on(on)

    assert ("passport_expires_on" in found.values) is is_kept
    assert ("passport_expires_on" in found.fresh) is not is_kept


@pytest.mark.parametrize(("on", "is_kept"), [(date(2027, 11, 30), True), (date(2027, 12, 1), False)])
def test_figures_are_carried_over_for_a_year(on: date, *, is_kept: bool) -> None:
    figures = [row.id for row in a_map(EXTENSION).procedure.fields if row.type == "money_yen"]
    figure = next(
        name for name in figures if (row := a_map(EXTENSION).procedure.field(name)) and row.belongs_to_person
    )

    found = carried_on(on, {figure: 200_000})

    assert (figure in found.values) is is_kept


def test_only_what_both_maps_ask_in_the_same_way_is_carried_over() -> None:
    target = a_map("otit.plan.accreditation.D")

    found = carried_on(date(2027, 9, 1), target="otit.plan.accreditation.D")

    assert found.values
    assert all(target.procedure.field(name) is not None for name in found.values)


def test_an_answer_the_other_map_does_not_allow_is_left_out() -> None:
    assert carried_on(date(2027, 9, 1), {"name_latin": "見本"}).values == {}


def test_every_type_of_field_has_a_shelf_life() -> None:
    assert set(SHELF_MONTHS) == set(get_args(FieldType))


def test_what_must_always_be_fresh_is_known_before_anything_is_read() -> None:
    rows = {row.id: row for row in a_map(EXTENSION).procedure.fields}

    assert must_be_fresh(rows["stay_expires_on"])
    assert must_be_fresh(rows["card_number"])
    assert not must_be_fresh(rows["birth_on"])
    assert not must_be_fresh(rows["name_latin"])
