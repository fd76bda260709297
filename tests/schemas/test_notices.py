"""Changes, notifications and reports to OTIT: until when, where, for how much, and about whom."""

from datetime import date

import pytest

from infra.catalogue import load_catalogue
from schemas.catalogue import Procedure
from schemas.document_list import document_list
from schemas.lodging import counted, fee_of, office_of, window_of
from schemas.maps import ProcedureMap
from tests.schemas.clean_dossiers import a_clean_dossier

MAPS = [load_catalogue().map_for(row.id) for row in load_catalogue().procedures()]
NOTICES = [ready for ready in MAPS if ready.procedure.fee.table == "otit.notification"]


def named(procedure_id: str) -> ProcedureMap:
    return load_catalogue().map_for(f"otit.{procedure_id}")


@pytest.mark.parametrize(
    ("procedure_id", "earliest_on", "latest_on", "kind"),
    [
        ("change.accreditation", None, date(2027, 1, 9), "block"),
        ("change.minor", date(2026, 11, 2), date(2026, 12, 2), "warn"),
        ("change.supervising_body", date(2026, 11, 2), date(2026, 12, 2), "warn"),
        ("difficulty.individual", None, None, "block"),
        ("difficulty.supervised", None, None, "block"),
        ("start", date(2026, 11, 16), None, "block"),
        ("report.implementation", date(2027, 4, 1), date(2027, 5, 31), "warn"),
        ("report.business", date(2027, 4, 1), date(2027, 5, 31), "warn"),
        ("report.audit", date(2026, 11, 4), date(2027, 1, 4), "warn"),
    ],
)
def test_a_notice_is_lodged_after_its_event_and_in_its_time(
    procedure_id: str, earliest_on: date | None, latest_on: date | None, kind: str
) -> None:
    window = window_of(named(procedure_id), a_clean_dossier(f"otit.{procedure_id}"))

    assert (window.earliest_on, window.latest_on) == (earliest_on, latest_on)
    assert window.latest_kind == kind
    assert window.missing == ()


@pytest.mark.parametrize("procedure_id", ["start", "difficulty.individual", "difficulty.supervised"])
def test_what_has_no_number_of_days_is_told_in_words(procedure_id: str) -> None:
    window = window_of(named(procedure_id), a_clean_dossier(f"otit.{procedure_id}"))

    assert any("遅滞なく" in each.ja for each in window.derivation.because)
    assert any("ithout delay" in each.en for each in window.derivation.because)


@pytest.mark.parametrize(
    ("procedure_id", "office_id"),
    [
        ("change.accreditation", "TYO"),
        ("change.minor", "TYO"),
        ("difficulty.supervised", "TYO"),
        ("report.audit", "TYO"),
        ("report.business", "HQ"),
        ("change.supervising_body", "HQ"),
    ],
)
def test_employers_go_to_the_office_of_their_area_and_supervising_bodies_to_the_head_office(
    procedure_id: str, office_id: str
) -> None:
    office = office_of(named(procedure_id), a_clean_dossier(f"otit.{procedure_id}"))

    assert office is not None
    assert office.id == office_id


def test_a_notification_costs_nothing_and_a_change_of_two_plans_twice_the_fee_of_one() -> None:
    notice = fee_of(named("change.minor"), a_clean_dossier("otit.change.minor"))
    change = fee_of(named("change.accreditation"), a_clean_dossier("otit.change.accreditation"))

    assert notice.total_yen == 0
    assert (change.amount_yen, change.total_yen) == (3900, 7800)


@pytest.mark.parametrize("ready", NOTICES, ids=lambda ready: str(ready.procedure.id))
def test_a_notice_is_accepted_or_sent_back_and_nothing_is_examined(ready: ProcedureMap) -> None:
    assert [row.id for row in ready.procedure.results] == ["accepted", "returned", "withdrawn"]
    assert [row.id for row in ready.procedure.results if row.granted] == ["accepted"]


@pytest.mark.parametrize("ready", MAPS, ids=lambda ready: str(ready.procedure.id))
def test_what_is_about_the_organisation_itself_asks_nothing_of_persons(ready: ProcedureMap) -> None:
    procedure = ready.procedure
    about_persons = [row.id for row in procedure.fields if row.belongs_to_person]
    papers = [row.id for row in procedure.documents if row.belongs_to_person]

    assert bool(about_persons or papers) == (procedure.lines.at_most > 1)


def needed(procedure_id: str, **changed: object) -> set[str]:
    dossier = a_clean_dossier(procedure_id)
    asked = dossier.model_copy(update={"application": {**dossier.application, **changed}})
    lines = document_list(load_catalogue().map_for(procedure_id), asked)
    return {line.kind for line in lines if line.need in ("needed", "omittable")}


@pytest.mark.parametrize(
    ("change_item", "papers"),
    [
        ("lodging", {"floor_plan", "pay_explanation"}),
        ("deductions", {"pay_explanation"}),
        (
            "manager",
            {"staff_cvs", "staff_acceptance", "staff_employment_proof", "manager_course_certificate"},
        ),
        ("instructor", {"staff_cvs", "staff_acceptance", "staff_employment_proof"}),
        ("representative", {"registry_certificate"}),
        ("overtime_45", {"overtime_reasons", "overtime_list", "overtime_agreement"}),
        ("add_work", set()),
    ],
)
def test_papers_follow_what_changes(change_item: str, papers: set[str]) -> None:
    always = {"minor_change_notice", "power_of_attorney"}

    assert needed("otit.change.minor", change_item=change_item) == always | papers


def test_another_supervising_organisation_brings_its_contract() -> None:
    papers = needed("otit.change.accreditation", change_item="supervising_body")

    assert "new_supervision_contract" in papers
    assert "changed_schedule" not in papers


def following(procedure: Procedure) -> list[tuple[str, date, date]]:
    dossier = a_clean_dossier(procedure.id)
    return [
        (
            row.id,
            counted(row.opens, date.fromisoformat(str(dossier.application[row.counted_from]))),
            counted(row.closes, date.fromisoformat(str(dossier.application[row.counted_from]))),
        )
        for row in procedure.follow_ups
        if row.counted_from and row.opens and row.closes
    ]


@pytest.mark.parametrize("procedure_id", ["report.implementation", "report.business"])
def test_the_next_report_is_due_a_year_later(procedure_id: str) -> None:
    procedure = named(procedure_id).procedure

    assert following(procedure) == [(procedure.id, date(2028, 4, 1), date(2028, 5, 31))]
