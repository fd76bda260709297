"""Lodging by machine while something breaks at each of its steps; people bring it to its end, then it is counted."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import review
from infra.dev.demo.visitor import Json, eventually
from tests.faults.cutting import Cut, Line
from tests.faults.windows import Step, close_windows, let_go, open_window, wait_for_still, windows
from tests.journeys.office import Office
from tests.journeys.sown import copies

HANDS = 6
LONG_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 1.0
NOT_THERE = "受付一覧に見当たらない"
HELD_AT = {Step.IN_THE_ACT: Step.BEFORE_ACT, Step.AFTER_THE_ACT: Step.BEFORE_ACT}
HELD_BY_THE_LINE = {
    Step.IN_THE_ACT: Cut.REQUEST_COMES_LATE,
    Step.AFTER_THE_ACT: Cut.ANSWER_NEVER_COMES,
}
STATES = "SELECT number, state FROM filing WHERE id = ANY (%s)"
NOT_SENT = "SELECT 1 FROM event WHERE number = %s AND kind = 'lodging_failed' AND body->>'how' = 'not_sent'"
Lodged = tuple[str, str, str | None]
"""An application, a person, the number the authority gave him."""


def ready(office: Office, count: int) -> list[str]:
    """So many applications of one person each that a handler may lodge now."""
    numbers = [sown.number for sown in copies(office, EXTENSION, count)]
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(lambda number: _reviewed(office, number), numbers))
    return numbers


def _reviewed(office: Office, number: str) -> None:
    office.people.client.hand_in(number)
    review(office.people, number)
    office.open_task(number, "lodge")


def cut_in_each_step(office: Office, line: Line, cuts: Mapping[str, Cut]) -> None:
    """Each application is begun once; its line breaks where it is told to."""
    unreached = [number for number, cut in cuts.items() if cut is Cut.AT_THE_DOOR]
    with line.down():
        _begin_all(office, unreached)
        eventually(lambda: all(office.rows(NOT_SENT, number) for number in unreached), "what was not sent")
    others = {number: cut for number, cut in cuts.items() if cut is not Cut.AT_THE_DOOR}
    for number, cut in others.items():
        line.break_for(number, cut)
    _begin_all(office, list(others))
    eventually(lambda: all(line.has_broken_for(number) for number in others), "the cuts")


def _begin_all(office: Office, numbers: list[str]) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(lambda number: begin(office, newest(office, number)["id"]), numbers))


def kill_in_each_step(office: Office, line: Line, numbers: Mapping[Step, str]) -> dict[str, str]:
    """The worker dies once, while each of these applications is in one step; answers their filings' states then."""
    desk = office.desk
    filings = {step: str(newest(office, number)["id"]) for step, number in numbers.items()}
    with ThreadPoolExecutor(len(Step)) as hands, windows(desk):
        for step, number in numbers.items():
            open_window(desk, HELD_AT.get(step, step), number)
        begun = [hands.submit(begin, office, filing) for filing in filings.values()]
        wait_for_still(desk, len(filings))
        _let_the_act_begin(office, line, numbers, filings)
        states = dict(office.rows(STATES, list(filings.values())))
        desk.kill("worker")
        close_windows(desk)
        asyncio.run(desk.start("worker"))
        for each in begun:
            each.result()
    return states


def _let_the_act_begin(
    office: Office, line: Line, numbers: Mapping[Step, str], filings: Mapping[Step, str]
) -> None:
    """One request waits on the line until nobody waits for its answer; another was taken and the answer waits there."""
    for step, cut in HELD_BY_THE_LINE.items():
        line.break_for(numbers[step], cut)
        let_go(office.desk, numbers[step])
    held = [numbers[step] for step in HELD_BY_THE_LINE]
    eventually(lambda: all(line.has_broken_for(number) for number in held), "the requests")
    eventually(lambda: office.people.authority.acceptances(filings[Step.AFTER_THE_ACT]), "the act")


