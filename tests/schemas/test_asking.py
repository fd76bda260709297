"""Asking a map about a dossier: who sees which answers, and that no content whatever makes the rules fall over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.catalogue import load_catalogue
from schemas.asking import Asking
from schemas.dossier import Dossier, PersonDossier
from schemas.lodging import fee_of, office_of, window_of
from tests.schemas.cases import EXTENSION, a_complete_dossier, a_dossier, a_map, check

ANSWERS = st.one_of(st.text(max_size=12), st.integers(-(2**62), 2**62), st.booleans(), st.dates().map(str))


def asking(dossier: Dossier) -> Asking:
    return Asking(a_map(dossier.procedure_id), dossier)


def test_a_person_sees_the_applications_answers_and_the_application_no_persons() -> None:
    asked = asking(a_complete_dossier(EXTENSION))

    assert asked.answers(asked.dossier.persons[0])["ssw_field"] == "food_manufacturing"
    assert "name_latin" not in asked.answers(None)


def test_a_person_does_not_see_another_persons_answers() -> None:
    asked = asking(a_complete_dossier(EXTENSION))
    first, second = asked.dossier.persons

    assert asked.answers(first)["passport_number"] == "XA0000001"
    assert asked.answers(second)["passport_number"] == "XA0000002"


def test_an_empty_text_an_unknown_field_and_a_wrong_type_are_no_answers() -> None:
    ready = a_map(EXTENSION)
    dossier = a_dossier(ready, {"name_latin": "", "granted_months": "twelve", "birth_on": "2000-13-01"})
    stray = dossier.model_copy(update={"application": {"nobody_asked": 1, "as_of": "2020-01-01"}})

    assert asking(stray).answers(stray.persons[0]) == {}


def test_what_is_given_cannot_be_overridden_by_an_answer() -> None:
    dossier = a_dossier(a_map(EXTENSION)).model_copy(update={"application": {"person_count": 99}})

    assert asking(dossier).inputs(None)["person_count"] == 1


@pytest.mark.parametrize(("procedure_id", "days"), [("isa.coe.tit", 30), ("isa.coe.esd", 90)])
def test_conditions_know_what_is_usual_until_the_result_or_else_the_longest(
    procedure_id: str, days: int
) -> None:
    assert asking(a_dossier(a_map(procedure_id))).inputs(None)["expected_days"] == days


@settings(deadline=None, max_examples=120)
@given(data=st.data(), procedure_id=st.sampled_from([row.id for row in load_catalogue().procedures()]))
def test_no_content_makes_the_rules_fall_over(data: st.DataObject, procedure_id: str) -> None:
    ready = a_map(procedure_id)
    names = [row.id for row in ready.procedure.fields]
    complete = a_complete_dossier(procedure_id)
    spoiled = data.draw(st.dictionaries(st.sampled_from(names), ANSWERS, max_size=12))
    kept = data.draw(st.sets(st.sampled_from(names)))
    dossier = complete.model_copy(
        update={
            "application": {**{k: v for k, v in complete.application.items() if k in kept}, **spoiled},
            "persons": (PersonDossier(person_id="p1", values={**complete.persons[0].values, **spoiled}),),
        }
    )

    report = check(ready, dossier)

    assert report == check(ready, dossier)
    assert len({finding.key for finding in report.findings}) == len(report.findings)
    assert window_of(ready, dossier) == window_of(ready, dossier)
    assert fee_of(ready, dossier).units == 1
    assert office_of(ready, dossier) == office_of(ready, dossier, "p1")
