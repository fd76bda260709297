"""The board and the load of the desk."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert
from temporalio.client import Client

from api.gateway import Gateway
from infra.database.tables import news_item, notice
from tests.api.staff.office_day import EXTENSION, PLAN, OfficeDay, organisation, somebody

MANAGER = somebody("manager")
NOBODYS_NEWS = {
    "source": "x",
    "seq": 1,
    "item": {},
    "state": "waiting",
    "trouble": "unknown_receipt",
}


async def numbers(day: OfficeDay, query: str) -> list[str]:
    board = await day.get(MANAGER, f"/v1/board?{query}")
    return [row["number"] for row in board["items"]]


async def test_a_case_handed_in_stands_on_the_board(day: OfficeDay) -> None:
    case = await day.handed_in(persons=2)

    board = await day.get(MANAGER, f"/v1/board?search={case.number}")

    row = board["items"][0]
    assert [each["number"] for each in board["items"]] == [case.number]
    assert (row["persons"], row["stage"], row["holder"]) == (2, "review", "desk")
    assert row["organisation"]["id"] == organisation()
    assert row["open_findings"] > 0
    assert row["has_started"] is True


async def test_a_draft_is_not_on_the_board(day: OfficeDay) -> None:
    case = await day.drafted()

    assert await numbers(day, f"state=all&search={case.number}") == []


async def test_what_was_handed_in_while_the_engine_is_away_is_on_the_board_already(day: OfficeDay) -> None:
    case = await day.sealed(await day.drafted())

    board = await day.get(MANAGER, f"/v1/board?search={case.number}")

    assert [row["number"] for row in board["items"]] == [case.number]
    assert (board["items"][0]["stage"], board["items"][0]["holder"]) == ("intake", "desk")


@pytest.mark.parametrize(
    ("matching", "other"),
    [
        ("stage=review", "stage=correction"),
        ("holder=desk", "holder=client"),
        (f"procedure={EXTENSION}", f"procedure={PLAN}"),
        (f"organisation={organisation(3)}", f"organisation={organisation(4)}"),
        ("state=open", "state=closed"),
        ("state=all", "overdue=true"),
        ("overdue=false", "on_hold=true"),
        ("office=", "office=nowhere"),
    ],
)
async def test_a_filter_keeps_what_fits_and_drops_what_does_not(
    day: OfficeDay, matching: str, other: str
) -> None:
    case = await day.handed_in(3)
    kept = "state=open" if matching == "office=" else matching

    assert await numbers(day, f"search={case.number}&{kept}") == [case.number]
    assert await numbers(day, f"search={case.number}&{other}") == []


async def test_the_cases_behind_the_number_of_mails_in_trouble_are_listed(day: OfficeDay) -> None:
    stuck, sound = await day.handed_in(4), await day.handed_in(4)
    of_one = notice.update().where(notice.c.number == stuck.number)
    await day.behind_the_desk(of_one.values(state="given_up", trouble="mail_refused"))

    found = await numbers(day, f"organisation={organisation(4)}&state=all&mail_trouble=true")

    assert stuck.number in found
    assert sound.number not in found


async def test_a_case_is_found_by_the_beginning_of_its_number_in_small_letters(day: OfficeDay) -> None:
    case = await day.handed_in()

    assert case.number in await numbers(day, f"search={case.number[:-2].lower()}")


@pytest.mark.parametrize("search", ["%25", "_", "T26-%25", "'; DROP TABLE event; --", "%20"])
async def test_wildcards_in_a_search_are_plain_letters(day: OfficeDay, search: str) -> None:
    await day.handed_in()

    assert await numbers(day, f"search={search}") == []


@pytest.mark.parametrize("order", ["newest", "due", "untouched"])
async def test_pages_follow_each_other_without_gap_or_repetition(day: OfficeDay, order: str) -> None:
    cases = {(await day.handed_in(5)).number for _ in range(3)}
    query = f"/v1/board?organisation={organisation(5)}&order={order}"
    whole = [row["number"] for row in (await day.get(MANAGER, f"{query}&limit=100"))["items"]]

    seen: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = f"&cursor={page['next']}" if page["next"] else ""
        page = await day.get(MANAGER, f"{query}&limit=1{after}")
        seen += [row["number"] for row in page["items"]]

    assert cases <= set(seen)
    assert seen == whole


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "colour=red", "cursor=AAAA", "stage=nowhere", "order=random"]
)
async def test_a_question_the_board_does_not_know_is_refused(day: OfficeDay, query: str) -> None:
    answer = await day.call(MANAGER, "GET", f"/v1/board?{query}")

    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed_request"


@pytest.mark.parametrize("limit", [1, 100])
async def test_pages_may_have_one_row_or_a_hundred(day: OfficeDay, limit: int) -> None:
    answer = await day.call(MANAGER, "GET", f"/v1/board?limit={limit}")

    assert answer.status_code == 200


async def test_a_cursor_of_another_order_is_refused(day: OfficeDay) -> None:
    for _ in range(2):
        await day.handed_in(6)
    first = await day.get(MANAGER, f"/v1/board?organisation={organisation(6)}&limit=1")

    answer = await day.call(MANAGER, "GET", f"/v1/board?order=due&cursor={first['next']}")

    assert answer.json()["field"] == "cursor"


async def test_the_board_asks_the_engine_nothing(day: OfficeDay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's own lists are slow, late, and limited to thirty questions a second."""
    case, asked, connected = await day.handed_in(), [], Gateway._connected

    async def counted(gateway: Gateway) -> Client:
        asked.append(gateway)
        return await connected(gateway)

    monkeypatch.setattr(Gateway, "_connected", counted)
    paths = ("/v1/board?state=all", "/v1/board/load", "/board?state=all", f"/v1/board?search={case.number}")
    answers = [await day.call(MANAGER, "GET", path) for path in paths]
    by_the_board = len(asked)
    history = await day.call(MANAGER, "GET", f"/applications/{case.number}/engine")

    assert [each.status_code for each in (*answers, history)] == [200] * 5
    assert (by_the_board, len(asked) > 0) == (0, True)


