"""Filings by machine, interrupted at every step on the whole road: attempted, doubled, lost, or asked of a person.

The counts are read from our ledger and from the authority's own book.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from infra.dev.ports import Ports
from tests.bench.figures import Figure, Sheet, equal
from tests.faults.cutting import Cut, Line, killable
from tests.faults.lodgings import (
    NOT_SENT,
    all_arrive,
    book_of,
    cut_in_each_step,
    doubles,
    kill_in_each_step,
    ledger_of,
    lost,
    ready,
)
from tests.faults.patience import patient_people
from tests.faults.windows import Step
from tests.journeys.office import Office

TIMES_CUT, TIMES_KILLED = 2, 2
INTENDED = "SELECT count(*) FROM event WHERE kind = 'lodging_intended' AND number = ANY (%s)"
ASKED = "SELECT count(*) FROM task WHERE kind = 'find_out' AND number = ANY (%s)"
SECTION = f"lodging by machine, interrupted at each of {len(Step)} steps by kills and {len(Cut)} by its line"


@dataclass(frozen=True)
class Run:
    """What was seen of one run."""

    attempted: int
    interrupted: int
    kills: int
    asked: int
    doubles: int
    lost: int
    seconds: float


async def interruption_figures(sheet: Sheet, *, quick: bool) -> None:
    """A whole desk; so many filings for each step."""
    ports = Ports.free()
    with tempfile.TemporaryDirectory(prefix="toritsugi-bench-") as folder, Line(ports.authority) as line:
        async with killable(Path(folder), ports, line) as stack:
            people, _ = await asyncio.to_thread(patient_people, stack)
            office = Office(stack, people)
            times = (1, 1) if quick else (TIMES_CUT, TIMES_KILLED)
            try:
                run = await asyncio.to_thread(_interrupted, office, line, *times)
            finally:
                people.leave()
    sheet.add(*_figures(run))


def _interrupted(office: Office, line: Line, times_cut: int, times_killed: int) -> Run:
    began = time.monotonic()
    numbers = ready(office, len(Cut) * times_cut + len(Step) * times_killed)
    waiting = iter(numbers)
    killed = [
        each
        for _ in range(times_killed)
        for each in kill_in_each_step(office, line, {step: next(waiting) for step in Step})
    ]
    cuts = dict(zip(waiting, [cut for cut in Cut for _ in range(times_cut)], strict=True))
    cut_in_each_step(office, line, cuts)
    broken = sum(line.has_broken_for(number) or bool(office.rows(NOT_SENT, number)) for number in cuts)
    all_arrive(office, numbers)
    book, ledger = book_of(office, numbers), ledger_of(office, numbers)
    return Run(
        attempted=office.rows(INTENDED, numbers)[0][0],
        interrupted=len(killed) + broken,
        kills=times_killed,
        asked=office.rows(ASKED, numbers)[0][0],
        doubles=len(doubles(book)),
        lost=len(lost(ledger, book)),
        seconds=time.monotonic() - began,
    )


def _figures(run: Run) -> list[Figure]:
    kills = f"the worker was killed {run.kills} times, in all its steps at once"
    return [
        Figure(SECTION, "filings attempted", run.attempted, note="intents in our ledger"),
        Figure(SECTION, "interruptions injected", run.interrupted, note=kills),
        Figure(SECTION, "asked of a person", run.asked),
        Figure(SECTION, "doubles", run.doubles, limit="0", verdict=equal(run.doubles, 0), note="in its book"),
        Figure(SECTION, "lost", run.lost, limit="0", verdict=equal(run.lost, 0), note="theirs against ours"),
        Figure(SECTION, "seconds", run.seconds, note="from drafts to results"),
    ]
