"""Immigration procedures of specified skilled workers and the small ones of a person in Japan: when, how much, with what."""

from collections.abc import Mapping
from datetime import date

import pytest

from schemas.document_list import document_list
from schemas.lodging import fee_of, office_of, window_of
from tests.schemas.cases import a_dossier, a_map

CERTIFICATE = "isa.coe.ssw1"
CERTIFICATE_2 = "isa.coe.ssw2"
CHANGE = "isa.change.ssw1"
CHANGE_2 = "isa.change.ssw2"
LONGER_2 = "isa.extension.ssw2"
CARD = "isa.card.reissue"
REENTRY = "isa.reentry"
WORK = "isa.work_certificate"
TABLE_2 = {
    "record_pledge", "record_proof", "organisation_outline", "registry_certificate", "residence_certificates",
    "other_directors_pledge", "labour_insurance", "social_insurance", "national_tax", "local_tax",
}  # fmt: skip
CORPORATION: Mapping[str, object] = {
    "organisation_kind": "corporation",
    "accepts_ssw_this_year": False,
    "proven_record": "none",
    "other_directors": True,
}


def needs(procedure_id: str, given: Mapping[str, object]) -> dict[str, str]:
    ready = a_map(procedure_id)
    return {line.kind: line.need for line in document_list(ready, a_dossier(ready, given))}


def needed(procedure_id: str, given: Mapping[str, object]) -> set[str]:
    return {kind for kind, need in needs(procedure_id, given).items() if need == "needed"}


@pytest.mark.parametrize("procedure_id", [CERTIFICATE, CHANGE, CHANGE_2])
def test_table_2_is_left_out_by_an_organisation_that_accepts_in_the_same_fiscal_year(
    procedure_id: str,
) -> None:
    assert needed(procedure_id, {**CORPORATION, "accepts_ssw_this_year": True}) & TABLE_2 == set()
    assert needed(procedure_id, CORPORATION) & TABLE_2 == TABLE_2 - {"record_pledge", "record_proof"}


@pytest.mark.parametrize(
    ("record", "papers"),
    [
        ("listed", {"record_pledge", "record_proof"}),
        ("withholding", {"record_pledge", "record_proof"}),
        ("three_years", {"record_pledge", "record_proof", "organisation_outline"}),
    ],
)
def test_a_body_with_a_record_pledges_and_proves_it_instead(record: str, papers: set[str]) -> None:
    assert needed(CHANGE, {**CORPORATION, "proven_record": record}) & TABLE_2 == papers


def test_a_sole_proprietor_has_no_register_and_no_directors() -> None:
    papers = needed(CHANGE, {**CORPORATION, "organisation_kind": "individual"})

    assert papers & TABLE_2 == {
        "organisation_outline", "residence_certificates", "labour_insurance", "social_insurance",
        "national_tax", "local_tax",
    }  # fmt: skip


def test_directors_who_all_take_part_need_no_pledge_of_others() -> None:
    assert "other_directors_pledge" not in needed(CHANGE, {**CORPORATION, "other_directors": False})


@pytest.mark.parametrize(
    ("procedure_id", "given", "omittable"),
    [
        (CHANGE, {"accepts_ssw_this_year": True, "proven_record": "none"}, {"pay_explanation"}),
        (CHANGE, {"accepts_ssw_this_year": False, "proven_record": "listed"}, {"pay_explanation"}),
        (CHANGE, {"accepts_ssw_this_year": False, "proven_record": "none"}, set()),
        (CERTIFICATE, {"accepts_ssw_this_year": True, "proven_record": "none"}, set()),
        (CERTIFICATE_2, {"accepts_ssw_this_year": True, "proven_record": "none"}, set()),
        (
            CERTIFICATE_2,
            {"accepts_ssw_this_year": False, "proven_record": "listed"},
            {"pay_explanation", "employment_history"},
        ),
        (
            CERTIFICATE,
            {"accepts_ssw_this_year": False, "proven_record": "listed"},
            {"pay_explanation", "employment_history", "collected_expenses"},
        ),
    ],
)
def test_papers_of_table_1_are_left_out_as_the_kind_of_application_allows(
    procedure_id: str, given: Mapping[str, object], omittable: set[str]
) -> None:
    found = needs(procedure_id, given)

    papers = ("pay_explanation", "employment_history", "collected_expenses")
    assert {kind for kind in papers if found.get(kind) == "omittable"} == omittable


def test_tests_are_shown_unless_the_training_waives_them() -> None:
    tested = needed(CHANGE, {"exempt_by_titp": False})
    trained = needed(CHANGE, {"exempt_by_titp": True})

    papers = {"skill_test", "japanese_test", "titp_completion"}
    assert tested & papers == {"skill_test", "japanese_test"}
    assert trained & papers == {"titp_completion"}


def test_public_duties_are_shown_by_a_person_in_japan_and_not_by_one_abroad() -> None:
    assert {"tax_assessment", "tax_payment", "withholding_slip"} <= needed(
        CHANGE, {"tax_filed_before": False}
    )
    assert not any(kind.startswith("tax_") for kind in needs(CERTIFICATE, {}))


