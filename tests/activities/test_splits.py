"""A split-off that the front desk could not tell the road ends whole: carried out, or noted as too late; never in two."""

import json

import pytest

from activities.links import Links
from activities.rounds import Rounds
from activities.splits import Splits
from infra.elsewhere import STILL_OPEN
from schemas import messages
from schemas.application import HandedIn
from schemas.commands import Withdraw
from schemas.identifiers import application_number
from schemas.standing import Stage
from tests.activities.waiting import A_LINK, waiting_for
from tests.builders import CLIENT, ORGANISATION, handed_in
from tests.workflows import acting
from tests.workflows.office import RANDOM, Office, walk

A_SPLIT = """INSERT INTO split_off
    (to_number, number, organisation_id, persons, findings, act_id, made_by, capacity, made_at)
    VALUES (%s, %s, %s, %s, %s, %s, 'acc-client', 'client', now() - interval '1 minute')"""


@pytest.fixture
def splits(office: Office) -> Splits:
    return Splits(office.ground.database, office.client)


def written(office: Office, old: str, *persons: str, findings: tuple[object, ...] = ()) -> HandedIn:
    """What the front desk leaves behind when it is killed before it has told the road."""
    number = application_number(2026, next(RANDOM))
    given = handed_in(*(f"{number}.{person}" for person in persons), number=number)
    office.ground.take_in(given, office.keys.make(number))
    office.ground.hand_in(number, 1, *given.persons)
    with office.ground.behind_the_desk() as connection:
        connection.execute(
            "UPDATE application SET split_from = %s, handed_in_at = now() - interval '1 minute' WHERE number = %s",
            (old, number),
        )
        connection.execute(
            A_SPLIT, (number, old, ORGANISATION, list(persons), json.dumps(findings), f"split-{number}")
        )
        for person in persons:
            link = (number, f"{number}.{person}", old, ORGANISATION, person, "split_from")
            connection.execute(A_LINK, link)
    return given


async def test_the_road_is_told_once_and_the_other_one_begins_only_then(
    office: Office, splits: Splits, rounds: Rounds
) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await road.until_stage(Stage.REVIEW)
        given = written(office, road.number, "p2")
        too_early = await walk(rounds.start_what_was_not_started)
        told = [await walk(splits.deliver) for _ in range(2)]
        started = await walk(rounds.start_what_was_not_started)
        there = await office.road(given.number).until_stage(Stage.REVIEW)
        here = await road.recorded()

    assert (too_early, told, started) == (0, [1, 0], 1)
    assert [line.moved_to for line in here.persons] == [None, given.number]
    assert there.at_stage(Stage.REVIEW) == given.persons
    assert (await office.road(given.number).kinds())[:2] == ["received", "came_by_split"]


async def test_too_late_is_noted_once_and_the_other_one_never_begins(
    office: Office, splits: Splits, rounds: Rounds
) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road)
        await acting.begin(road)
        written(office, road.number, "p2")
        told = [await walk(splits.deliver) for _ in range(2)]
        started = await walk(rounds.start_what_was_not_started)
        here = await road.recorded()

    assert (told, started) == ([1, 0], 0)
    assert (await road.kinds()).count("split_refused") == 1
    assert here.at_stage(Stage.FILING) == ("p1", "p2")


async def test_what_was_found_goes_along_also_when_the_round_begins_the_road(
    office: Office, splits: Splits, rounds: Rounds
) -> None:
    found = {
        "id": "T26-00000000.finding.1",
        "key": "remark/one",
        "source": "reviewer",
        "severity": "correct",
        "place_kind": "field",
        "place": "wage",
        "round": 1,
        "state": "open",
    }
    async with office.working():
        road = await office.begin("p1", "p2")
        await road.until_stage(Stage.REVIEW)
        given = written(office, road.number, "p2", findings=(found,))
        await walk(splits.deliver)
        await walk(rounds.start_what_was_not_started)
        there = await office.road(given.number).until_stage(Stage.REVIEW)

    assert [(each.key, each.state) for each in there.findings] == [("remark/one", "open")]


async def test_who_waits_for_a_person_that_was_split_off_waits_for_him_where_he_is_now(
    office: Office, splits: Splits, rounds: Rounds
) -> None:
    links = Links(office.ground.database, office.client)
    async with office.working():
        road = await office.begin("p1", "p2")
        await road.until_stage(Stage.REVIEW)
        waiter = await waiting_for(office, rounds, road.number, "p2")
        given = written(office, road.number, "p2")
        await walk(splits.deliver)
        await walk(rounds.start_what_was_not_started)
        there = office.road(given.number)
        await there.until_stage(Stage.REVIEW)
        while_moved = await walk(links.deliver)
        await there.act(messages.WITHDRAW, Withdraw, CLIENT)
        when_ended = await walk(links.deliver)
        standing = await waiter.recorded()

    assert (while_moved, when_ended) == (0, 1)
    assert [line.link_outcome for line in standing.persons] == ["withdrawn"]


async def test_what_is_being_split_off_contradicts_nobody_before_it_is_there(
    office: Office, splits: Splits
) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await road.until_stage(Stage.REVIEW)
        given = written(office, road.number, "p2")
        before = await _still_open(office, given.number)
        await walk(splits.deliver)
        after = await _still_open(office, given.number)

    assert (before, after) == ([], list(given.persons))


async def _still_open(office: Office, number: str) -> list[str]:
    async with office.ground.database.as_worker() as connection:
        rows = await connection.execute(STILL_OPEN, {"numbers": [number]})
        return [row.person_id for row in rows]
