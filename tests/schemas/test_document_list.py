"""The exact list for one dossier: what is needed, may be left out, or is not needed, and why."""

from schemas.document_list import document_list
from schemas.dossier import Dossier, Omission, RequiredDocument
from tests.schemas.cases import EXTENSION, PLAN, a_complete_dossier, a_dossier, a_map
from tests.schemas.clean_dossiers import a_document


def line(dossier: Dossier, kind: str, person_id: str | None = None) -> RequiredDocument:
    lines = document_list(a_map(dossier.procedure_id), dossier)
    return next(row for row in lines if (row.kind, row.person_id) == (kind, person_id))


def test_the_list_follows_the_authoritys_order_and_repeats_lines_of_persons() -> None:
    lines = document_list(a_map(EXTENSION), a_dossier(a_map(EXTENSION), persons=2))

    assert [row.kind for row in lines[:4]] == [
        "document_list",
        "applicant_roster",
        "application_form",
        "application_form",
    ]
    assert [row.person_id for row in lines[:4]] == [None, None, "p1", "p2"]


def test_a_roster_is_needed_from_two_persons_on() -> None:
    alone = a_dossier(a_map(EXTENSION), persons=1)
    together = a_dossier(a_map(EXTENSION), persons=2)

    assert line(alone, "applicant_roster").need == "not_needed"
    assert line(together, "applicant_roster").need == "needed"


def test_a_document_hanging_on_an_open_question_names_the_question() -> None:
    row = line(a_dossier(a_map(EXTENSION)), "council_certificate")

    assert row.need == "cannot_decide"
    assert row.missing == ("ssw_field",)
    assert "特定産業分野" in row.reason.ja
    assert "Field of specified skilled work" in row.reason.en


def test_the_field_of_work_chooses_the_papers_of_table_three() -> None:
    care = a_dossier(a_map(EXTENSION), {"ssw_field": "nursing_care"})
    construction = a_dossier(a_map(EXTENSION), {"ssw_field": "construction"})

    assert [line(care, kind).need for kind in ("care_outline", "construction_plan")] == [
        "needed",
        "not_needed",
    ]
    assert [line(construction, kind).need for kind in ("care_outline", "construction_plan")] == [
        "not_needed",
        "needed",
    ]
    assert line(construction, "council_certificate").need == "not_needed"


def test_a_field_whose_table_is_not_verified_may_state_that_nothing_is_asked() -> None:
    forestry = a_dossier(a_map(EXTENSION), {"ssw_field": "forestry"})
    care = a_dossier(a_map(EXTENSION), {"ssw_field": "nursing_care"})

    assert line(forestry, "field_forms").need == "omittable"
    assert line(care, "field_forms").need == "not_needed"


def test_one_worker_may_need_what_another_does_not() -> None:
    dossier = a_dossier(a_map(EXTENSION), {"nationality": "IDN"}, persons=2)
    mixed = dossier.model_copy(
        update={
            "persons": (
                dossier.persons[0],
                dossier.persons[1].model_copy(update={"values": {"nationality": "VNM"}}),
            )
        }
    )

    assert line(mixed, "bilateral_paper", "p1").need == "not_needed"
    assert line(mixed, "bilateral_paper", "p2").need == "needed"


def test_tax_papers_may_be_left_out_only_when_filed_before() -> None:
    before = a_dossier(a_map(EXTENSION), {"tax_filed_before": True})
    never = a_dossier(a_map(EXTENSION), {"tax_filed_before": False})

    assert line(before, "tax_payment", "p1").need == "omittable"
    assert "過去1年以内" in line(before, "tax_payment", "p1").reason.ja
    assert line(never, "tax_payment", "p1").need == "needed"


def test_a_sole_proprietor_needs_other_papers_than_a_corporation() -> None:
    corporation = a_dossier(a_map(PLAN), {"applicant_kind": "corporation"})
    individual = a_dossier(a_map(PLAN), {"applicant_kind": "individual"})

    assert line(corporation, "registry_certificate").need == "omittable"
    assert line(corporation, "owner_tax_return").need == "not_needed"
    assert line(individual, "registry_certificate").need == "not_needed"
    assert line(individual, "owner_tax_return").need == "omittable"


def test_an_attached_document_is_present_and_a_refused_or_omitted_one_is_not() -> None:
    ready = a_map(EXTENSION)
    attached = a_document(ready, "tax_payment", "p1")
    refused = attached.model_copy(update={"state": "refused"})
    omitted = attached.model_copy(update={"omitted": Omission(reason="提出済み")})

    def present(document: object) -> bool:
        return line(
            a_dossier(ready).model_copy(update={"documents": (document,)}), "tax_payment", "p1"
        ).present

    assert present(attached)
    assert not present(refused)
    assert not present(omitted)


def test_another_persons_document_is_not_ones_own() -> None:
    ready = a_map(EXTENSION)
    dossier = a_dossier(ready, persons=2, documents=(a_document(ready, "photo", "p2"),))

    assert not line(dossier, "photo", "p1").present
    assert line(dossier, "photo", "p2").present


def test_the_complete_samples_have_everything_needed() -> None:
    for procedure_id in (PLAN, EXTENSION):
        lines = document_list(a_map(procedure_id), a_complete_dossier(procedure_id))

        assert all(row.present for row in lines if row.need in ("needed", "cannot_decide")), procedure_id