def test_level_two_has_no_support_plan_no_total_stay_and_no_care() -> None:
    for procedure_id in (CHANGE_2, LONGER_2):
        procedure = a_map(procedure_id).procedure
        offered = a_map(procedure_id).choices_of(
            next(row for row in procedure.fields if row.id == "ssw_field")
        )

        assert procedure.field("support_delegated") is None
        assert procedure.field("ssw1_days") is None
        assert procedure.document("support_plan") is None
        assert len(offered) == 11
        assert "nursing_care" not in {choice.id for choice in offered}


@pytest.mark.parametrize(
    ("procedure_id", "papers"),
    [
        (CHANGE, {"construction_plan", "construction_membership"}),
        (CERTIFICATE, {"construction_plan", "construction_membership"}),
        (
            LONGER_2,
            {
                "construction_membership",
                "construction_experience",
                "construction_pledges",
                "construction_licence",
            },
        ),
    ],
)
def test_construction_shows_its_own_papers_for_each_level(procedure_id: str, papers: set[str]) -> None:
    found = needed(procedure_id, {"ssw_field": "construction"})

    assert {kind for kind in found if kind.startswith("construction_")} == papers
    assert "council_certificate" not in found


@pytest.mark.parametrize(("field", "asked"), [("food_service", True), ("agriculture", False)])
def test_the_support_organisation_proves_its_council_where_the_field_asks(field: str, asked: bool) -> None:
    found = needed(CHANGE, {"ssw_field": field, "support_delegated": True})

    assert ("support_council_certificate" in found) is asked


def test_a_change_ends_with_the_stay_and_a_certificate_has_no_window() -> None:
    change = window_of(a_map(CHANGE), a_dossier(a_map(CHANGE), {"stay_expires_on": "2027-02-28"}))
    certificate = window_of(a_map(CERTIFICATE), a_dossier(a_map(CERTIFICATE)))

    assert (change.earliest_on, change.latest_on) == (None, date(2027, 2, 28))
    assert (certificate.earliest_on, certificate.latest_on, certificate.missing) == (None, None, ())


def test_a_lost_card_is_reported_within_fourteen_days_and_a_damaged_one_at_any_time() -> None:
    lost, damaged = (
        window_of(a_map(CARD), a_dossier(a_map(CARD), {"card_event": event, "event_known_on": "2026-11-20"}))
        for event in ("lost", "damaged")
    )

    assert (lost.latest_on, lost.latest_kind) == (date(2026, 12, 4), "warn")
    assert damaged.latest_on is None


def test_a_lost_card_is_not_shown_but_its_loss_is() -> None:
    lost = needed(CARD, {"card_event": "lost"})
    changed = needed(CARD, {"card_event": "changed"})

    papers = {"card_copy", "loss_proof", "change_proof"}
    assert lost & papers == {"loss_proof"}
    assert changed & papers == {"card_copy", "change_proof"}


@pytest.mark.parametrize(
    ("procedure_id", "given", "channel", "yen"),
    [
        (REENTRY, {"reentry_kind": "single"}, "counter", 4_000),
        (REENTRY, {"reentry_kind": "single"}, "online", 3_500),
        (REENTRY, {"reentry_kind": "multiple"}, "counter", 7_000),
        (REENTRY, {"reentry_kind": "multiple"}, "online", 6_500),
        (REENTRY, {}, "online", None),
        (CARD, {"card_kind": "reissue"}, None, 0),
        (CARD, {"card_kind": "exchange"}, None, None),
        (WORK, {}, "counter", 2_000),
        (WORK, {}, "online", 1_600),
        (CERTIFICATE, {}, "online", 0),
    ],
)
def test_the_state_fee_follows_channel_and_kind(
    procedure_id: str, given: Mapping[str, object], channel: str | None, yen: int | None
) -> None:
    fee = fee_of(a_map(procedure_id), a_dossier(a_map(procedure_id), given, channel=channel))

    assert fee.amount_yen == yen


def test_a_card_is_re_issued_at_the_counter_of_the_residence() -> None:
    office = office_of(a_map(CARD), a_dossier(a_map(CARD), {"residence_prefecture": "14"}))

    assert [row.id for row in a_map(CARD).procedure.channels] == ["counter"]
    assert office is not None
    assert office.id == "yokohama"


@pytest.mark.parametrize(
    ("procedure_id", "after", "named"),
    [
        (CHANGE, "permitted", {"isa.extension.ssw1", "ssw.periodic_notification"}),
        (CHANGE_2, "permitted", {"isa.extension.ssw2", "ssw.periodic_notification"}),
        (LONGER_2, "permitted", {"isa.extension.ssw2"}),
        (CERTIFICATE, "issued", {"entry", "ssw.periodic_notification"}),
    ],
)
def test_what_comes_next_is_named(procedure_id: str, after: str, named: set[str]) -> None:
    follow_ups = a_map(procedure_id).procedure.follow_ups

    assert {row.id for row in follow_ups if row.after == after} == named
