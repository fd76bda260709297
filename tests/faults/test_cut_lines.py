"""The line to the authority breaks at every step of a lodging, and of reading its news: nothing doubled, nothing lost."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.dev.demo.visitor import eventually
from tests.faults.cutting import NEWS, Cut, Line
from tests.faults.lodgings import (
    all_arrive,
    book_of,
    cut_in_each_step,
    doubles,
    ledger_of,
    lost,
    ready,
)
from tests.journeys.office import Office
from tests.journeys.proofs import troubles

pytestmark = pytest.mark.timeout(300)
NEWS_CUTS = (Cut.BEFORE_THE_REQUEST, Cut.BEFORE_THE_ANSWER, Cut.IN_THE_ANSWER)
UNKNOWN, ABSENT, RECORDED = "lodging_unknown", "confirm_absent", "result_recorded"


@dataclass
class Broken:
    """The application whose line broke at each step."""

    office: Office
    numbers: dict[Cut, str]

    def events(self, cut: Cut, kind: str) -> int:
        """How many events of this kind its history has."""
        return self.office.events(self.numbers[cut]).count(kind)


@pytest.fixture(scope="module")
def broken(office: Office, line: Line) -> Iterator[Broken]:
    numbers = dict(zip(Cut, ready(office, len(Cut)), strict=True))
    cut_in_each_step(office, line, {number: cut for cut, number in numbers.items()})
    line.break_for(NEWS, *NEWS_CUTS)
    all_arrive(office, numbers.values())
    eventually(lambda: line.has_broken_for(NEWS), "the news were read again")
    yield Broken(office, numbers)


@pytest.mark.parametrize(
    ("cut", "unknown", "absent", "begun"),
    [
        (Cut.AT_THE_DOOR, 0, 0, 2),
        (Cut.BEFORE_THE_REQUEST, 1, 1, 2),
        (Cut.IN_THE_REQUEST, 1, 1, 2),
        (Cut.REQUEST_COMES_LATE, 1, 0, 1),
        (Cut.BEFORE_THE_ANSWER, 1, 0, 1),
        (Cut.IN_THE_ANSWER, 1, 0, 1),
        (Cut.ANSWER_NEVER_COMES, 1, 0, 1),
        (Cut.AFTER_THE_ANSWER, 0, 0, 1),
    ],
)
def test_what_nobody_can_know_is_asked_of_people_and_only_what_is_not_there_is_sent_again(
    broken: Broken, cut: Cut, unknown: int, absent: int, begun: int
) -> None:
    tasks = broken.office.case(broken.numbers[cut])["tasks"]

    assert broken.events(cut, UNKNOWN) == unknown
    assert [task["kind"] for task in tasks].count("find_out") == unknown
    assert [task["kind"] for task in tasks].count(ABSENT) == absent
    assert broken.events(cut, "lodging_intended") == begun
    assert broken.events(cut, "lodging_confirmed") == 1


def test_the_authority_and_we_know_the_same_numbers_once(broken: Broken) -> None:
    book, ledger = (kept(broken.office, broken.numbers.values()) for kept in (book_of, ledger_of))

    assert (doubles(book), lost(ledger, book)) == ([], [])
    assert len(book) == len(ledger) == len(Cut)


def test_the_news_are_told_once_however_their_line_broke(broken: Broken, line: Line) -> None:
    recorded = {cut: broken.events(cut, RECORDED) for cut in Cut}

    assert recorded == dict.fromkeys(Cut, 1)
    assert {cut for about, cut in line.broken if about == NEWS} == set(NEWS_CUTS)


def test_chains_standings_and_balls_are_whole(broken: Broken) -> None:
    assert [t for number in broken.numbers.values() for t in troubles(broken.office.desk, number)] == []


def test_doubles_and_losses_are_seen() -> None:
    book = [("A", "p1", "R-1"), ("A", "p1", "R-2"), ("B", "p1", "R-3")]
    ledger = [("A", "p1", "R-1"), ("B", "p1", "R-9"), ("C", "p1", None)]

    assert doubles(book) == [("A", "p1")]
    assert lost(ledger, book) == [("B", "p1"), ("C", "p1")]
