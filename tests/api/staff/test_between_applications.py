"""Two clients apply for one person: reviewers are warned and may look up where; neither client learns of the other."""

from typing import Any

from api.reading import Case
from tests.api.staff.office_day import OfficeDay, somebody

REVIEWER = somebody("reviewer")
CLIENT = somebody("client", 1)
PASSPORT = "TZ7654321"


async def handed_in(day: OfficeDay, place: int) -> Case:
    """A case of the n-th client for the person with the passport, under review."""
    case = await day.drafted(place)
    await day.fill(case, {case.persons[0]: {"passport_number": PASSPORT}}, place)
    case = await day.sealed(case, place)
    await day.start(case, place)
    await day.task_of(case.number, "review")
    return case


async def seen_by(day: OfficeDay, number: str) -> str:
    """Everything the client can read of its case once the review has asked it to correct."""
    task = (await day.task_of(number, "review"))["id"]
    await day.done(REVIEWER, f"/v1/tasks/{task}/claim")
    await day.done(REVIEWER, f"/v1/tasks/{task}/complete", {"verdict": {"kind": "review"}})
    paths = ("", "/findings", "/documents")
    answers = [await day.get(CLIENT, f"/v1/applications/{number}{path}") for path in paths]
    pages = await day.call(CLIENT, "GET", f"/applications/{number}")
    assert pages.status_code == 200
    return str(answers) + pages.text


async def test_one_person_of_two_clients_is_told_to_reviewers_alone(day: OfficeDay) -> None:
    theirs = await handed_in(day, 0)
    own = await handed_in(day, 1)
    overview: dict[str, Any] = await day.get(REVIEWER, f"/v1/applications/{own.number}/overview")
    (warned,) = (each for each in overview["findings"] if each["rule_id"] == "ALL-XA-02")

    explained = await day.get(REVIEWER, f"/v1/findings/{warned['id']}/explanation")
    refused = await day.call(CLIENT, "GET", f"/v1/findings/{warned['id']}/explanation")
    seen = await seen_by(day, own.number)

    assert warned["severity"] == "warn"
    assert theirs.number not in str(overview)
    assert theirs.number in str(explained["used"])
    assert refused.status_code == 403
    assert own.number in seen
    assert [word for word in (theirs.number, "ALL-XA-02", "別の依頼者") if word in seen] == []
