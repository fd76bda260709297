"""What a passport's two lines say against the form: agreeing, differing, broken, another's, or read from a picture."""

from collections.abc import Mapping
from typing import Any

import pytest

from schemas.dossier import DocumentFact, PersonDossier
from schemas.findings import Severity
from schemas.mrz import PassportZone
from schemas.readings import PassportSeen
from tests.schemas.cases import EXTENSION, PLAN, a_dossier, a_map, check
from tests.schemas.clean_dossiers import a_document

ANSWERS: Mapping[str, Any] = {
    "name_latin": "NGUYEN VAN AN",
    "passport_number": "C1234567",
    "birth_on": "2000-01-02",
    "sex": "male",
    "nationality": "VNM",
    "passport_expires_on": "2030-03-04",
}
ZONE = PassportZone(
    issuer="VNM",
    surname="NGUYEN",
    given_names="VAN AN",
    name_cut=False,
    number="C1234567",
    nationality="VNM",
    birth="000102",
    sex="male",
    expiry="300304",
)
ABOUT_PASSPORTS = ("ALL-ID-01", "ALL-ID-01b", "ALL-ID-08", "ALL-ID-08b", "ALL-ID-09", "ALL-ID-10")


def a_passport(
    person_id: str = "p1", *, seen_in: str = "text", page: int = 1, **changed: Any
) -> DocumentFact:
    zone = ZONE.model_copy(update=changed)
    seen = PassportSeen(page=page, zone=zone, seen_in=seen_in)
    return a_document(a_map(), "passport_copy", person_id, passports=(seen,))


def found(
    *documents: DocumentFact, procedure: str = EXTENSION, **answers: Any
) -> list[tuple[str, str, str | None]]:
    ready = a_map(procedure)
    dossier = a_dossier(ready, {**ANSWERS, **answers}, persons=1, documents=documents)
    report = check(ready, dossier)
    return [
        (row.rule_id, row.place, row.person_id) for row in report.findings if row.rule_id in ABOUT_PASSPORTS
    ]


@pytest.mark.parametrize("procedure", [EXTENSION, PLAN])
def test_a_passport_that_agrees_gives_no_finding(procedure: str) -> None:
    assert found(a_passport(), procedure=procedure) == []


def test_without_a_reading_nothing_is_said() -> None:
    assert found(a_document(a_map(), "passport_copy", "p1"), passport_number="X9") == []


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("passport_number", "C1234568"),
        ("birth_on", "2000-01-03"),
        ("sex", "female"),
        ("nationality", "IDN"),
        ("passport_expires_on", "2031-03-04"),
    ],
)
def test_an_answer_that_differs_is_named_at_its_field(field: str, answer: str) -> None:
    assert found(a_passport(), **{field: answer}) == [("ALL-ID-08", field, "p1")]


def test_a_name_that_differs_is_named() -> None:
    assert found(a_passport(), name_latin="NGUYEN VAN ANH") == [("ALL-ID-09", "name_latin", "p1")]
    assert found(a_passport(), name_latin="VAN AN NGUYEN") == []


def test_a_broken_digit_is_told_at_the_document_and_its_part_is_not_compared() -> None:
    broken = a_passport(number="C1234568", wrong_digits=("number", "whole"))

    assert found(broken) == [("ALL-ID-01", "passport_copy", "p1")]


def test_a_picture_is_uncertain_and_only_warns() -> None:
    seen = a_passport(seen_in="picture", wrong_digits=("whole",))

    assert found(seen, birth_on="2000-01-03", name_latin="OTHER") == [
        ("ALL-ID-01b", "passport_copy", "p1"),
        ("ALL-ID-08b", "birth_on", "p1"),
    ]
    severities = {row.rule.id: row.rule.severity for row in a_map().rules}
    assert severities["ALL-ID-01b"] is severities["ALL-ID-08b"] is Severity.WARN
    assert severities["ALL-ID-01"] is severities["ALL-ID-08"] is Severity.CORRECT


def test_an_unspecified_sex_and_an_unknown_state_are_left_to_the_reviewer() -> None:
    assert found(a_passport(sex="unspecified", nationality="XXB")) == []


def test_of_two_passports_the_one_with_the_number_of_the_form_is_meant() -> None:
    old, new = a_passport(number="B7654321", expiry="200101"), a_passport(page=2)
    both = old.model_copy(update={"passports": (*old.passports, *new.passports)})

    assert found(both) == []
    assert found(old) == [("ALL-ID-08", "passport_number", "p1"), ("ALL-ID-08", "passport_expires_on", "p1")]


def test_a_passport_of_another_person_of_the_application_is_told() -> None:
    ready = a_map(only="ALL-ID-10")
    mine, other = dict(ANSWERS), {**ANSWERS, "passport_number": "D7654321"}
    dossier = a_dossier(ready, documents=(a_passport("p2"), a_passport("p1"))).model_copy(
        update={
            "persons": (
                PersonDossier(person_id="p1", values=mine),
                PersonDossier(person_id="p2", values=other),
            )
        }
    )

    report = check(ready, dossier)

    assert [(row.place, row.person_id) for row in report.findings] == [("passport_copy", "p2")]


def test_nothing_of_a_passport_is_told_but_the_page() -> None:
    ready = a_map()
    dossier = a_dossier(ready, {**ANSWERS, "birth_on": "2001-01-01"}, documents=(a_passport(page=3),))

    told = [row.message_values for row in check(ready, dossier).findings if row.rule_id in ABOUT_PASSPORTS]

    assert told == [{"page": "3"}]