def arrive(office: Office, number: str) -> list[str]:
    """Whatever state the lodging was left in, people bring it to its result; answers the states they met."""
    steps: dict[str, Callable[[Office, Json], Any]] = {
        "unknown": find_out,
        "prepared": lambda office, filing: begin(office, filing["id"]),
        "intended": lambda office, filing: time.sleep(LOOK_AGAIN_SECONDS),
    }
    met: list[str] = []
    ends = time.monotonic() + LONG_SECONDS
    while (filing := newest(office, number))["state"] != "confirmed":
        if not met or met[-1] != filing["state"]:
            met.append(filing["state"])
        if time.monotonic() > ends:
            raise TimeoutError(f"{number} is {met}")
        steps.get(filing["state"], steps["intended"])(office, filing)
    office.people.authority.decide_all(filing["id"], "permitted")
    eventually(lambda: office.case(number)["closed_at"], f"{number} closed", within_seconds=LONG_SECONDS)
    return met


def all_arrive(office: Office, numbers: Iterable[str]) -> dict[str, list[str]]:
    """All of them at once, as most of the time is waiting; answers what was met, by application."""
    chosen = list(numbers)
    with ThreadPoolExecutor(len(chosen)) as hands:
        return dict(zip(chosen, hands.map(lambda number: arrive(office, number), chosen), strict=True))


def begin(office: Office, filing: str) -> Any:
    """A handler has it lodged by machine."""
    body = {"channel": "online", "way": "machine"}
    return office.people.handler.post(f"/v1/filings/{filing}/begin", body)


def newest(office: Office, number: str) -> Json:
    """The filing of an application that was prepared last."""
    filings: list[Json] = office.case(number)["filings"]
    return max(filings, key=lambda each: int(each["id"].rpartition(".")[2]))


def find_out(office: Office, filing: Json) -> None:
    """A handler looks at the authority; that nothing arrived is confirmed by another."""
    handler, other, number = office.people.handler, office.people.other_handler, filing["number"]
    task = handler.task(number, "find_out")
    if office.people.authority.acceptances(filing["id"]):
        receipts = office.people.authority.receipts(filing["id"])
        given = [{"person_id": person, "number": receipt} for person, receipt in receipts.items()]
        handler.decide(task, {"kind": "arrived", "arrived": True, "receipts": given})
        return
    handler.decide(task, {"kind": "arrived", "arrived": False, "words": NOT_THERE})
    other.decide(other.task(number, "confirm_absent"), {"kind": "absent_confirmed", "absent": True})
    office.open_task(number, "lodge")


def book_of(office: Office, numbers: Iterable[str]) -> list[Lodged]:
    """What the authority's own book has of these applications: every number it gave, also twice for one person."""
    taken: list[Json] = httpx2.get(f"{office.desk.address('authority')}/ledger").json()
    ours = set(numbers)
    return [
        (each["filing"]["application"], person, receipt)
        for each in taken
        if each["filing"]["application"] in ours
        for person, receipt in each["receipts"].items()
    ]


def ledger_of(office: Office, numbers: Iterable[str]) -> list[Lodged]:
    """What our own ledger has: every person of these applications with his number, None when there is none."""
    query = """SELECT p.number, p.person_id, r.receipt FROM person_standing p
      LEFT JOIN receipt r ON r.number = p.number AND r.person_id = p.person_id WHERE p.number = ANY (%s)"""
    return office.rows(query, list(numbers))


def doubles(book: Iterable[Lodged]) -> list[tuple[str, str]]:
    """Who was lodged more than once."""
    times = Counter((number, person) for number, person, _ in book)
    return sorted(whom for whom, count in times.items() if count > 1)


def lost(ledger: Iterable[Lodged], book: Iterable[Lodged]) -> list[tuple[str, str]]:
    """Who has no number with us that the authority knows as his."""
    known = set(book)
    return sorted(
        (number, person) for number, person, receipt in ledger if (number, person, receipt) not in known
    )
