"""The desk's round: what the front desk took while the engine was away is started, delivered and told, each once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from activities.rounds import Rounds, asked_after
from infra.keys import KeyUnknown
from infra.roads import ORGANISATION, PROCEDURE, answered
from schemas.application import HandedIn
from schemas.catalogue import ChannelId
from schemas.commands import ContradictionSettled, Withdraw
from schemas.filing import FilingState
from schemas.identifiers import application_number
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import MANAGER, a_remark, handed_in
from tests.schemas.cases import PLAN, a_map
from tests.workflows import acting
from tests.workflows.office import RANDOM, Office, Road, walk

NOT_CLOSED_YET = "UPDATE standing SET folded = jsonb_set(folded, '{closed_at}', 'null')"
CLOSED = "UPDATE standing SET folded = jsonb_set(folded, '{closed_at}', to_jsonb(closed_at))"
TO_BE_TOLD_AGAIN = """UPDATE news_item SET state = 'waiting', due_at = now()
    WHERE item->>'receipt' = %s AND item->>'result' = 'refused'"""

CLAIMED = """INSERT INTO receipt (receipt, organisation_id, number, person_id, place, filing_id, claimed_at)
    VALUES (%s, %s, %s, %s, %s, 'f', now())"""
NEWS = """INSERT INTO news_item (source, id, seq, item, state, received_at, due_at)
    VALUES ('simulator', 'of-two', 1, %s, 'waiting', now(), now())"""


def taken_in(office: Office, *, with_key: bool = True) -> HandedIn:
    """Handed in a minute ago while the engine was away."""
    number = application_number(2026, next(RANDOM))
    given = handed_in(f"{number}.p1", number=number)
    office.ground.take_in(given, office.keys.make(number) if with_key else None)
    office.ground.hand_in(number, 1, *given.persons)
    with office.ground.behind_the_desk() as connection:
        connection.execute(
            "UPDATE application SET handed_in_at = now() - interval '1 minute' WHERE number = %s", (number,)
        )
    return given


async def test_what_was_handed_in_while_the_engine_was_away_is_started_once(
    office: Office, rounds: Rounds
) -> None:
    given = taken_in(office)

    async with office.working():
        first = await walk(rounds.start_what_was_not_started)
        road = office.road(given.number)
        standing = await road.until_stage(Stage.REVIEW)
        second = await walk(rounds.start_what_was_not_started)

    assert (first, second) == (1, 0)
    assert standing.at_stage(Stage.REVIEW) == given.persons


async def test_what_the_round_starts_is_found_by_procedure_and_organisation_like_the_rest(
    office: Office, rounds: Rounds
) -> None:
    given = taken_in(office)

    await walk(rounds.start_what_was_not_started)
    described = await office.client.get_workflow_handle(given.number).describe()

    assert described.typed_search_attributes.get(PROCEDURE) == given.procedure
    assert described.typed_search_attributes.get(ORGANISATION) == given.organisation_id


async def test_one_that_cannot_be_started_holds_up_no_other(office: Office, rounds: Rounds) -> None:
    taken_in(office, with_key=False)
    given = taken_in(office)

    async with office.working():
        with pytest.raises(KeyUnknown):
            await walk(rounds.start_what_was_not_started)
        standing = await office.road(given.number).until_stage(Stage.REVIEW)

    assert standing.number == given.number


async def test_a_correction_that_got_lost_is_delivered_once(office: Office, rounds: Rounds) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        office.ground.hand_in(road.number, 2, "p1")

        delivered = [await walk(rounds.deliver_corrections) for _ in range(2)]
        await road.until_stage(Stage.REVIEW)

    assert delivered == [1, 0]
    assert (await road.kinds()).count("correction_handed_in") == 1


async def test_an_earlier_round_that_got_lost_is_delivered_after_a_later_one(
    office: Office, rounds: Rounds
) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road, a_remark(None))
        office.ground.hand_in(road.number, 2, "p1")
        await acting.correct(road, "p2", round=3)

        delivered = await walk(rounds.deliver_corrections)
        standing = await road.until_stage(Stage.REVIEW)

    assert delivered == 1
    assert standing.at_stage(Stage.REVIEW) == ("p1", "p2")


async def test_a_correction_of_who_has_withdrawn_is_not_delivered_again_and_again(
    office: Office, rounds: Rounds
) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road, a_remark(None))
        await road.act("withdraw", Withdraw, MANAGER, persons=("p1",))
        office.ground.hand_in(road.number, 2, "p1")

        delivered = [await walk(rounds.deliver_corrections) for _ in range(2)]
        standing = await road.recorded()

    assert delivered == [1, 0]
    assert standing.rounds_handed_in == (2,)
    assert not standing.open_tasks(TaskKind.LATE_CORRECTION)


async def lodged_with_the_authority(office: Office, authority: httpx2.AsyncClient, road: Road) -> str:
    """Handed over at the counter; answers the number the authority gave, which the desk does not know yet."""
    await acting.review(road)
    await acting.begin(road)
    chosen = await road.filing()
    filing = {
        "reference": chosen.id,
        "application": road.number,
        "office": "tokyo",
        "channel": "counter",
        "procedure": "otit.plan.accreditation.D",
        "persons": ["p1"],
        "package_sha256": "ab" * 32,
    }
    answer = await authority.post("/filings", json=filing)
    return str(answer.json()["receipts"]["p1"])


@asynccontextmanager
async def a_road_with_its_number(
    office: Office, authority: httpx2.AsyncClient
) -> AsyncIterator[tuple[Road, str]]:
    """One person lodged, the authority's number recorded; the office works."""
    async with office.working():
        road = await office.begin()
        office.ground.hand_in(road.number, 1, "p1")
        number = await lodged_with_the_authority(office, authority, road)
        await acting.end_with(road, number)
        yield road, number


