"""Notices about an organisation itself: one line, no person's answers, handed in like any other application."""

import httpx2
import pytest

from infra.catalogue import load_catalogue
from tests.api.visiting import Visitor


@pytest.mark.parametrize("procedure_id", ["otit.start", "otit.report.business"])
async def test_an_organisation_hands_in_a_notice_about_itself(
    client_alone: Visitor, store: httpx2.AsyncClient, procedure_id: str
) -> None:
    draft = await client_alone.complete_draft(load_catalogue().map_for(procedure_id), store)

    answer = await client_alone.post(f"/v1/applications/{draft['number']}/hand-in")

    assert answer.status_code == 201, answer.text
    assert answer.json()["receipt"]["round"] == 1


async def test_a_notice_about_an_organisation_has_one_line(client_alone: Visitor) -> None:
    two = await client_alone.post("/v1/applications", {"procedure": "otit.start", "persons": 2})
    begun = await client_alone.begin("otit.start")
    more = await client_alone.post(f"/v1/applications/{begun['number']}/persons", {"count": 1})

    assert (two.status_code, two.json()["code"]) == (422, "too_many_persons")
    assert (more.status_code, more.json()["code"]) == (422, "too_many_persons")


async def test_many_plans_change_in_one_application(client_alone: Visitor) -> None:
    begun = await client_alone.begin("otit.change.minor", persons=40)

    assert len(begun["persons"]) == 40
