"""Five applications live through kills of every server, and of the worker in every step of lodging by machine."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import review
from infra.dev.demo.visitor import Json
from tests.faults.cutting import Line
from tests.faults.lodgings import arrive, kill_in_each_step
from tests.faults.nemesis import Nemesis
from tests.faults.patience import again
from tests.faults.windows import Step
from tests.journeys.office import Office

log = logging.getLogger(__name__)

AT_INTAKE = ("api", "postgres", "objects", "worker", "temporal", "objects")
AT_THE_AUTHORITY = ("postgres", "api", "temporal")
CANARIES = {
    "name_latin": "CANARYNAME KAKUREN",
    "passport_number": "ZC7654321",
    "residence_address": "東京都見本区鳴鳥町9-9-9",
    "reason": "鳴鳥の秘密の理由",
}


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


def live_through(office: Office, line: Line) -> Lived:
    """The whole story."""
    lived = Lived({step: _draft(office) for step in Step})
    numbers = list(lived.numbers.values())
    _while_killing(
        office, lived, AT_INTAKE, numbers, lambda number: _reach_the_handler(office, lived, number)
    )
    lived.states_at_kill = kill_in_each_step(office, line, lived.numbers)
    log.info("the worker died in %s", lived.states_at_kill)
    lived.kills.append(("worker", len(numbers)))
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


def _arrive(office: Office, lived: Lived, number: str) -> None:
    lived.found_out[number] = arrive(office, number)
    log.info("%s closed, met %s", number, lived.found_out[number])
