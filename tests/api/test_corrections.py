"""Corrections: findings told together, one thing corrected, the next round handed in once."""

import asyncio
import uuid
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from api.desk import Desk
from infra.database.tables import content, remark
from infra.dev.services import Stack
from schemas.maps import ProcedureMap
from tests.api.conftest import Visiting
from tests.api.staff.office_day import eventually
from tests.api.visiting import Visitor
from tests.journeys.office import Office
from tests.journeys.sown import a_group


async def arrived(client: Visitor, number: str, stage: str, rounds: int = 1) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        seen: dict[str, Any] = (await client.get(f"/v1/applications/{number}")).json()
        return seen if (seen["stage"], seen["rounds"]) == (stage, rounds) else None

    return await eventually(there, within_seconds=90)


async def review_task(reviewer: Visitor, number: str) -> str:
    overview = (await reviewer.get(f"/v1/applications/{number}/overview")).json()
    task: str = next(
        task["id"] for task in overview["tasks"] if task["kind"] == "review" and task["state"] == "open"
    )
    return task


async def ask_for_correction(reviewer: Visitor, number: str, person: str) -> None:
    task = await review_task(reviewer, number)
    claimed = await reviewer.post(f"/v1/tasks/{task}/claim")
    assert claimed.status_code == 200, claimed.text
    draft = {
        "task_id": task,
        "severity": "correct",
        "place_kind": "field",
        "place": "reason",
        "person_id": person,
        "words": "更新の理由をもう少し詳しく書いてください。",
    }
    written = await reviewer.post(f"/v1/applications/{number}/remarks", draft)
    assert written.status_code == 201, written.text
    overview = (await reviewer.get(f"/v1/applications/{number}/overview")).json()
    settled = [
        {"finding_id": each["id"], "state": "dismissed", "words": "見本"}
        for each in overview["findings"]
        if each["state"] == "proposed"
    ]
    verdict = {"kind": "review", "remark_ids": [written.json()["id"]], "settled": settled}
    done = await reviewer.post(f"/v1/tasks/{task}/complete", {"verdict": verdict})
    assert done.status_code == 200, done.text


@pytest.fixture
async def under_review(
    client: Visitor, client_alone: Visitor, store: httpx2.AsyncClient, extension: ProcedureMap
) -> dict[str, Any]:
    """An application of two persons, under review; its files did not pass the examination."""
    draft = await client_alone.complete_draft(extension, store, 2)
    await client.post(f"/v1/applications/{draft['number']}/hand-in")
    await arrived(client, draft["number"], "review")
    return draft


@pytest.fixture
async def handed_in(client: Visitor, office: Office, extension: ProcedureMap) -> dict[str, Any]:
    """An application of two persons, under review."""
    sown = await asyncio.to_thread(a_group, office, extension.procedure.id, 2)
    answer = await client.post(f"/v1/applications/{sown.number}/hand-in")
    assert answer.status_code == 201, answer.text
    await arrived(client, sown.number, "review")
    return {"number": sown.number, "persons": list(sown.persons)}


async def test_one_thing_is_corrected_without_touching_the_rest(
    client: Visitor, visitor: Visiting, handed_in: dict[str, Any], desk: Desk
) -> None:
    number, (person, other) = handed_in["number"], handed_in["persons"]
    place, key = f"/v1/applications/{number}", str(uuid.uuid4())
    await ask_for_correction(visitor("reviewer-1"), number, person)
    seen = await arrived(client, number, "correction")
    told = (await client.get(f"{place}/findings")).json()
    finding = told["findings"][0]

    changed = await client.patch(
        f"{place}/content",
        {"persons": {person: {"reason": "引き続き同じ会社で働くため。"}}},
        version=seen["version"],
    )
    untouched = await client.patch(
        f"{place}/content", {"persons": {other: {"reason": "x"}}}, version=changed.json()["version"]
    )
    reply = {"replies": [{"finding_id": finding["id"], "words": "詳しく書きました。"}]}
    answers = await asyncio.gather(*(client.post(f"{place}/corrections", reply, key=key) for _ in range(3)))
    again = await client.post(f"{place}/corrections", {})

    await arrived(client, number, "review", rounds=2)
    after = (await client.get(f"{place}/findings")).json()
    async with desk.database.as_desk() as connection:
        asked = select(content.c.scope, content.c.version, content.c.sealed_in_round).where(
            content.c.number == number
        )
        versions = {(row.scope, row.version): row.sealed_in_round for row in await connection.execute(asked)}
        replies = select(remark.c.id).where(remark.c.number == number, remark.c.kind == "reply")
        written = (await connection.execute(replies)).scalars().all()
    assert finding["words"]["words"].startswith("更新の理由")
    assert told["persons_to_correct"] == [person]
    assert [each["editable"] for each in seen["persons"]] == [True, False]
    assert (changed.status_code, untouched.status_code) == (200, 409)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"]["manifest_sha256"] for answer in answers}) == 1
    assert answers[0].json()["receipt"]["round"] == 2
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_correct")
    assert versions == {("application", 1): 1, (person, 1): 1, (other, 1): 1, (person, 2): 2}
    assert after["findings"][0]["state"] == "answered"
    assert len(written) == 1


