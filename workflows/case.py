"""One application under way: its standing, how happenings are noted and recorded, and how commands are carried out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.ledger import Entry, Ledger
from schemas.acts import earlier_answer
from schemas.application import HandedIn, Journey, Outcome
from schemas.chain import digest
from schemas.commands import Answer, Command
from schemas.events import Event, Happening, RoadReopened
from schemas.folding import fold
from schemas.parties import ROAD, Actor
from schemas.refusals import Refused
from schemas.standing import Standing
from workflows.policies import at_once
from workflows.road import next_steps
from workflows.situation import Decision, Happenings, Situation
from workflows.telling import written_down

ANSWERS_KEPT = 200
C = TypeVar("C", bound=Command)


class Diverged(Exception):
    """Replayed code works out other events than were recorded. The case is kept, the task fails, a person is called."""


class Fault(Exception):
    """A step of the road itself was refused or failed for good. The case is kept, the task fails, a person is called."""


@contextmanager
def keeping() -> Iterator[None]:
    """Nobody asked for this step, so nobody hears its failure: it must never end the road."""
    try:
        yield
    except (ActivityError, ApplicationError) as trouble:
        if is_cancelled_exception(trouble):
            raise
        raise Fault("a step of the road failed") from trouble


@contextmanager
def refusing() -> Iterator[None]:
    """Refusals become the failure an Update answers with; anything else stays a fault."""
    try:
        yield
    except Refused as refused:
        raise ApplicationError(refused.code, refused.field, type=refused.code, non_retryable=True) from None


class Case:
    """The state of one road."""

    def __init__(self, journey: Journey) -> None:
        self.handed_in: HandedIn = journey.handed_in
        self._standing = journey.standing
        self._answered = dict(journey.answered)
        self._noted: list[Event] = []
        self._recording = asyncio.Lock()
        self.acting = 0

    @property
    def standing(self) -> Standing:
        """The standing after everything noted so far."""
        if self._standing is None:
            raise ApplicationError("the road has not begun", type="not_ready", non_retryable=True)
        return self._standing

    @property
    def has_begun(self) -> bool:
        """Whether `received` was noted."""
        return self._standing is not None

    @property
    def situation(self) -> Situation:
        """What a decision looks at, now."""
        return Situation(standing=self.standing, plan=self.handed_in.plan, now=workflow.now())

    def note(self, happenings: Happenings | list[Happening], actor: Actor = ROAD) -> None:
        """Happenings become events at once: later decisions see them, `record` writes them."""
        for body in happenings:
            seq = self._standing.seq + 1 if self._standing else 1
            event = Event(seq=seq, at=workflow.now(), actor=actor, body=body)
            self._standing = fold(self._standing, event)
            self._noted.append(event)

    async def record(self) -> None:
        """Everything noted so far is in the ledger when this returns."""
        async with self._recording:
            if not self._noted:
                return
            events, self._noted = tuple(self._noted), []
            entry = Entry(
                number=self.handed_in.number, organisation_id=self.handed_in.organisation_id, events=events
            )
            told = written_down(event.body.kind for event in events)
            recorded = await at_once(Ledger.record, entry, summary=told)
            if recorded != digest(events):
                raise Diverged(f"events {events[0].seq} to {events[-1].seq}")

    def reopen(self, decide: Decision, command: Command) -> None:
        """The road had ended and goes on with this act; where the act changes nothing, it stays as it ended."""
        with suppress(Refused):
            happenings = decide(self.situation, command)
            if happenings:
                self.note([RoadReopened(), *happenings], command.actor)
                self._answer(command)

    def check(self, decide: Decision, command: Command) -> None:
        """The validator's part: refuse now, before anything is written."""
        if self._earlier(command) is None:
            self._decided(decide, command)

    def _decided(self, decide: Decision, command: Command) -> Happenings:
        with refusing():
            if self.standing.closed_at is not None:
                raise Refused("already_closed")
            return decide(self.situation, command)

    async def carry_out(self, decide: Decision, command: Command) -> Answer:
        """The handler's part: decide, note, let the road take its own steps, record, answer."""
        if (earlier := self._earlier(command)) is not None:
            return await self._answer_again(earlier)
        self.note(self._decided(decide, command), command.actor)
        self.take_steps()
        answer = self._answer(command)
        await self.record()
        return answer

    async def carry_out_after(
        self, prepare: Callable[[], Awaitable[Callable[[Situation], Happenings]]], command: Command
    ) -> Answer:
        """As `carry_out`, for acts that must look something up first; what was allowed is decided again afterwards."""
        if (earlier := self._earlier(command)) is not None:
            return await self._answer_again(earlier)
        self.acting += 1
        try:
            decide = await prepare()
        finally:
            self.acting -= 1
        return await self.carry_out(lambda situation, _: decide(situation), command)

    def take_steps(self) -> None:
        """What the road does by itself next, until nothing is left to do."""
        while happenings := next_steps(self.situation):
            self.note(happenings)

    def answered(self) -> dict[str, Answer]:
        """What acts were answered, by act id."""
        return self._answered

    def _earlier(self, command: Command) -> Answer | None:
        with refusing():
            return earlier_answer(self._answered, command.act_id)

    async def _answer_again(self, earlier: Answer) -> Answer:
        """The answer given before, once what it speaks of is in the ledger."""
        await self.record()
        return earlier

    def _answer(self, command: Command) -> Answer:
        answer = Answer(seq=self.standing.seq)
        self._answered[command.act_id] = answer
        while len(self._answered) > ANSWERS_KEPT:
            del self._answered[next(iter(self._answered))]
        return answer

    def journey(self) -> Journey:
        """What goes on into a new run."""
        return Journey(handed_in=self.handed_in, standing=self.standing, answered=self._answered)

    def outcome(self) -> Outcome:
        """How the road ended."""
        results: dict[str, int] = {}
        for line in self.standing.persons:
            name = str(line.result or "open")
            results[name] = results.get(name, 0) + 1
        return Outcome(number=self.handed_in.number, results=results)