async def test_the_load_counts_what_waits_with_whom(day: OfficeDay) -> None:
    before = await day.get(MANAGER, "/v1/board/load")
    case = await day.handed_in()
    task = await day.task_of(case.number, "review")
    await day.done(somebody("reviewer"), f"/v1/tasks/{task['id']}/claim")
    times = dict.fromkeys(("received_at", "due_at"), day.desk.now())
    of_nobody = {"id": str(uuid4())}
    quiet = (await day.call(MANAGER, "GET", "/board")).text
    await day.behind_the_desk(insert(news_item).values(NOBODYS_NEWS | of_nobody | times))

    after = await day.get(MANAGER, "/v1/board/load")
    board = (await day.call(MANAGER, "GET", "/board")).text
    await day.behind_the_desk(delete(news_item).where(news_item.c.id == of_nobody["id"]))

    assert _cases(after, "review", "reviewer") == _cases(before, "review", "reviewer") + 1
    assert _tasks(after, somebody("reviewer")) == _tasks(before, somebody("reviewer")) + 1
    assert sum(after["ages"]) >= sum(before["ages"]) + 1
    assert after["news_in_trouble"] == before["news_in_trouble"] + 1
    assert "案件に伝わっていない官署の連絡" in board
    assert ("案件に伝わっていない官署の連絡" in quiet) == (before["news_in_trouble"] > 0)


def _cases(load: dict[str, Any], stage: str, holder: str) -> int:
    return sum(each["cases"] for each in load["stages"] if (each["stage"], each["holder"]) == (stage, holder))


def _tasks(load: dict[str, Any], account: str) -> int:
    return sum(
        each["tasks"]
        for each in load["tasks"]
        if each["kind"] == "review" and each["assignee"] and each["assignee"]["id"] == account
    )