async def test_the_client_is_told_its_own_day_and_not_the_desk_s(
    client: Visitor, visitor: Visiting, handed_in: dict[str, Any]
) -> None:
    place, reviewer = f"/v1/applications/{handed_in['number']}", visitor("reviewer-1")
    before = (await client.get(place)).json()
    await ask_for_correction(reviewer, handed_in["number"], handed_in["persons"][0])

    told = (await client.get(f"{place}/findings")).json()
    seen = (await client.get(place)).json()
    listed = (await client.get("/v1/applications")).json()["items"]

    overview = (await reviewer.get(f"{place}/overview")).json()
    own = [each["due_at"] for each in overview["deadlines"] if each["kind"] == "correction"]
    line = next(each for each in listed if each["number"] == handed_in["number"])
    assert [told["due_at"]] == [seen["next_due_at"]] == [line["next_due_at"]] == own
    assert (before["open_findings"], seen["open_findings"], line["open_findings"]) == (0, 1, 1)
    assert overview["next_due_at"] < told["due_at"]


async def test_the_twentieth_round_is_taken_and_no_other(
    client: Visitor, visitor: Visiting, handed_in: dict[str, Any], stack: Stack
) -> None:
    number = handed_in["number"]
    await ask_for_correction(visitor("reviewer-1"), number, handed_in["persons"][0])
    await arrived(client, number, "correction")

    answers = []
    for rounds in (20, 19):
        with stack.connect("toritsugi") as connection:
            connection.execute("UPDATE application SET rounds = %s WHERE number = %s", [rounds, number])
            connection.execute("UPDATE standing SET round = %s WHERE number = %s", [rounds, number])
        answers.append(await client.post(f"/v1/applications/{number}/corrections", {}))

    beyond, last = answers
    assert (beyond.status_code, beyond.json()["code"]) == (409, "too_many_rounds")
    assert beyond.json()["facts"] == {"limit": 20}
    assert (last.status_code, last.json()["receipt"]["round"]) == (201, 20)


async def test_nothing_is_corrected_that_nobody_asked_for(
    client: Visitor, under_review: dict[str, Any]
) -> None:
    place = f"/v1/applications/{under_review['number']}"

    answers = [
        await client.post(f"{place}/corrections", {}),
        await client.post(f"{place}/corrections", {"persons": ["p-0000000000000000"]}),
    ]

    assert [answer.json()["code"] for answer in answers] == ["nothing_to_correct", "unknown_person"]


async def test_a_person_is_withdrawn_and_the_other_goes_on(
    client: Visitor, under_review: dict[str, Any]
) -> None:
    number, (person, other) = under_review["number"], under_review["persons"]
    place, key = f"/v1/applications/{number}", str(uuid.uuid4())
    body = {"persons": [person], "reason": "帰国することになりました。"}

    first = await client.post(f"{place}/withdrawal", body, key=key)
    again = await client.post(f"{place}/withdrawal", body, key=key)

    seen = (await client.get(place)).json()
    stages = {each["person_id"]: (each["stage"], each["result"]) for each in seen["persons"]}
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert stages == {person: ("closed", "withdrawn"), other: ("review", None)}


async def test_a_draft_has_nothing_to_correct_or_to_withdraw(client: Visitor) -> None:
    begun = await client.begin()
    place = f"/v1/applications/{begun['number']}"

    answers = [await client.post(f"{place}/corrections", {}), await client.post(f"{place}/withdrawal", {})]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "not_handed_in")] * 2


async def test_a_withdrawal_waits_for_the_engine(
    client_alone: Visitor, store: httpx2.AsyncClient, extension: ProcedureMap
) -> None:
    draft = await client_alone.complete_draft(extension, store)
    place = f"/v1/applications/{draft['number']}"
    await client_alone.post(f"{place}/hand-in")

    answer = await client_alone.post(f"{place}/withdrawal", {})

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.headers["Retry-After"]
