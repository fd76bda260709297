"""Five applications live through kills of every server, and of the worker in every step of lodging by machine."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import review
from infra.dev.demo.visitor import Json, eventually
from tests.faults.nemesis import Nemesis
from tests.faults.patience import again
from tests.faults.windows import Step, close_windows, let_go, open_window, wait_for_still, windows
from tests.journeys.office import Office

log = logging.getLogger(__name__)

AT_INTAKE = ("api", "postgres", "objects", "worker", "temporal", "objects")
AT_THE_AUTHORITY = ("postgres", "api", "temporal")
HELD_AT = {Step.IN_THE_ACT: Step.BEFORE_ACT, Step.AFTER_THE_ACT: Step.BEFORE_ACT}
SLOW_SECONDS = 4.0
IN_FLIGHT_SECONDS = 0.3
LOOK_AGAIN_SECONDS = 1.0
LONG_SECONDS = 120.0
CANARIES = {
    "name_latin": "CANARYNAME KAKUREN",
    "passport_number": "ZC7654321",
    "residence_address": "東京都見本区鳴鳥町9-9-9",
    "reason": "鳴鳥の秘密の理由",
}
NOT_THERE = "受付一覧に見当たらない"


@dataclass
class Lived:
    """What was seen: the number of each step's application, receipts of hand-ins, and the kills."""

    numbers: dict[Step, str]
    receipts: dict[str, Json] = field(default_factory=dict)
    kills: list[tuple[str, int]] = field(default_factory=list)
    back_within: dict[str, float] = field(default_factory=dict)
    states_at_kill: dict[str, str] = field(default_factory=dict)
    found_out: dict[str, list[str]] = field(default_factory=dict)
    drained_after_seconds: float = 0.0


def live_through(office: Office) -> Lived:
    """The whole story."""
    lived = Lived({step: _draft(office) for step in Step})
    numbers = list(lived.numbers.values())
    _while_killing(
        office, lived, AT_INTAKE, numbers, lambda number: _reach_the_handler(office, lived, number)
    )
    _kill_in_each_step(office, lived)
    began = time.monotonic()
    _while_killing(office, lived, AT_THE_AUTHORITY, numbers, lambda number: _arrive(office, lived, number))
    lived.drained_after_seconds = time.monotonic() - began
    return lived


def _draft(office: Office) -> str:
    draft = office.people.client.draft(EXTENSION, 1)
    office.people.client.fill(draft, office.people.today, {draft["persons"][0]: CANARIES})
    return str(draft["number"])


def _while_killing(
    office: Office, lived: Lived, order: tuple[str, ...], numbers: list[str], walk: Callable[[str], None]
) -> None:
    walking: list[Future[None]] = []
    nemesis = Nemesis(office.desk, order, lambda: sum(not each.done() for each in walking), 1.0)
    with ThreadPoolExecutor(len(numbers)) as hands:
        walking += [hands.submit(walk, number) for number in numbers]
        with nemesis:
            pass
        for each in walking:
            each.result()
    lived.kills += nemesis.kills
    lived.back_within |= nemesis.back_within


def _reach_the_handler(office: Office, lived: Lived, number: str) -> None:
    client = office.people.client
    lines = client.get(f"/v1/applications/{number}/documents")["lines"]
    for line in (each for each in lines if each["need"] in ("needed", "omittable")):
        again(lambda line=line: client.attach(number, line["kind"], line["person_id"]), line["kind"])  # type: ignore[misc]
    log.info("%s complete", number)
    lived.receipts[number] = client.hand_in(number)["receipt"]
    review(office.people, number)
    office.open_task(number, "lodge")
    log.info("%s ready", number)


def _kill_in_each_step(office: Office, lived: Lived) -> None:
    desk = office.desk
    filings = {step: str(_newest(office, number)["id"]) for step, number in lived.numbers.items()}
    with ThreadPoolExecutor(len(Step)) as hands, windows(desk):
        for step, number in lived.numbers.items():
            open_window(desk, HELD_AT.get(step, step), number)
        begun = [hands.submit(_begin, office, filing) for filing in filings.values()]
        wait_for_still(desk, len(Step))
        _let_the_act_begin(office, lived, filings)
        lived.states_at_kill = _states(office)
        log.info("the worker dies in %s", lived.states_at_kill)
        lived.kills.append(("worker", len(filings)))
        desk.kill("worker")
        office.people.authority.be("normal")
        close_windows(desk)
        asyncio.run(desk.start("worker"))
        for each in begun:
            each.result()


def _let_the_act_begin(office: Office, lived: Lived, filings: dict[Step, str]) -> None:
    """One is sent to an authority that takes its time, another to one that takes it and falls silent."""
    authority, slow, silent = office.people.authority, Step.IN_THE_ACT, Step.AFTER_THE_ACT
    authority.be("slow", slow_seconds=SLOW_SECONDS)
    let_go(office.desk, lived.numbers[slow])
    eventually(lambda: _is_marked(office, filings[slow]), "the mark")
    time.sleep(IN_FLIGHT_SECONDS)
    authority.be("accept_then_timeout")
    let_go(office.desk, lived.numbers[silent])
    eventually(lambda: authority.acceptances(filings[silent]), "the act")


def _states(office: Office) -> dict[str, str]:
    return dict(office.rows("SELECT number, state FROM filing"))


def _begin(office: Office, filing: str) -> Any:
    body = {"channel": "online", "way": "machine"}
    return office.people.handler.post(f"/v1/filings/{filing}/begin", body)


def _is_marked(office: Office, filing: str) -> bool:
    return office.rows("SELECT 1 FROM filing WHERE id = %s AND sent_at IS NOT NULL", filing) == [(1,)]


def _newest(office: Office, number: str) -> Json:
    filings: list[Json] = office.case(number)["filings"]
    return max(filings, key=lambda each: int(each["id"].rpartition(".")[2]))


def _arrive(office: Office, lived: Lived, number: str) -> None:
    """Whatever state the lodging was left in: people bring it to its result."""
    steps: dict[str, Callable[[Office, Json], None]] = {
        "unknown": _find_out,
        "prepared": lambda office, filing: _begin(office, filing["id"]),
        "intended": lambda office, filing: time.sleep(LOOK_AGAIN_SECONDS),
    }
    met = lived.found_out.setdefault(number, [])
    ends = time.monotonic() + LONG_SECONDS
    while (filing := _newest(office, number))["state"] != "confirmed":
        if not met or met[-1] != filing["state"]:
            met.append(filing["state"])
        if time.monotonic() > ends:
            raise TimeoutError(f"{number} is {met}")
        steps.get(filing["state"], steps["intended"])(office, filing)
    office.people.authority.decide_all(filing["id"], "permitted")
    eventually(lambda: office.case(number)["closed_at"], f"{number} closed", within_seconds=LONG_SECONDS)
    log.info("%s closed, met %s", number, met)


def _find_out(office: Office, filing: Json) -> None:
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
