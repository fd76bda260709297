"""When, where, for how much and with what the plans of training and employment are lodged."""

from datetime import date

import pytest

from infra.catalogue import load_catalogue
from schemas.document_list import document_list
from schemas.lodging import Window, fee_of, office_of, window_of
from schemas.maps import NotInForce
from tests.schemas.cases import a_dossier, a_map
from tests.schemas.clean_dossiers import a_clean_dossier

KINDS = "ABCDEF"
START = {"planned_start_on": "2027-05-10"}


def plan(letter: str) -> str:
    return f"otit.plan.accreditation.{letter}"


def window(procedure_id: str) -> Window:
    ready = a_map(procedure_id)
    return window_of(ready, a_dossier(ready, START))


def needed(procedure_id: str) -> set[str]:
    lines = document_list(a_map(procedure_id), a_clean_dossier(procedure_id))
    return {line.kind for line in lines if line.need == "needed"}


@pytest.mark.parametrize("letter", KINDS)
def test_a_plan_is_lodged_from_six_months_before_its_start(letter: str) -> None:
    assert window(plan(letter)).earliest_on == date(2026, 11, 10)
    assert window(plan(letter)).earliest_kind == "block"


@pytest.mark.parametrize(("letters", "latest_on"), [("AD", date(2027, 1, 10)), ("BCEF", date(2027, 2, 10))])
def test_a_first_plan_is_due_four_months_before_and_a_later_one_three(letters: str, latest_on: date) -> None:
    for letter in letters:
        assert window(plan(letter)).latest_on == latest_on
        assert window(plan(letter)).latest_kind == "warn"


@pytest.mark.parametrize(("letters", "cut_off"), [("AD", date(2027, 3, 31)), ("BCEF", None)])
def test_only_first_plans_end_with_the_regime(letters: str, cut_off: date | None) -> None:
    for letter in letters:
        assert window(plan(letter)).last_possible_on == cut_off


@pytest.mark.parametrize("letter", "AD")
def test_no_first_plan_is_in_force_after_the_last_day(letter: str) -> None:
    assert load_catalogue().procedure(plan(letter), on=date(2027, 3, 31)).id == plan(letter)
    with pytest.raises(NotInForce):
        load_catalogue().procedure(plan(letter), on=date(2027, 4, 1))


@pytest.mark.parametrize("letter", "BCEF")
def test_later_stages_go_on_for_those_in_training(letter: str) -> None:
    assert load_catalogue().procedure(plan(letter), on=date(2027, 4, 1)).id == plan(letter)


@pytest.mark.parametrize("letter", KINDS)
def test_every_plan_costs_3900_yen_and_goes_to_the_office_of_the_head_office(letter: str) -> None:
    ready, dossier = a_map(plan(letter)), a_clean_dossier(plan(letter))
    office = office_of(ready, dossier)

    assert fee_of(ready, dossier).total_yen == 7_800
    assert office is not None
    assert office.id == "TYO"


def test_what_comes_from_abroad_differs_between_the_two_types() -> None:
    individual, supervised = needed(plan("B")), needed(plan("E"))

    assert {"affiliate_outline", "affiliate_certificate"} <= individual - supervised
    assert {"sending_pledge", "costs_at_home", "personal_data_consent"} <= supervised - individual


def test_only_first_plans_have_lectures_and_only_later_ones_the_test_before() -> None:
    assert "lecture_schedule" in needed(plan("A")) & needed(plan("D"))
    assert not any("lecture_schedule" in needed(plan(letter)) for letter in "BCEF")
    assert all("prior_test_certificate" in needed(plan(letter)) for letter in "BCEF")
    assert "prior_test_certificate" not in needed(plan("A")) | needed(plan("D"))


def test_a_pending_test_is_handed_in_later_and_not_missing_now() -> None:
    ready = a_map(plan("E"))

    lines = document_list(ready, a_dossier(ready, {"prior_test_result": "pending"}))

    assert {line.need for line in lines if line.kind == "prior_test_certificate"} == {"not_needed"}


@pytest.mark.parametrize("kind", ["individual", "supervised"])
def test_a_plan_for_employment_opened_in_september_2026_and_its_fee_is_not_known(kind: str) -> None:
    ready = a_map(f"esd.plan.{kind}")
    early = window_of(ready, a_dossier(ready, {"planned_start_on": "2027-02-01"}))
    fee = fee_of(ready, a_clean_dossier(f"esd.plan.{kind}"))

    assert early.earliest_on == date(2026, 9, 1)
    assert window(f"esd.plan.{kind}").earliest_on == date(2026, 11, 10)
    assert window(f"esd.plan.{kind}").latest_on == date(2027, 1, 10)
    assert (fee.amount_yen, fee.total_yen) == (None, None)


def test_an_employment_plan_could_not_be_lodged_before_its_day() -> None:
    with pytest.raises(NotInForce):
        load_catalogue().procedure("esd.plan.supervised", on=date(2026, 8, 31))
