"""Drafts: begun, filled, changed by versions, kept from others."""

import asyncio

import pytest

from schemas.maps import ProcedureMap
from tests.api.conftest import Visiting
from tests.api.visiting import SSW, Visitor

STAFF = ("reviewer-1", "second-reviewer-1", "handler-1", "manager-1", "operator-1")


async def test_a_draft_gets_a_number_and_as_many_persons_as_asked(client: Visitor) -> None:
    answer = await client.post("/v1/applications", {"procedure": SSW, "persons": 3})

    begun = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/applications/{begun['number']}"
    assert len(set(begun["persons"])) == 3
    assert answer.headers["ETag"] == '"1"'


async def test_the_same_key_begins_one_draft_however_often_it_is_sent(client: Visitor) -> None:
    body = {"procedure": SSW, "persons": 1}

    answers = await asyncio.gather(
        *(client.post("/v1/applications", body, key="once-and-again-1") for _ in range(6))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
