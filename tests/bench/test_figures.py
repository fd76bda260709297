"""What one application costs, held to the event: who makes it dearer changes a number here and says why (ADR 0010)."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infra.dev.demo.day import People
from infra.dev.services import Stack
from tests.bench.documents import document_costs
from tests.bench.exact import Cost, Fields, Survey, surveying
from tests.bench.exact_sheet import PINGS
from tests.bench.ground import Ground
from tests.bench.histories import mentioned

HAPPY_PATH = {
    "WORKFLOW_EXECUTION_STARTED": 1,
    "WORKFLOW_TASK_SCHEDULED": 6,
    "WORKFLOW_TASK_STARTED": 6,
    "WORKFLOW_TASK_COMPLETED": 6,
    "MARKER_RECORDED": 7,
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": 4,
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": 4,
    "ACTIVITY_TASK_SCHEDULED": 1,
    "ACTIVITY_TASK_STARTED": 1,
    "ACTIVITY_TASK_COMPLETED": 1,
    "TIMER_STARTED": 1,
    "WORKFLOW_EXECUTION_COMPLETED": 1,
}
EVENTS_PER_RESULT = 6
BYTES_PER_PERSON = 2_700
HISTORY_BYTES, STORED_BYTES = 15_000, 52_500
STATE_TRANSITIONS = 12
STATEMENTS = {"api": 54, "worker": 31}
TRANSACTIONS = {"api": 16, "worker": 12}
ROWS_WITHOUT_DOCUMENTS = 45
WRITTEN_AHEAD_BYTES = 65_000
EVENTS_PER_ROUND, ACTIONS_PER_ROUND = 20, 6


@pytest.fixture(scope="module")
def ground(desk: Stack, people: People) -> Iterator[Ground]:
    standing_on = Ground(desk, people)
    yield standing_on
    standing_on.close()


@pytest.fixture(scope="module")
def fields(ground: Ground) -> Iterator[Fields]:
    sown_from = Fields(ground)
    yield sown_from
    sown_from.close()


@pytest.fixture(scope="module")
async def survey(ground: Ground) -> AsyncIterator[Survey]:
    async with surveying(ground) as begun:
        yield begun


@pytest.fixture(scope="module")
async def plain(survey: Survey, fields: Fields) -> Cost:
    """The happy path of one person; an earlier walk has opened all connections."""
    await survey.walked(fields.sow(1)[0])
    return await survey.walked(fields.sow(1)[0])


async def test_the_happy_path_leaves_exactly_these_events(plain: Cost) -> None:
    assert dict(plain.history.kinds) == HAPPY_PATH


async def test_the_happy_path_costs_twelve_actions_and_few_transitions(plain: Cost) -> None:
    assert plain.history.billable_actions == 12
    assert plain.history.state_transitions <= STATE_TRANSITIONS


async def test_the_happy_path_stays_small(plain: Cost) -> None:
    assert plain.history.stored_bytes <= HISTORY_BYTES
    assert plain.stored_bytes <= STORED_BYTES


async def test_the_happy_path_asks_the_database_no_more_than_this(plain: Cost) -> None:
    statements = {name: told.statements - told.kinds[PINGS] for name, told in plain.told.items()}
    transactions = {name: told.transactions for name, told in plain.told.items()}

    assert {name: count for name, count in statements.items() if count > STATEMENTS[name]} == {}
    assert {name: count for name, count in transactions.items() if count > TRANSACTIONS[name]} == {}


async def test_the_happy_path_leaves_no_more_rows_than_this(plain: Cost) -> None:
    uploads = plain.rows["document_version"] + plain.rows["examination"]

    assert sum(plain.rows.values()) - uploads <= ROWS_WITHOUT_DOCUMENTS


async def test_the_happy_path_writes_no_more_ahead_than_this(
    plain: Cost, survey: Survey, fields: Fields
) -> None:
    again = await survey.walked(fields.sow(1)[0])

    # PostgreSQL's own housekeeping may fall into one walk
    assert min(plain.written_ahead_bytes, again.written_ahead_bytes) <= WRITTEN_AHEAD_BYTES


async def test_documents_cost_the_history_nothing(plain: Cost, survey: Survey, fields: Fields) -> None:
    more = await survey.walked(fields.sow(1, further=27)[0])

    assert more.rows["document_version"] == plain.rows["document_version"] + 27
    assert more.history.kinds == plain.history.kinds


async def test_waiting_costs_the_history_nothing(survey: Survey, fields: Fields) -> None:
    month, year, years = [await survey.walked(fields.sow(1)[0], waiting_days=days) for days in (30, 300, 600)]

    assert year.history.kinds == years.history.kinds
    assert (year.history.kinds - month.history.kinds)["TIMER_FIRED"] <= 1


async def test_a_person_more_costs_one_result_more(plain: Cost, survey: Survey, fields: Fields) -> None:
    three = await survey.walked(fields.sow(1, 3)[0])

    assert three.history.events == plain.history.events + 2 * EVENTS_PER_RESULT
    assert three.history.stored_bytes <= plain.history.stored_bytes + 2 * BYTES_PER_PERSON


async def test_a_correction_round_costs_exactly_this(plain: Cost, survey: Survey, fields: Fields) -> None:
    corrected = await survey.walked(fields.sow(1)[0], corrected=True)

    assert corrected.history.events == plain.history.events + EVENTS_PER_ROUND
    assert corrected.history.billable_actions == plain.history.billable_actions + ACTIONS_PER_ROUND


async def test_no_personal_word_stands_in_a_history(plain: Cost, survey: Survey) -> None:
    words = await survey.planted_words(plain.number)

    assert len(words["content"]) == 2
    assert words["history"] == []


def test_the_search_for_personal_words_finds_them_however_json_writes_them() -> None:
    plain, escaped = '{"name": "見本 太郎"}'.encode(), rb'{"name": "\u898b\u672c \u592a\u90ce"}'

    assert mentioned([plain], ["見本 太郎"]) == mentioned([escaped], ["見本 太郎"]) == ["見本 太郎"]
    assert mentioned([plain, escaped], ["見本 花子"]) == []


async def test_every_request_sent_twice_leaves_the_same_rows_and_events(
    plain: Cost, survey: Survey, fields: Fields
) -> None:
    twice = await survey.walked(fields.sow(1)[0], twice=True)

    assert twice.requests > plain.requests
    assert twice.rows == plain.rows
    assert twice.history.kinds == plain.history.kinds


async def test_recording_a_history_twice_changes_no_row(plain: Cost, survey: Survey) -> None:
    assert await survey.recorded_again(plain.number)


async def test_documents_do_not_pass_through_the_front_desk(ground: Ground, fields: Fields) -> None:
    small, large = await document_costs(ground, fields)

    assert abs(large.through_the_desk_bytes - small.through_the_desk_bytes) <= 16
    assert (
        (large.desk_requests, large.worker_requests) == (small.desk_requests, small.worker_requests) == (3, 3)
    )