async def test_a_result_that_is_earlier_than_its_number_is_kept_and_told(
    office: Office, rounds: Rounds, authority: httpx2.AsyncClient
) -> None:
    async with office.working():
        road = await office.begin()
        number = await lodged_with_the_authority(office, authority, road)
        await authority.post("/outcomes", json={"kind": "result", "receipt": number, "result": "accredited"})
        await walk(rounds.fetch_news)
        too_early = await road.kinds()

        await acting.end_with(road, number)
        await asyncio.sleep(6)
        await walk(rounds.fetch_news)
        outcome = await road.handle.result()

    assert "result_recorded" not in too_early
    assert outcome.results == {"accredited": 1}


async def test_a_result_told_twice_is_recorded_once(
    office: Office, rounds: Rounds, authority: httpx2.AsyncClient
) -> None:
    async with office.working():
        road = await office.begin()
        number = await lodged_with_the_authority(office, authority, road)
        await acting.end_with(road, number.replace("-", ""))
        await authority.post("/mood", json={"mode": "answer_twice"})
        await authority.post("/outcomes", json={"kind": "result", "receipt": number, "result": "refused"})

        await walk(rounds.fetch_news)
        await walk(rounds.fetch_news)
        outcome = await road.handle.result()

    assert outcome.results == {"refused": 1}
    assert (await road.kinds()).count("result_recorded") == 1


async def test_another_result_that_comes_when_the_road_has_ended_is_for_a_manager_and_the_same_is_late(
    office: Office, rounds: Rounds, authority: httpx2.AsyncClient
) -> None:
    async with a_road_with_its_number(office, authority) as (road, number):
        for result in ("accredited", "accredited", "refused"):
            await authority.post("/outcomes", json={"kind": "result", "receipt": number, "result": result})
            await walk(rounds.fetch_news)
            await road.until(lambda standing: standing.closed_at is not None or standing.contradictions)
            if result == "accredited":
                await road.handle.result()
        standing = await road.recorded()

    assert [each.result for each in standing.contradictions] == ["refused"]
    assert [task.persons for task in standing.open_tasks(TaskKind.CONTRADICTION)] == [("p1",)]
    assert await told_of(office, number) == ["told", "late", "told"]


async def told_of(office: Office, receipt: str) -> list[str]:
    """What became of the results of this number, in order."""
    asked = "SELECT state FROM news_item WHERE item->>'receipt' = :receipt AND item->>'kind' = 'result' ORDER BY seq"
    return [row["state"] for row in await office.ground.rows(asked, receipt=receipt)]


async def tell_again(office: Office, rounds: Rounds, receipt: str, *, first: str) -> list[str]:
    """After this was done behind the desk, the last result of this number is told as if it had not been heard of."""
    with office.ground.behind_the_desk() as connection:
        connection.execute(first.encode())
        connection.execute(TO_BE_TOLD_AGAIN, (receipt,))
    await walk(rounds.fetch_news)
    return await told_of(office, receipt)


