"""A road on paper that remembers like the engine: after a crash it is made again from what it was given, act by act."""

from collections.abc import Callable, Mapping
from datetime import datetime

from schemas.application import RoadPlan
from schemas.checked import FoundByRule
from schemas.commands import Command
from schemas.events import Event, RoadReopened
from schemas.folding import fold_all
from schemas.parties import SIMULATOR
from schemas.refusals import Refused
from schemas.standing import Standing
from tests.builders import MONDAY, PaperRoad
from workflows.situation import Decision, Happenings, Situation

Redo = Callable[[PaperRoad], object]


class NotHereYet(Refused):
    """The act is still on its way; whoever sent it hears nothing."""

    def __init__(self) -> None:
        super().__init__("not_ready")


class RememberedRoad(PaperRoad):
    """As `Case` does: an act is answered once, refused when the road has ended, and looked up before it is decided again.

    `is_slow`: the next act is on its way until it is delivered. `look_up` refuses what registers and the ledger refuse.
    """

    def __init__(self, *persons: str, plan: RoadPlan | None = None, at: datetime = MONDAY) -> None:
        self.answered: dict[str, tuple[Decision, Command]] = {}
        self.on_the_way: list[tuple[Decision, Command]] = []
        self.is_slow = False
        self.look_up: Callable[[Command], None] = lambda command: None
        self._given: list[tuple[datetime, Redo]] = []
        super().__init__(*persons, plan=plan, at=at)
        self._began: tuple[tuple[Event, ...], Standing] = (tuple(self.events), self.standing)

    def act(self, decide: Decision, command: Command) -> Happenings:
        """Carry out one act, or let it be on its way."""
        if self.is_slow:
            self.is_slow = False
            self.on_the_way.append((decide, command))
            raise NotHereYet
        return self.deliver(decide, command)

    def deliver(self, decide: Decision, command: Command) -> Happenings:
        """An act arrives. One that was answered before changes nothing."""
        if command.act_id in self.answered:
            return []
        if self.standing.closed_at is not None:
            raise Refused("already_closed")
        decide(self.situation, command)
        self.look_up(command)
        happenings = super().act(decide, command)
        self.answered[command.act_id] = (decide, command)
        self._keep(lambda road: PaperRoad.act(road, decide, command))
        return happenings

    def reopen(self, decide: Decision, command: Command) -> None:
        """The road had ended; an act that changes something lets it go on."""
        happenings = decide(self.situation, command)
        if happenings and command.act_id not in self.answered:
            self.answered[command.act_id] = (decide, command)
            self._told(lambda road: road.note([RoadReopened(), *happenings], command.actor))

    def by_machine(self, outcome: Callable[[Situation], Happenings]) -> None:
        """What a machine's lodging came to."""
        self._told(lambda road: road.note(outcome(road.situation), SIMULATOR))

    def wait(self, **span: float) -> None:
        """Let time pass."""
        super().wait(**span)
        self._keep(lambda road: road.take_steps())

    def check(self, *findings: FoundByRule, offices: Mapping[str, str] | None = None) -> None:
        """The automatic checks; their answer is remembered, they are not asked again."""
        super().check(*findings, offices=offices)
        self._keep(lambda road: PaperRoad.check(road, *findings, offices=offices))

    def crash(self) -> None:
        """Everything in memory is gone: the road is made again from what it was given, and from the ledger's events."""
        made_again = PaperRoad(*self.handed_in.persons, plan=self.handed_in.plan, at=self.events[0].at)
        began, standing = self._began
        made_again.events, made_again._standing = list(began), standing
        for now, redo in self._given:
            made_again.now = now
            redo(made_again)
        assert made_again.events == self.events, "the same acts come to something else the second time"
        assert made_again.standing == self.standing == fold_all(self.events), "the standing is another one"
        self.events, self._standing = made_again.events, made_again.standing

    def start_afresh(self) -> None:
        """A new run, which is told where the old one stands and has no history."""
        carried = Standing.model_validate_json(self.standing.model_dump_json())
        assert carried == self.standing, "something is lost on the way into a new run"
        self._standing, self._began, self._given = carried, (tuple(self.events), carried), []

    def _told(self, redo: Redo) -> None:
        def whole(road: PaperRoad) -> None:
            redo(road)
            road.take_steps()

        whole(self)
        self._keep(whole)

    def _keep(self, redo: Redo) -> None:
        self._given.append((self.now, redo))
