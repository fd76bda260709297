"""Driving roads through the workflow server's own client: ours and the bare one, by the same steps."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from temporalio.client import Client, WorkflowHandle

from infra.catalogue import load_catalogue
from schemas import messages
from schemas.application import HandedIn, Journey
from schemas.calendar import japan_date
from schemas.commands import BeginLodging, CompleteTask, EndLodging, RecordResult, ReviewVerdict
from schemas.filing import Receipt, ResultKind
from schemas.findings import FindingSettled, FindingState
from schemas.identifiers import filing_id, task_id
from schemas.parties import Actor
from schemas.planning import DeskPolicy, handed_in
from tests.bench import bare_road
from tests.bench.ground import Ground
from tests.bench.histories import kind_of
from tests.bench.sowing import Sown

REVIEWER = Actor(id="reviewer-1", capacity="reviewer")
HANDLER = Actor(id="handler-1", capacity="handler")
FIRST_TASK_DONE = "WORKFLOW_TASK_COMPLETED"
Segments = dict[str, float]


class Driver(Protocol):
    """Knows how one kind of road is started and asked."""

    async def start(self) -> WorkflowHandle[Any, Any]:
        """Start a road."""

    async def review(self) -> None:
        """Pass the review."""

    async def begin(self) -> None:
        """Record the intent; the package is made."""

    async def end(self) -> None:
        """Record the receipt numbers."""

    async def results(self) -> None:
        """Record everybody's result."""


async def drive(driver: Driver) -> Segments:
    """One road from start to end; how long each step took, in milliseconds."""
    segments: Segments = {}
    began = time.perf_counter()
    handle = await driver.start()
    await until_first_task_is_done(handle)
    began = _passed(segments, "ready", began)
    for name in ("review", "begin", "end", "results"):
        await getattr(driver, name)()
        began = _passed(segments, name, began)
    await handle.result()
    return segments


def _passed(segments: Segments, name: str, since: float) -> float:
    now = time.perf_counter()
    segments[name] = (now - since) * 1_000
    return now


async def until_first_task_is_done(handle: WorkflowHandle[Any, Any]) -> None:
    """Come back when the first workflow task is over. Nobody is asked twice: the server tells."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if kind_of(event) == FIRST_TASK_DONE:
            return


class OurDriver:
    """Our road of one sealed copy."""

    def __init__(self, client: Client, ground: Ground, sown: Sown) -> None:
        self.client, self.ground, self.sown = client, ground, sown
        self._journey = Journey(handed_in=handed_in_of(sown))

    async def start(self) -> WorkflowHandle[Any, Any]:
        """As the front desk starts it."""
        self.handle = await self.client.start_workflow(
            messages.APPLICATION,
            self._journey,
            id=self.sown.number,
            task_queue=self.ground.place.settings().task_queue,
            static_summary=self.sown.procedure,
        )
        return self.handle

    async def review(self) -> None:
        """What the rules found is dismissed."""
        found = self.ground.proposed(self.sown.number)
        settled = tuple(
            FindingSettled(finding_id=each, state=FindingState.DISMISSED, remark_id="sample")
            for each in found
        )
        verdict = ReviewVerdict(settled=settled)
        await self._ask(
            messages.COMPLETE_TASK,
            CompleteTask,
            REVIEWER,
            task_id=task_id(self.sown.number, 1),
            verdict=verdict,
        )

    async def begin(self) -> None:
        """Online."""
        await self._ask(
            messages.BEGIN_LODGING,
            BeginLodging,
            HANDLER,
            filing_id=filing_id(self.sown.number, 1),
            channel="online",
        )

    async def end(self) -> None:
        """A number for everybody."""
        receipts = tuple(
            Receipt(person_id=person, number=f"R-{self.sown.number}-{place}")
            for place, person in enumerate(self.sown.persons)
        )
        await self._ask(
            messages.END_LODGING,
            EndLodging,
            HANDLER,
            filing_id=filing_id(self.sown.number, 1),
            outcome="confirmed",
            receipts=receipts,
        )

    async def results(self) -> None:
        """Permitted, one after the other."""
        for place, person in enumerate(self.sown.persons):
            await self._ask(
                messages.RECORD_RESULT,
                RecordResult,
                HANDLER,
                person_id=person,
                receipt=f"R-{self.sown.number}-{place}",
                result=ResultKind.PERMITTED,
                decided_on=japan_date(datetime.now(UTC)),
            )

    async def _ask(self, name: str, command: type[Any], actor: Actor, **asked: Any) -> None:
        act_id = uuid.uuid4().hex
        await self.handle.execute_update(name, command(actor=actor, act_id=act_id, **asked), id=act_id)


def handed_in_of(sown: Sown) -> HandedIn:
    """What the road is told when it starts."""
    now = datetime.now(UTC)
    ready = load_catalogue().map_for(sown.procedure, version=sown.map_version)
    policy = DeskPolicy(correction_rounds=20, machine_channel=False)
    return handed_in(sown, ready, policy, persons=sown.persons, by="supervising-01-1", at=now)


class BareDriver:
    """The bare road with as many persons."""

    def __init__(self, client: Client, persons: int) -> None:
        self._client = client
        number = f"bare-{uuid.uuid4().hex[:12]}"
        self._asked = bare_road.Asked(number, ids=[f"p-{place}" for place in range(persons)])

    async def start(self) -> WorkflowHandle[Any, Any]:
        """Start it."""
        self.handle = await self._client.start_workflow(
            bare_road.NAME,
            self._asked,
            id=self._asked.number,
            task_queue=bare_road.QUEUE,
            static_summary="bare",
        )
        return self.handle

    async def review(self) -> None:
        """One update."""
        await self._ask(bare_road.REVIEW)

    async def begin(self) -> None:
        """One update with an activity."""
        await self._ask(bare_road.BEGIN)

    async def end(self) -> None:
        """One update."""
        await self._ask(bare_road.END)

    async def results(self) -> None:
        """One update per person."""
        for _ in self._asked.ids:
            await self._ask(bare_road.RESULT)

    async def _ask(self, name: str) -> None:
        await self.handle.execute_update(name, self._asked, id=uuid.uuid4().hex)


async def closed_loop(work: Sequence[Callable[[], Awaitable[Segments]]], at_once: int) -> list[Segments]:
    """All of it, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(each: Callable[[], Awaitable[Segments]]) -> Segments:
        async with gate:
            return await each()

    return list(await asyncio.gather(*(one(each) for each in work)))