async def test_another_result_waits_for_the_ledger_and_one_that_was_answered_reopens_nothing(
    office: Office, rounds: Rounds, authority: httpx2.AsyncClient
) -> None:
    async with a_road_with_its_number(office, authority) as (road, number):
        decided = {"kind": "result", "receipt": number}
        await authority.post("/outcomes", json=decided | {"result": "accredited"})
        await walk(rounds.fetch_news)
        await road.handle.result()
        await authority.post("/outcomes", json=decided | {"result": "refused"})
        before = await answered(office.client, road.number)
        closing = await tell_again(office, rounds, number, first=NOT_CLOSED_YET)
        closed = await tell_again(office, rounds, number, first=CLOSED)
        reopened = office.road(road.number)
        verdict = ContradictionSettled(holds="recorded", remark_id="why")
        await acting.decide(reopened, TaskKind.CONTRADICTION, verdict, MANAGER, act_id="settled")
        await reopened.until(lambda standing: standing.closed_at)
        unheard = await tell_again(office, rounds, number, first=CLOSED)
        after = await answered(office.client, road.number)

    assert (closing, closed, unheard) == (["told", "waiting"], ["told", "told"], ["told", "told"])
    assert (await road.kinds()).count("road_reopened") == 1
    assert before.items() < after.items()


async def test_news_of_a_number_that_two_persons_were_given_once_is_told_to_neither_and_the_log_names_both(
    office: Office, rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    cases = [taken_in(office) for _ in range(2)]
    with office.ground.behind_the_desk() as connection:
        for place, (case, spelling) in enumerate(zip(cases, ("24-999", "24999"), strict=True), start=1):
            claim = (spelling, case.organisation_id, case.number, case.persons[0], place)
            connection.execute(CLAIMED, claim)
        connection.execute(NEWS, ('{"kind": "result", "receipt": "24 999"}',))

    await walk(rounds.fetch_news)

    (kept,) = await office.ground.rows("SELECT state, trouble FROM news_item WHERE id = 'of-two'")
    assert kept == {"state": "waiting", "trouble": "receipt_of_two"}
    lines = [vars(each) for each in caplog.records if "news_not_told" in each.msg]
    named = [each["number"] for each in lines if each["code"] == "receipt_of_two"]
    assert sorted(named) == sorted(case.number for case in cases)


async def begun_by_hand(office: Office, days_ago: float) -> Road:
    road = await office.begin()
    await acting.review(road)
    await acting.begin(road)
    with office.ground.behind_the_desk() as connection:
        connection.execute(
            "UPDATE filing SET changed_at = now() - %s * interval '1 day' WHERE number = %s",
            (days_ago, road.number),
        )
    return road


def first_silent() -> int:
    """So many days ago a lodging by post was begun whose last office day is just over."""
    now = datetime.now(UTC)
    return next(
        days for days in range(30) if asked_after(a_map(PLAN), "post", now - timedelta(days=days)) <= now
    )


@pytest.mark.parametrize(
    ("channel", "last"), [("counter", "2026-12-25"), ("online", "2026-12-28"), ("post", "2027-01-06")]
)
def test_a_lodging_of_christmas_eve_is_asked_after_when_its_last_office_day_is_over_in_japan(
    channel: ChannelId, last: str
) -> None:
    before_midnight = datetime(2026, 12, 24, 14, 59, 59, tzinfo=UTC)

    same_day = asked_after(a_map(PLAN), channel, before_midnight)
    next_day = asked_after(a_map(PLAN), channel, before_midnight + timedelta(seconds=1))

    assert same_day.isoformat() == f"{last}T15:00:00+00:00"
    assert next_day > same_day


async def test_a_lodging_nobody_says_the_outcome_of_becomes_a_task_once(
    office: Office, rounds: Rounds
) -> None:
    async with office.working():
        road = await begun_by_hand(office, first_silent())

        asked = [await walk(rounds.ask_after_silent_lodgings) for _ in range(2)]

        standing = await road.standing()
    assert asked == [1, 0]
    assert [task.kind for task in standing.open_tasks()] == [TaskKind.FIND_OUT]
    assert standing.filings[-1].state is FilingState.UNKNOWN


async def test_a_posted_lodging_is_given_its_office_days(office: Office, rounds: Rounds) -> None:
    async with office.working():
        road = await begun_by_hand(office, first_silent() - 1)

        asked = await walk(rounds.ask_after_silent_lodgings)

        standing = await road.standing()
    assert asked == 0
    assert standing.filings[-1].state is FilingState.INTENDED
