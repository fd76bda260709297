"""Whether all is there: the complete samples pass, and each thing taken away is found."""

from collections.abc import Mapping
from datetime import date

import pytest

from schemas.catalogue import Value
from schemas.dossier import CheckReport, Dossier, Omission
from tests.schemas.cases import EXTENSION, PLAN, a_complete_dossier, a_dossier, a_map, check
from tests.schemas.clean_dossiers import a_document


def failing(report: CheckReport) -> list[str]:
    return [finding.key for finding in report.findings if finding.outcome == "fails"]


def checked(dossier: Dossier) -> list[str]:
    return failing(check(a_map(dossier.procedure_id), dossier))


def without(values: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key != name}


@pytest.mark.parametrize("procedure_id", [PLAN, EXTENSION])
def test_nothing_is_wrong_with_a_complete_application(procedure_id: str) -> None:
    assert checked(a_complete_dossier(procedure_id)) == []


@pytest.mark.parametrize("procedure_id", [PLAN, EXTENSION])
def test_each_answer_taken_away_is_found_unless_it_is_optional(procedure_id: str) -> None:
    dossier = a_complete_dossier(procedure_id)
    procedure = a_map(procedure_id).procedure

    for name in dossier.application:
        field = procedure.field(name)
        assert field is not None
        found = checked(dossier.model_copy(update={"application": without(dossier.application, name)}))
        always = field.required and field.required_when is None
        assert (f"ALL-FLD-01|-|{name}" in found) >= always, name


@pytest.mark.parametrize("procedure_id", [PLAN, EXTENSION])
def test_each_document_taken_away_is_found(procedure_id: str) -> None:
    dossier = a_complete_dossier(procedure_id)

    for document in dossier.documents:
        rest = tuple(fact for fact in dossier.documents if fact is not document)
        found = checked(dossier.model_copy(update={"documents": rest}))
        assert f"ALL-SET-01|{document.person_id or '-'}|{document.kind}" in found


def test_a_refused_file_is_a_missing_document() -> None:
    dossier = a_complete_dossier(EXTENSION)
    first, *rest = dossier.documents
    refused = dossier.model_copy(update={"documents": (first.model_copy(update={"state": "refused"}), *rest)})

    assert checked(refused) == [f"ALL-SET-01|-|{first.kind}"]


def test_an_application_without_persons_lacks_them() -> None:
    assert "ALL-FLD-01|-|persons" in checked(a_dossier(a_map(), persons=0))


def test_a_question_that_hangs_on_an_open_one_waits_for_it() -> None:
    ready = a_map(EXTENSION, only="ALL-FLD-01")

    open_question = failing(check(ready, a_dossier(ready)))
    answered_yes = failing(check(ready, a_dossier(ready, {"criminal_record": True})))

    assert "ALL-FLD-01|p1|criminal_detail" not in open_question
    assert "ALL-FLD-01|p1|criminal_record" in open_question
    assert "ALL-FLD-01|p1|criminal_detail" in answered_yes


def left_out(**changed: object) -> list[str]:
    ready = a_map(PLAN, only="ALL-SET-02")
    sound: dict[str, object] = {
        "reason": "提出済み",
        "reference": "見本-1",
        "handed_in_on": date(2023, 11, 22),
        "unchanged": True,
    }
    omitted = Omission.model_validate({**sound, **changed})
    document = a_document(ready, "registry_certificate", omitted=omitted)
    answers = {"applicant_kind": "corporation"}
    return failing(check(ready, a_dossier(ready, answers, documents=(document,))))


def test_a_document_left_out_within_three_years_is_grounded() -> None:
    assert left_out() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"handed_in_on": date(2023, 11, 21)},
        {"handed_in_on": date(2026, 11, 23)},
        {"handed_in_on": None},
        {"unchanged": False},
        {"reference": None},
        {"reason": ""},
    ],
)
def test_a_document_left_out_without_ground_is_found(changed: dict[str, object]) -> None:
    assert left_out(**changed) == ["ALL-SET-02|-|registry_certificate"]


def test_a_document_that_may_not_be_left_out_is_found() -> None:
    ready = a_map(PLAN, only="ALL-SET-02")
    document = a_document(ready, "checklist", omitted=Omission(reason="なし", unchanged=True))

    report = check(ready, a_dossier(ready, documents=(document,)))

    assert failing(report) == ["ALL-SET-02|-|checklist"]


def test_a_grounded_omission_is_no_missing_document() -> None:
    dossier = a_complete_dossier(PLAN)
    omitted = Omission(reason="提出済み", reference="見本-1", handed_in_on=date(2025, 1, 1), unchanged=True)
    documents = tuple(
        fact.model_copy(update={"omitted": omitted}) if fact.kind == "registry_certificate" else fact
        for fact in dossier.documents
    )

    assert checked(dossier.model_copy(update={"documents": documents})) == []


def test_two_persons_of_one_passport_are_found_and_two_without_are_not() -> None:
    ready = a_map(EXTENSION, only="ALL-ID-06")

    same = check(ready, a_dossier(ready, {"passport_number": "XA0000001"}, persons=3))
    unknown = check(ready, a_dossier(ready, persons=3))

    assert failing(same) == ["ALL-ID-06|p2|passport_number", "ALL-ID-06|p3|passport_number"]
    assert failing(unknown) == []


def test_a_worker_of_another_bureau_is_pointed_out() -> None:
    dossier = a_complete_dossier(EXTENSION)
    first, second = dossier.persons
    moved = second.model_copy(update={"values": {**second.values, "residence_prefecture": "47"}})

    found = checked(
        dossier.model_copy(update={"persons": (first, moved, first.model_copy(update={"person_id": "p3"}))})
    )

    assert "ISA-RC-07|p2|residence_prefecture" in found
    assert "ISA-RC-07|p1|residence_prefecture" not in found
