"""Human tasks: taking, giving back, passing on, and the order of the inbox."""

from datetime import timedelta

import pytest

from tests.api.staff.office_day import OfficeDay, organisation, somebody

MANAGER = somebody("manager")
REVIEWER = somebody("reviewer")
COLLEAGUE = somebody("reviewer", 1)
HANDLER = somebody("handler")


async def review_task(day: OfficeDay, place: int = 0) -> str:
    case = await day.handed_in(place)
    return f"/v1/tasks/{(await day.task_of(case.number, 'review'))['id']}"


async def test_who_claims_a_task_finds_it_among_his_own_and_others_no_longer_among_the_open(
    day: OfficeDay,
) -> None:
    task = await review_task(day, 7)

    answer = await day.done(REVIEWER, f"{task}/claim")

    mine = await day.get(REVIEWER, f"/v1/tasks?box=mine&organisation={organisation(7)}&limit=100")
    still_open = await day.get(COLLEAGUE, f"/v1/tasks?organisation={organisation(7)}&limit=100")
    assert answer["seq"] > 0
    assert task.rpartition("/")[2] in [each["id"] for each in mine["items"]]
    assert task.rpartition("/")[2] not in [each["id"] for each in still_open["items"]]


async def test_claiming_twice_is_claiming_once(day: OfficeDay) -> None:
    task = await review_task(day)
    first = await day.done(REVIEWER, f"{task}/claim")

    again = await day.done(REVIEWER, f"{task}/claim")

    assert again["seq"] == first["seq"]


async def test_a_colleagues_task_is_refused_until_it_is_given_back(day: OfficeDay) -> None:
    task = await review_task(day)
    await day.done(REVIEWER, f"{task}/claim")

    refused = await day.act(COLLEAGUE, f"{task}/claim")
    taken_away = await day.act(COLLEAGUE, f"{task}/release")
    await day.done(REVIEWER, f"{task}/release")
    taken = await day.act(COLLEAGUE, f"{task}/claim")

    assert (refused.status_code, refused.json()["code"]) == (409, "task_of_another")
    assert taken_away.json()["code"] == "task_of_another"
    assert taken.status_code == 200


async def test_a_manager_gives_back_the_task_of_somebody_on_leave(day: OfficeDay) -> None:
    task = await review_task(day)
    await day.done(REVIEWER, f"{task}/claim")

    await day.done(MANAGER, f"{task}/release")

    assert (await day.get(MANAGER, task))["task"]["state"] == "open"


async def test_a_task_is_passed_on_to_a_colleague_who_may_do_it(day: OfficeDay) -> None:
    task = await review_task(day)
    await day.done(REVIEWER, f"{task}/claim")
    offered = [each["id"] for each in await day.get(REVIEWER, f"{task}/colleagues")]

    await day.done(REVIEWER, f"{task}/pass-on", {"to": COLLEAGUE})

    assert COLLEAGUE in offered
    assert REVIEWER not in offered
    assert (await day.get(REVIEWER, task))["task"]["assignee"]["id"] == COLLEAGUE


async def test_a_task_is_passed_on_to_nobody_without_the_right(day: OfficeDay) -> None:
    task = await review_task(day)
    await day.done(REVIEWER, f"{task}/claim")
    without = (HANDLER, somebody("client"), "nobody-of-that-name")

    answers = [await day.act(REVIEWER, f"{task}/pass-on", {"to": to}) for to in without]

    refused = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert refused == [(422, "no_such_colleague")] * len(without)
    assert (await day.get(REVIEWER, task))["task"]["assignee"]["id"] == REVIEWER


async def test_a_handler_cannot_take_a_review(day: OfficeDay) -> None:
    task = await review_task(day)

    answer = await day.act(HANDLER, f"{task}/claim")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("task_id", ["T26-00000000.task.1", "nothing", "a b", "T26-%27"])
async def test_a_task_that_is_not_there_and_one_that_cannot_be_are_answered_alike(
    day: OfficeDay, task_id: str
) -> None:
    answer = await day.call(REVIEWER, "GET", f"/v1/tasks/{task_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


async def test_an_act_without_idempotency_key_is_refused(day: OfficeDay) -> None:
    task = await review_task(day)

    answer = await day.call(REVIEWER, "POST", f"{task}/claim")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_the_same_act_sent_again_gets_the_same_answer(day: OfficeDay) -> None:
    task = await review_task(day)
    first = await day.act(REVIEWER, f"{task}/claim", key="once")
    await day.done(REVIEWER, f"{task}/release")

    again = await day.act(REVIEWER, f"{task}/claim", key="once")

    assert again.json() == first.json()
    assert (await day.get(REVIEWER, task))["task"]["state"] == "open"


async def test_the_inbox_says_why_a_task_stands_where_it_stands(day: OfficeDay) -> None:
    task = await review_task(day, 8)
    inbox = f"/v1/tasks?organisation={organisation(8)}&limit=100"
    today = await day.get(REVIEWER, inbox)

    async with day.later(timedelta(days=30)) as later:
        overdue = await later.get(REVIEWER, inbox)

    assert _order(today, task) == "blocking"
    assert _order(overdue, task) == "overdue"


async def test_a_case_on_hold_comes_last_in_the_inbox(day: OfficeDay) -> None:
    held, waiting = await review_task(day, 9), await review_task(day, 9)
    number = held.rpartition("/")[2].partition(".")[0]
    await day.done(MANAGER, f"/v1/applications/{number}/hold", {"reason": "client_asked"})

    inbox = await day.get(REVIEWER, f"/v1/tasks?organisation={organisation(9)}&limit=100")

    ids = [f"/v1/tasks/{each['id']}" for each in inbox["items"]]
    assert _order(inbox, held) == "on_hold"
    assert ids.index(waiting) < ids.index(held)


async def test_pages_of_the_inbox_follow_each_other(day: OfficeDay) -> None:
    for _ in range(3):
        await review_task(day, 10)
    query = f"/v1/tasks?organisation={organisation(10)}"
    whole = [each["id"] for each in (await day.get(REVIEWER, f"{query}&limit=100"))["items"]]

    first = await day.get(REVIEWER, f"{query}&limit=2")
    second = await day.get(REVIEWER, f"{query}&limit=100&cursor={first['next']}")

    assert [each["id"] for each in first["items"] + second["items"]] == whole


async def test_only_who_may_inspect_sees_everybodys_tasks(day: OfficeDay) -> None:
    task = await review_task(day, 11)
    await day.done(REVIEWER, f"{task}/claim")

    everybody = await day.get(MANAGER, f"/v1/tasks?box=all&assignee={REVIEWER}&limit=100")
    refused = await day.call(COLLEAGUE, "GET", "/v1/tasks?box=all")

    assert task in [f"/v1/tasks/{each['id']}" for each in everybody["items"]]
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_reading_a_task_is_recorded(day: OfficeDay) -> None:
    task = await review_task(day)
    number = task.rpartition("/")[2].partition(".")[0]

    await day.get(COLLEAGUE, task)

    reads = await day.get(MANAGER, f"/v1/applications/{number}/reads")
    assert (COLLEAGUE, "task") in [(each["reader"]["id"], each["what"]) for each in reads["items"]]


def _order(inbox: dict[str, list[dict[str, dict[str, str]]]], task: str) -> str:
    return next(each["order"]["code"] for each in inbox["items"] if f"/v1/tasks/{each['id']}" == task)
