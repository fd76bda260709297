"""Every door of the desk's own people against every role: who has the right gets in, nobody else learns anything."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from api import (
    board,
    cases,
    checklists,
    codec_server,
    explanations,
    filings,
    findings,
    holds,
    inspections,
    reads,
    remarks,
    results,
    tasks,
    timeline,
    verdicts,
)
from schemas.identifiers import application_number
from tests.api.staff.office_day import OfficeDay, somebody

MISSING = application_number(2026, 0)
IMPOSSIBLE = "T26-00000000"
ROLES = ("client", "reviewer", "second_reviewer", "handler", "manager", "operator")
READING = {"reviewer", "second_reviewer", "handler", "manager"}
REVIEWING = {"reviewer", "second_reviewer"}
DOORS: dict[tuple[str, str], set[str]] = {
    ("GET", "/v1/board"): READING,
    ("GET", "/v1/board/load"): READING,
    ("GET", "/v1/applications/{number}/overview"): READING,
    ("GET", "/v1/applications/{number}/content"): READING,
    ("GET", "/v1/applications/{number}/checklist"): READING,
    ("GET", "/v1/applications/{number}/remarks"): READING,
    ("POST", "/v1/applications/{number}/remarks"): REVIEWING,
    ("PATCH", "/v1/remarks/{remark_id}"): REVIEWING,
    ("DELETE", "/v1/remarks/{remark_id}"): REVIEWING,
    ("GET", "/v1/tasks"): READING,
    ("GET", "/v1/tasks/{task_id}"): READING,
    ("GET", "/v1/tasks/{task_id}/colleagues"): READING,
    ("POST", "/v1/tasks/{task_id}/claim"): READING,
    ("POST", "/v1/tasks/{task_id}/release"): READING,
    ("POST", "/v1/tasks/{task_id}/pass-on"): READING,
    ("POST", "/v1/tasks/{task_id}/complete"): READING,
    ("POST", "/v1/findings/{finding_id}/waive"): {"manager"},
    ("GET", "/v1/findings/{finding_id}/explanation"): READING,
    ("GET", "/v1/impact"): {"manager"},
    ("GET", "/v1/applications/{number}/checks/{round}/again"): {"manager"},
    ("POST", "/v1/applications/{number}/rules"): {"manager"},
    ("GET", "/v1/filings"): READING,
    ("GET", "/v1/filings/{filing_id}"): READING,
    ("GET", "/v1/filings/{filing_id}/package"): READING,
    ("POST", "/v1/filings/{filing_id}/begin"): {"handler"},
    ("POST", "/v1/filings/{filing_id}/end"): {"handler"},
    ("POST", "/v1/filings/{filing_id}/office"): {"handler"},
    ("POST", "/v1/filings/{filing_id}/notes"): {"handler"},
    ("POST", "/v1/filings/{filing_id}/receipts"): {"handler"},
    ("POST", "/v1/applications/{number}/more-requested"): {"handler"},
    ("POST", "/v1/applications/{number}/results"): {"handler"},
    ("POST", "/v1/applications/{number}/hold"): {"manager"},
    ("POST", "/v1/applications/{number}/release-hold"): {"manager"},
    ("GET", "/v1/applications/{number}/timeline"): {"manager", "client"},
    ("GET", "/v1/applications/{number}/engine"): {"manager"},
    ("GET", "/v1/applications/{number}/reads"): {"manager"},
    ("GET", "/v1/reads"): {"manager"},
    ("POST", "/codec/decode"): {"manager"},
}
BODIES: dict[str, Any] = {
    "remarks": {
        "task_id": f"{MISSING}.task.1",
        "severity": "info",
        "place_kind": "application",
        "words": "x",
    },
    "{remark_id}": {"words": "x"},
    "pass-on": {"to": "somebody"},
    "complete": {"verdict": {"kind": "absent_confirmed", "absent": True}},
    "waive": {"reason": "x"},
    "rules": {"pack_version": "0" * 64, "reason": "x"},
    "begin": {"channel": "online"},
    "end": {"outcome": "unknown"},
    "notes": {"words": "x"},
    "receipts": {"receipts": [{"person_id": "p-1", "number": "R-1"}], "reason": "x"},
    "more-requested": {"persons": ["p-1"], "words": "x"},
    "results": {"person_id": "p-1", "receipt": "R-1", "result": "permitted", "decided_on": "2026-11-01"},
    "hold": {"reason": "other"},
    "decode": {"payloads": []},
}
ROUTERS = (
    board,
    cases,
    checklists,
    codec_server,
    explanations,
    filings,
    findings,
    holds,
    inspections,
    reads,
    remarks,
    results,
    tasks,
    timeline,
    verdicts,
)


def test_every_door_is_in_the_table() -> None:
    routes = {
        (method, route.path)
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if method != "OPTIONS"
    }

    assert routes == set(DOORS)


@pytest.mark.parametrize("number", [MISSING, IMPOSSIBLE], ids=["missing", "impossible"])
@pytest.mark.parametrize("door", DOORS, ids=" ".join)
async def test_only_who_has_the_right_gets_in(day: OfficeDay, door: tuple[str, str], number: str) -> None:
    answers = {role: await _knock(day, somebody(role), door, number) for role in ROLES}

    stranger = await _knock(day, None, door, number)

    let_in = {role for role, (status, _) in answers.items() if status not in (401, 403)}
    assert stranger == (401, "not_signed_in")
    assert let_in == DOORS[door]
    assert {answers[role] for role in ROLES if role not in let_in} <= {(403, "not_allowed")}


async def _knock(day: OfficeDay, who: str | None, door: tuple[str, str], number: str) -> tuple[int, str]:
    method, template = door
    path = template.format(
        number=number,
        round=1,
        task_id=f"{number}.task.1",
        finding_id=f"{number}.finding.1",
        filing_id=f"{number}.filing.1",
        remark_id="nothing",
    )
    body = None if method == "GET" else BODIES.get(template.rpartition("/")[2])
    answer = await day.call(who, method, path, body, **{"Idempotency-Key": "knock"})
    return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


async def test_an_account_that_was_closed_is_out_at_once(day: OfficeDay) -> None:
    leaver = somebody("reviewer", 3)
    before = await day.call(leaver, "GET", "/v1/tasks")

    async with day.closed_account(leaver):
        closed = await day.call(leaver, "GET", "/v1/tasks")

    assert before.status_code == 200
    assert (closed.status_code, closed.json()["code"]) == (401, "not_signed_in")
