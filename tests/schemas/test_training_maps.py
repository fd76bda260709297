"""Immigration procedures of trainees and of employment for skill development: when, where, for how much, with what."""

from datetime import date

import pytest

from infra.catalogue import load_catalogue
from schemas.document_list import document_list
from schemas.dossier import Dossier
from schemas.lodging import fee_of, office_of, window_of
from tests.schemas.cases import a_dossier, a_map

CERTIFICATE = "isa.coe.tit"
CHANGE = "isa.change.tit"
LONGER = "isa.extension.tit"
SKILL_DEVELOPMENT = "isa.coe.esd"


def needs(procedure_id: str, dossier: Dossier) -> dict[str, str]:
    return {line.kind: line.need for line in document_list(a_map(procedure_id), dossier)}


def test_a_certificate_for_skill_development_is_asked_for_from_the_day_of_the_law() -> None:
    window = window_of(a_map(SKILL_DEVELOPMENT), a_dossier(a_map(SKILL_DEVELOPMENT)))

    assert (window.earliest_on, window.earliest_kind, window.latest_on) == (date(2027, 4, 1), "block", None)


def test_skill_development_is_prepared_before_the_law_and_lodged_over_the_counter() -> None:
    prepared = load_catalogue().procedure(SKILL_DEVELOPMENT, on=date(2026, 11, 22))

    assert prepared.regime == "ESD"
    assert [channel.id for channel in prepared.channels] == ["counter"]


def test_later_stages_go_on_after_the_last_day_of_landing_and_no_plan_of_the_first_does() -> None:
    in_force = {row.id for row in load_catalogue().procedures(on=date(2027, 7, 1))}

    assert {CERTIFICATE, CHANGE, "otit.plan.accreditation.E", "otit.plan.accreditation.F"} <= in_force
    assert not {"otit.plan.accreditation.A", "otit.plan.accreditation.D"} & in_force


def test_a_change_may_be_asked_for_until_the_stay_ends_and_an_extension_from_three_months_before() -> None:
    given = {"stay_expires_on": "2027-02-28", "granted_months": 12}

    change = window_of(a_map(CHANGE), a_dossier(a_map(CHANGE), given))
    longer = window_of(a_map(LONGER), a_dossier(a_map(LONGER), given))

    assert (change.earliest_on, change.latest_on) == (None, date(2027, 2, 28))
    assert (longer.earliest_on, longer.latest_on) == (date(2026, 11, 28), date(2027, 2, 28))


def test_a_certificate_goes_to_the_bureau_of_the_prefecture_chosen_a_change_to_that_of_the_residence() -> (
    None
):
    certificate = office_of(
        a_map(CERTIFICATE),
        a_dossier(a_map(CERTIFICATE), {"filing_prefecture": "14", "planned_prefecture": "27"}),
    )
    change = office_of(a_map(CHANGE), a_dossier(a_map(CHANGE), {"residence_prefecture": "28"}))

    assert certificate is not None
    assert certificate.id == "yokohama"
    assert change is not None
    assert change.id == "kobe"


@pytest.mark.parametrize(
    ("procedure_id", "as_of", "channel", "yen"),
    [
        (CERTIFICATE, date(2026, 11, 22), "counter", 0),
        (CHANGE, date(2027, 3, 30), "counter", 6_000),
        (CHANGE, date(2027, 3, 30), "online", 5_500),
        (LONGER, date(2027, 3, 30), "online", 5_500),
        (LONGER, date(2027, 3, 31), "online", None),
    ],
)
def test_the_state_fee_is_known_until_it_is_set_anew(
    procedure_id: str, as_of: date, channel: str, yen: int | None
) -> None:
    dossier = a_dossier(a_map(procedure_id), persons=2, as_of=as_of, channel=channel)

    fee = fee_of(a_map(procedure_id), dossier)

    assert (fee.amount_yen, fee.total_yen) == (yen, None if yen is None else 2 * yen)


@pytest.mark.parametrize(("channel", "need"), [("counter", "needed"), ("online", "not_needed")])
def test_a_return_envelope_belongs_to_an_application_on_paper(channel: str, need: str) -> None:
    dossier = a_dossier(a_map(CERTIFICATE), channel=channel)

    assert needs(CERTIFICATE, dossier)["return_envelope"] == need


def test_an_accredited_amendment_takes_the_place_of_the_first_accreditation() -> None:
    first = needs(LONGER, a_dossier(a_map(LONGER), {"plan_amended": False}))
    amended = needs(LONGER, a_dossier(a_map(LONGER), {"plan_amended": True}))

    assert (first["accreditation_notice"], first["amended_accreditation"]) == ("needed", "not_needed")
    assert (amended["accreditation_notice"], amended["amended_accreditation"]) == ("omittable", "needed")


def test_a_person_abroad_shows_no_residence_card() -> None:
    assert {"passport_copy", "card_copy"} <= set(needs(CHANGE, a_dossier(a_map(CHANGE))))
    assert not {"passport_copy", "card_copy"} & set(needs(CERTIFICATE, a_dossier(a_map(CERTIFICATE))))


def test_a_certificate_is_used_within_three_months_of_its_issue() -> None:
    entry = next(row for row in a_map(CERTIFICATE).procedure.follow_ups if row.id == "entry")

    assert (entry.after, entry.counted_from) == ("issued", "decided_on")
    assert entry.closes is not None
    assert entry.closes.months == 3
