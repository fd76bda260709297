"""Persons wait for another application of the same client: however that one ends, and wherever it went on, they are told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import lodge, review
from infra.dev.demo.visitor import Json, eventually
from tests.bench.sowing import Sown
from tests.journeys.office import Office
from tests.journeys.proofs import troubles
from tests.journeys.sown import a_group, copies


@dataclass(frozen=True)
class Pair:
    """One who waits, for whom, and how his line stood while the other was not decided."""

    waiting: Sown
    other: Sown
    before: Json


@pytest.fixture(scope="module")
def pairs(office: Office) -> dict[str, Pair]:
    others = dict(zip(ENDS, copies(office, EXTENSION, len(ENDS)), strict=True))
    others["granted after a split"] = a_group(office, EXTENSION, 2)
    waiting = dict(zip(ENDS, copies(office, EXTENSION, len(ENDS)), strict=True))
    with ThreadPoolExecutor(len(ENDS)) as hands:
        walked = {how: hands.submit(_walk, office, waiting[how], others[how], how) for how in ENDS}
        return {how: each.result() for how, each in walked.items()}


def _walk(office: Office, waiting: Sown, other: Sown, how: str) -> Pair:
    office.people.client.hand_in(other.number)
    office.open_task(other.number, "review")
    if how == ALREADY:
        _permitted(office, other.number)
    wanted = {
        "person_id": waiting.persons[0],
        "other_number": other.number,
        "other_person_id": other.persons[0],
    }
    office.people.client.post(f"/v1/applications/{waiting.number}/links", wanted)
    office.people.client.hand_in(waiting.number)
    review(office.people, waiting.number)
    before = office.person(waiting.number, waiting.persons[0])
    ENDS[how](office, other)
    eventually(lambda: office.person(waiting.number, waiting.persons[0])["link_outcome"], f"{how} is told")
    return Pair(waiting, other, before)


def _decided(office: Office, number: str, result: str) -> None:
    review(office.people, number)
    filing = lodge(office.people, number, "online")
    office.people.authority.decide_all(filing["id"], result)
    office.closed(number)


def _permitted(office: Office, number: str) -> None:
    _decided(office, number, "permitted")


def _withdrawn(office: Office, other: Sown) -> None:
    body = {"persons": list(other.persons), "reason": "退職 / left the company"}
    office.people.client.post(f"/v1/applications/{other.number}/withdrawal", body)


def _split_then_permitted(office: Office, other: Sown) -> None:
    """He is decided where he went on; who stays behind is not decided at all."""
    path = f"/v1/applications/{other.number}/split-off"
    new = office.people.client.post(path, {"persons": [other.persons[0]]})["number"]
    _permitted(office, new)


ALREADY = "granted already"
ENDS: dict[str, Callable[[Office, Sown], None]] = {
    "granted": lambda office, other: _permitted(office, other.number),
    "refused": lambda office, other: _decided(office, other.number, "refused"),
    "withdrawn": _withdrawn,
    ALREADY: lambda office, other: None,
    "granted after a split": _split_then_permitted,
}


@pytest.mark.parametrize(
    ("how", "outcome", "task"),
    [
        ("granted", "granted", "lodge"),
        (ALREADY, "granted", "lodge"),
        ("granted after a split", "granted", "lodge"),
        ("refused", "refused", "review"),
        ("withdrawn", "withdrawn", "review"),
    ],
)
def test_who_waited_is_lodged_when_it_was_granted_and_reviewed_again_when_it_was_not(
    office: Office, pairs: dict[str, Pair], how: str, outcome: str, task: str
) -> None:
    waiting = pairs[how].waiting

    opened = office.open_task(waiting.number, task)

    line = office.person(waiting.number, waiting.persons[0])
    assert (line["waits_for"], line["link_outcome"]) == (None, outcome)
    assert opened["persons"] == [waiting.persons[0]]
    assert office.events(waiting.number).count("link_noted") == 2


def test_nobody_was_to_be_lodged_while_he_waited(pairs: dict[str, Pair]) -> None:
    waited = {how: pair.before for how, pair in pairs.items() if how != ALREADY}

    assert {how: (line["stage"], line["filing_id"]) for how, line in waited.items()} == dict.fromkeys(
        waited, ("ready", None)
    )


def test_chains_standings_and_balls_are_whole(office: Office, pairs: dict[str, Pair]) -> None:
    numbers = [number for pair in pairs.values() for number in (pair.waiting.number, pair.other.number)]

    assert [trouble for number in numbers for trouble in troubles(office.desk, number)] == []
