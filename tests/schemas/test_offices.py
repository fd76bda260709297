"""Offices: every prefecture is served exactly once per authority; corporate numbers carry their check digit."""

from datetime import date

import pytest

from schemas.map_parts import CatalogueError
from schemas.maps import Catalogue
from schemas.offices import (
    area_faults,
    corporate_number_valid,
    days_of_change,
    office_for,
    office_named,
    offices_of,
    receipt_fits,
    receipt_prefixes,
)
from tests.schemas.cases import a_map

TABLES = a_map().tables
LAST_DAY_OF_OTIT, FIRST_DAY_AFTER = date(2027, 3, 31), date(2027, 4, 1)


@pytest.mark.parametrize(("authority", "days"), [("otit", (date.min, FIRST_DAY_AFTER)), ("isa", (date.min,))])
def test_each_of_the_47_prefectures_is_served_exactly_once_every_day(
    authority: str, days: tuple[date, ...]
) -> None:
    assert days_of_change(offices_of(TABLES, authority, None)) == days
    assert len(TABLES.prefectures) == 47
    for on in days:
        offices = offices_of(TABLES, authority, on)
        assert sum(len(office.prefectures) for office in offices) == 47
        assert area_faults(offices, TABLES.prefectures) == ()


def test_a_prefecture_left_out_given_twice_or_unknown_is_a_fault() -> None:
    first, second, *rest = offices_of(TABLES, "otit", LAST_DAY_OF_OTIT)
    doubled = second.model_copy(update={"prefectures": (*second.prefectures, "01", "48")})

    assert area_faults([doubled, *rest], TABLES.prefectures) == ("prefecture 48 does not exist",)
    assert area_faults([first, doubled, *rest], TABLES.prefectures) == (
        "prefecture 01 is served 2 times",
        "prefecture 48 does not exist",
    )
    assert area_faults([first, *rest], TABLES.prefectures)[0] == "prefecture 02 is served 0 times"


@pytest.mark.parametrize(
    ("authority", "prefecture", "office"),
    [
        ("otit", "08", "MIT"),
        ("otit", "13", "TYO"),
        ("otit", "47", "FUK"),
        ("isa", "14", "yokohama"),
        ("isa", "13", "tokyo"),
        ("isa", "47", "naha"),
    ],
)
def test_a_prefecture_has_its_office(authority: str, prefecture: str, office: str) -> None:
    for on in (LAST_DAY_OF_OTIT, FIRST_DAY_AFTER):
        found = office_for(TABLES, authority, prefecture, on)

        assert found is not None
        assert found.id == office


@pytest.mark.parametrize(
    ("on", "body"), [(LAST_DAY_OF_OTIT, "外国人技能実習機構"), (FIRST_DAY_AFTER, "外国人育成就労機構")]
)
def test_the_day_says_what_body_an_office_belongs_to(on: date, body: str) -> None:
    routed, named = office_for(TABLES, "otit", "08", on), office_named(TABLES, "otit", "HQ", on)

    assert routed and named
    assert (routed.ja, named.ja) == (f"{body}水戸支所", f"{body}本部")


def test_an_area_that_is_served_twice_or_never_on_some_day_is_refused() -> None:
    def refused(**changed: object) -> str:
        offices = [
            row.model_copy(update=changed) if row.id == "SPR" and row.valid_from else row
            for row in TABLES.offices
        ]
        with pytest.raises(CatalogueError) as error:
            Catalogue([], [], TABLES.model_copy(update={"offices": tuple(offices)}))
        return str(error.value)

    assert "prefecture 01 is served 0 times from 2027-04-01" in refused(valid_from=date(2027, 4, 2))
    assert "prefecture 01 is served 2 times from 2027-03-31" in refused(id="S2", valid_from=LAST_DAY_OF_OTIT)
    assert "offices.SPR: given twice for the same day" in refused(valid_from=LAST_DAY_OF_OTIT)


def test_an_unknown_prefecture_has_no_office() -> None:
    assert office_for(TABLES, "otit", "48", LAST_DAY_OF_OTIT) is None


def test_every_bureau_has_its_own_receipt_prefix() -> None:
    prefixes = [office.receipt_prefix for office in offices_of(TABLES, "isa", FIRST_DAY_AFTER)]

    assert None not in prefixes
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("number", ["7000012050003", "700001205000", "70000120500020", "７000012050002", ""])
def test_a_wrong_corporate_number_is_seen(number: str) -> None:
    assert not corporate_number_valid(number)


def test_a_right_corporate_number_passes() -> None:
    assert corporate_number_valid("7000012050002")


def test_a_branch_and_its_bureau_may_number_for_each_other() -> None:
    prefixes = receipt_prefixes(TABLES, "isa")

    assert prefixes["tokyo"] == ("東オン", "横オン")
    assert prefixes["yokohama"] == ("横オン", "東オン")
    assert prefixes["sapporo"] == ("札オン",)
    assert len(prefixes) == 11


def test_no_pattern_of_otits_numbers_is_known() -> None:
    assert receipt_prefixes(TABLES, "otit") == {}


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("東オン26000001", True),
        ("横ｵﾝ-26-000001", True),
        ("阪オン26000001", False),
        ("阪ｵﾝ26000001", False),
        ("26000001", True),
        ("東永C24999", True),
    ],
)
def test_a_receipt_number_that_names_another_office_does_not_fit(number: str, fits: bool) -> None:
    assert receipt_fits(number, "tokyo", receipt_prefixes(TABLES, "isa")) is fits


def test_every_number_of_an_authority_without_a_known_pattern_fits() -> None:
    assert receipt_fits("阪オン26000001", "TYO", {})
