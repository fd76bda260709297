"""History, reads, holds and content: what can be seen of a case, by whom, and that reading leaves a trace."""

from datetime import timedelta
from typing import Any

import pytest

from api.queries import Named
from api.queries_case import rounds_of
from tests.api.staff.office_day import CANARY, OfficeDay, organisation, somebody

MANAGER = somebody("manager")
REVIEWER = somebody("reviewer")
HANDLER = somebody("handler")
CLIENT = somebody("client")
STRANGER = somebody("client", 1)


async def events(day: OfficeDay, who: str, number: str) -> list[dict[str, Any]]:
    page = await day.get(who, f"/v1/applications/{number}/timeline?limit=100")
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_a_manager_reads_every_event_with_names_and_an_unbroken_chain(day: OfficeDay) -> None:
    case = await day.handed_in()
    task = await day.task_of(case.number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/claim")

    history = await events(day, MANAGER, case.number)

    claimed = next(each for each in history if each["kind"] == "task_claimed")
    assert [each["seq"] for each in history] == list(range(1, len(history) + 1))
    assert len({each["hash"] for each in history}) == len(history)
    assert claimed["actor"]["id"] == REVIEWER
    assert "Sample Reviewer" in claimed["actor"]["name"]
    assert claimed["title"]["ja"] and claimed["title"]["en"]


async def test_a_client_reads_its_own_part_of_the_history_without_staff(day: OfficeDay) -> None:
    case = await day.handed_in()
    task = await day.task_of(case.number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/claim")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/complete", {"verdict": {"kind": "review"}})

    answer = await day.call(CLIENT, "GET", f"/v1/applications/{case.number}/timeline")

    kinds = [each["kind"] for each in answer.json()["items"]]
    assert "received" in kinds and "correction_requested" in kinds
    assert not {"task_opened", "task_claimed", "checks_run", "findings_settled"} & set(kinds)
    assert REVIEWER not in answer.text
    assert {each["hash"] for each in answer.json()["items"]} == {None}
    assert answer.json()["notices"] == []


async def test_what_a_machine_handed_in_is_read_by_both_sides(day: OfficeDay) -> None:
    by = "key:sample"
    case = await day.sealed(await day.drafted(), by=by)

    async with day.desk.database.as_client(organisation()) as connection:
        seen_by_client = await rounds_of(connection, case.number)
    overview = await day.get(REVIEWER, f"/v1/applications/{case.number}/overview")

    assert [each.handed_in_by for each in seen_by_client] == [Named(id=by, name="APIキー / API key")]
    assert overview["rounds"][0]["handed_in_by"]["id"] == by


async def test_a_client_reads_why_a_finding_was_waived_but_not_who_did(day: OfficeDay) -> None:
    case = await day.handed_in()
    chosen = (await day.get(MANAGER, f"/v1/applications/{case.number}/overview"))["findings"][0]["id"]
    await day.done(MANAGER, f"/v1/findings/{chosen}/waive", {"reason": "提出済みのため"})

    answer = await day.call(CLIENT, "GET", f"/v1/applications/{case.number}/findings")

    assert "提出済みのため" in answer.text
    assert MANAGER not in answer.text


async def test_another_clients_history_is_not_there(day: OfficeDay) -> None:
    case = await day.handed_in()

    foreign = await day.call(STRANGER, "GET", f"/v1/applications/{case.number}/timeline")
    missing = await day.call(STRANGER, "GET", "/v1/applications/T26-00000000/timeline")

    assert foreign.status_code == missing.status_code == 404
    assert _without_id(foreign.json()) == _without_id(missing.json())


def _without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


async def test_pages_of_a_history_follow_each_other(day: OfficeDay) -> None:
    case = await day.handed_in()
    whole = await events(day, MANAGER, case.number)
    path = f"/v1/applications/{case.number}/timeline?limit=1"

    first = await day.get(MANAGER, path)
    second = await day.get(MANAGER, f"{path}&cursor={first['next']}")

    assert [first["items"][0]["seq"], second["items"][0]["seq"]] == [each["seq"] for each in whole[:2]]


async def test_mails_about_a_case_stand_in_its_history_with_their_attempts(day: OfficeDay) -> None:
    case = await day.handed_in()

    page = await day.get(MANAGER, f"/v1/applications/{case.number}/timeline")

    assert [(each["kind"], each["audience"]) for each in page["notices"]] == [("received", "client")]
    assert page["notices"][0]["attempts"] >= 0


async def test_a_manager_sees_the_engine_behind_a_case(day: OfficeDay) -> None:
    case = await day.handed_in()

    engine = await day.get(MANAGER, f"/v1/applications/{case.number}/engine")

    assert engine["status"] == "running"
    assert engine["events"][0]["type"] == "workflow_execution_started"
    assert "record" in {each["name"] for each in engine["events"]}
    assert any(each["summary"] for each in engine["events"])
    assert (engine["earlier"], engine["more"], engine["problems"]) == ([], False, [])
    assert CANARY not in str(engine)


async def test_a_hold_stops_a_case_and_is_lifted_again(day: OfficeDay) -> None:
    case = await day.handed_in()
    path = f"/v1/applications/{case.number}"

    await day.done(MANAGER, f"{path}/hold", {"reason": "client_asked", "words": "年末まで待つ"})
    again = await day.act(MANAGER, f"{path}/hold", {"reason": "other", "words": "二度目"})
    board = await day.get(MANAGER, f"/v1/board?on_hold=true&search={case.number}")
    await day.done(MANAGER, f"{path}/release-hold")
    lifted = await day.act(MANAGER, f"{path}/release-hold")

    written = await day.get(MANAGER, f"{path}/remarks")
    said = (await day.get(REVIEWER, f"{path}/overview"))["said"]
    assert [(each["event_kind"], each["words"]["words"]) for each in said] == [
        ("hold_placed", "年末まで待つ")
    ]
    assert (again.status_code, again.json()["code"]) == (409, "on_hold")
    assert board["items"][0]["hold"] == "client_asked"
    assert (lifted.status_code, lifted.json()["code"]) == (409, "not_on_hold")
    assert [each["words"] for each in written] == ["年末まで待つ"]


@pytest.mark.parametrize("act", ["hold", "release-hold", "more-requested", "results"])
async def test_an_act_on_a_draft_finds_no_case(day: OfficeDay, act: str) -> None:
    case = await day.drafted()
    bodies: dict[str, Any] = {
        "hold": {"reason": "other"},
        "more-requested": {"persons": ["p-1"], "words": "x"},
        "results": {"person_id": "p-1", "receipt": "R-1", "result": "permitted", "decided_on": "2026-11-01"},
    }
    who = HANDLER if act in ("more-requested", "results") else MANAGER

    answer = await day.act(who, f"/v1/applications/{case.number}/{act}", bodies.get(act))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_staff_read_what_was_handed_in_with_its_author(day: OfficeDay) -> None:
    case = await day.handed_in()

    content = await day.get(REVIEWER, f"/v1/applications/{case.number}/content")

    person = next(each for each in content["scopes"] if each["person_id"] == case.persons[0])
    name = person["values"]["name_latin"]
    assert name["value"] == f"{CANARY} TARO"
    assert (name["by"]["id"], name["capacity"], name["changed"]) == (CLIENT, "client", False)


async def test_what_a_client_is_still_writing_is_not_shown_to_staff(day: OfficeDay) -> None:
    draft = await day.drafted()
    await day.fill(draft, {draft.persons[0]: {"name_latin": "NOT YET"}})

    answer = await day.call(REVIEWER, "GET", f"/v1/applications/{draft.number}/content")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_second_round_shows_what_it_changed(day: OfficeDay) -> None:
    case = await day.handed_in()
    person = case.persons[0]
    task = await day.task_of(case.number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/claim")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/complete", {"verdict": {"kind": "review"}})
    await day.fill(case, {person: {"name_latin": "OTHER NAME", "phone": "03-0000-0000"}})
    unsealed = await day.get(REVIEWER, f"/v1/applications/{case.number}/content")
    await day.sealed(case)

    second = await day.get(REVIEWER, f"/v1/applications/{case.number}/content?round=2")
    first = await day.get(REVIEWER, f"/v1/applications/{case.number}/content?round=1")

    values = _values(second, person)
    assert _values(unsealed, person) == _values(first, person)
    assert (values["name_latin"]["changed"], values["name_latin"]["before"]) == (True, f"{CANARY} TARO")
    assert (values["phone"]["changed"], values["phone"]["before"]) == (True, None)
    assert values["residence_prefecture"]["changed"] is False


def _values(content: dict[str, Any], person: str) -> dict[str, Any]:
    values: dict[str, Any] = next(each["values"] for each in content["scopes"] if each["person_id"] == person)
    return values


async def test_a_round_that_was_not_handed_in_has_no_content_and_asking_is_no_read(day: OfficeDay) -> None:
    case = await day.handed_in()
    asked = {"0": 422, "2": 404, "9": 404, "1001": 422, "x": 422}

    answers = {
        round_: await day.call(REVIEWER, "GET", f"/v1/applications/{case.number}/content?round={round_}")
        for round_ in asked
    }

    assert {round_: answer.status_code for round_, answer in answers.items()} == asked
    assert (await day.get(MANAGER, f"/v1/applications/{case.number}/reads"))["items"] == []


async def test_every_read_of_a_case_by_staff_is_recorded(day: OfficeDay) -> None:
    case = await day.handed_in()
    looks = ("content", "overview", "remarks")

    for what in looks:
        await day.get(HANDLER, f"/v1/applications/{case.number}/{what}")

    reads = (await day.get(MANAGER, f"/v1/applications/{case.number}/reads"))["items"]
    assert sorted((each["reader"]["id"], each["what"]) for each in reads) == [
        (HANDLER, what) for what in looks
    ]


async def test_reads_are_found_by_reader_and_time(day: OfficeDay) -> None:
    case = await day.handed_in()
    before = day.desk.now()
    await day.get(HANDLER, f"/v1/applications/{case.number}/content")
    after = day.desk.now() + timedelta(seconds=1)
    later = after + timedelta(minutes=1)
    reader = f"/v1/reads?reader={HANDLER}&limit=100"

    inside = await day.get(MANAGER, f"{reader}&from_at={_instant(before)}&to_at={_instant(after)}")
    outside = await day.get(MANAGER, f"{reader}&from_at={_instant(after)}&to_at={_instant(later)}")
    naive = await day.call(MANAGER, "GET", f"{reader}&from_at=2026-11-22T00:00:00")

    assert [each["number"] for each in inside["items"]] == [case.number]
    assert outside["items"] == []
    assert (naive.status_code, naive.json()["code"]) == (422, "malformed_request")


def _instant(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")


async def test_an_erased_case_still_shows_its_road_without_words(day: OfficeDay) -> None:
    case = await day.handed_in(2)
    chosen = (await day.get(MANAGER, f"/v1/applications/{case.number}/overview"))["findings"][0]["id"]
    await day.done(MANAGER, f"/v1/findings/{chosen}/waive", {"reason": CANARY})
    await day.erase(case.number)

    answer = await day.call(MANAGER, "GET", f"/v1/applications/{case.number}/overview")
    content = await day.call(REVIEWER, "GET", f"/v1/applications/{case.number}/content")

    assert answer.status_code == 200
    assert CANARY not in answer.text
    assert answer.json()["organisation"]["id"] == organisation(2)
    assert content.status_code == 404
