"""The sample office has the shape it promises, and every person in it plainly is a sample."""

import pytest
from pydantic import ValidationError

from infra.dev.sample_office import ROLES, Role, SampleOffice, load_sample_office

ENOUGH: dict[Role, int] = {
    "client": 24,
    "reviewer": 3,
    "second_reviewer": 1,
    "handler": 2,
    "manager": 1,
    "operator": 1,
}


def test_it_has_three_divisions_and_nine_regional_offices() -> None:
    kinds = [unit.kind for unit in load_sample_office().units]

    assert (kinds.count("head_division"), kinds.count("regional_office")) == (3, 9)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_people(role: Role) -> None:
    assert len(load_sample_office().with_role(role)) >= ENOUGH[role]


def test_two_dozen_organisations_are_of_all_kinds() -> None:
    organisations = load_sample_office().organisations

    assert len(organisations) == 24
    assert {one.kind for one in organisations} == {
        "supervising_organisation",
        "company",
        "support_organisation",
    }
    assert all(1 <= len(one.staff) <= 2 for one in organisations)


def test_nobody_could_be_taken_for_a_real_person_or_reached() -> None:
    people = load_sample_office().people

    assert all("見本" in person.name_ja and "Sample" in person.name_en for person in people)
    assert all(person.email.endswith(".example") for person in people)


@pytest.mark.parametrize("change", [{"unit": "nowhere"}, {"supervised_by": "nobody"}])
def test_a_sheet_that_names_what_it_does_not_define_is_refused(change: dict[str, str]) -> None:
    sheet = load_sample_office().model_dump()
    sheet["organisations"][0].update(change)

    with pytest.raises(ValidationError, match="does not define"):
        SampleOffice.model_validate(sheet)


def test_two_people_cannot_share_a_subject() -> None:
    sheet = load_sample_office().model_dump()
    sheet["staff"][0]["subject"] = sheet["staff"][1]["subject"]

    with pytest.raises(ValidationError, match="same subject"):
        SampleOffice.model_validate(sheet)
