"""A road played at random: allowed and forbidden acts of all people, in any order, over any time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.calendar import japan_date
from schemas.commands import (
    AbsentConfirmed,
    ArrivedVerdict,
    Chased,
    ClaimTask,
    CompleteTask,
    ContradictionSettled,
    HandedOver,
    HoldChecked,
    LateCorrectionSeen,
    LiftHold,
    OverdueDecision,
    PassOnTask,
    PlaceHold,
    ReleaseTask,
    ReviewVerdict,
    SecondVerdict,
    Verdict,
    WaiveFinding,
    Withdraw,
)
from schemas.filing import FilingState, ResultKind, Way
from schemas.findings import FindingState
from schemas.refusals import Refused
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import (
    HANDLER,
    MANAGER,
    OTHER_HANDLER,
    OTHER_REVIEWER,
    REVIEWER,
    SECOND,
    PaperRoad,
    a_plan,
    a_remark,
    found,
    receipts_for,
    settled,
)
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from workflows import advance_review, filing, holds, human_tasks, withdrawal
from workflows.deciding import complete

PERSONS = ("p1", "p2", "p3")
person = st.sampled_from(PERSONS)
persons = st.sets(person, min_size=1).map(lambda chosen: tuple(sorted(chosen)))
people = st.sampled_from((REVIEWER, OTHER_REVIEWER, SECOND, HANDLER, OTHER_HANDLER, MANAGER))
handlers = st.sampled_from((HANDLER, OTHER_HANDLER))
which = st.integers(0, 30)
days = st.integers(0, 40)


def one_of(things: tuple[Any, ...], index: int) -> Any:
    """One of some things, None when there are none."""
    return things[index % len(things)] if things else None


class Played(RuleBasedStateMachine):
    """A road on which anything may be tried."""

    def tried(self, act: Callable[[], object]) -> bool:
        """Whether an act was done; a refusal is an answer."""
        try:
            act()
        except Refused:
            return False
        return True


class PlayedRoad(Played):
    """Anybody tries anything; a refusal is an answer. What must always hold is checked after each act."""

    @initialize(
        levels=st.sampled_from((1, 2)),
        delivery=st.sampled_from(("release", "hand_over")),
        rounds=st.integers(1, 6),
        offices=st.sampled_from((("tokyo", "tokyo", "tokyo"), ("tokyo", "osaka", "tokyo"))),
        far=st.integers(0, 7),
        second=st.booleans(),
    )
    def hand_in(
        self, levels: int, delivery: str, rounds: int, offices: tuple[str, ...], far: int, *, second: bool
    ) -> None:
        policy = {"correction_rounds": rounds, "confirmed_by_second": second}
        plan = a_plan(review_levels=levels, delivery=delivery, **policy)
        self.road = PaperRoad(*PERSONS, plan=plan)
        self.offices = dict(zip(PERSONS, offices, strict=True))
        self.rounds = 1
        for act in self._a_plain_day()[: far * 2 + 1]:
            self.tried(act)

    def _a_plain_day(self) -> list[Callable[[], object]]:
        """So far the road has gone by itself; acts that make no sense there are refused."""
        road = self.road
        return [
            lambda: road.check(offices=self.offices),
            lambda: road.review(a_remark("p2")),
            road.second_review,
            road.lodge,
            lambda: self.correct(chosen=("p2",), again=0),
            lambda: road.check(offices=self.offices),
            lambda: road.pass_all(OTHER_REVIEWER),
            road.second_review,
            road.lodge,
            lambda: road.ask_for_more("p1", "p2"),
            lambda: self.correct(chosen=("p1",), again=0),
            lambda: road.check(offices=self.offices),
            lambda: road.pass_all(REVIEWER),
            road.second_review,
            road.begin,
        ]

    @rule(places=st.sets(person))
    def check(self, places: set[str]) -> None:
        here = self.road.standing.at_stage(Stage.INTAKE)
        if here:
            self.road.check(*(found("wage", each) for each in places), offices=self.offices)

    @rule(index=which, by=people)
    def claim(self, index: int, by: Any) -> None:
        self._on_a_task(index, lambda task: self.road.ask(ClaimTask, by, task_id=task.id), human_tasks.claim)

    @rule(index=which, by=people)
    def release(self, index: int, by: Any) -> None:
        self._on_a_task(
            index, lambda task: self.road.ask(ReleaseTask, by, task_id=task.id), human_tasks.release
        )

    @rule(index=which, by=people, to=people)
    def pass_on(self, index: int, by: Any, to: Any) -> None:
        self._on_a_task(
            index, lambda task: self.road.ask(PassOnTask, by, task_id=task.id, to=to.id), human_tasks.pass_on
        )

    def _on_a_task(self, index: int, ask: Callable[[Any], Any], decide: Any) -> None:
        task = one_of(self.road.standing.tasks, index)
        if task is not None:
            self.tried(lambda: self.road.act(decide, ask(task)))

    @rule(
        by=people,
        asked=st.sets(person, max_size=2),
        reason=st.booleans(),
        state=st.sampled_from(FindingState),
    )
    def review(self, by: Any, asked: set[str], reason: bool, state: FindingState) -> None:
        raised = tuple(a_remark(each, remark_id=f"remark-{each}") for each in sorted(asked))
        items = tuple(
            settled(each.id, state, "reason" if reason else None) for each in self.road.standing.findings[-2:]
        )
        self._decide(TaskKind.REVIEW, ReviewVerdict(raised=raised, settled=items), by)

    @rule(by=people)
    def pass_everybody(self, by: Any) -> None:
        if self.road.standing.open_tasks(TaskKind.REVIEW):
            self.tried(lambda: self.road.pass_all(by))

    @rule(by=people, back=st.sets(person, max_size=1))
    def second_review(self, by: Any, back: set[str]) -> None:
        verdict = SecondVerdict(sent_back=tuple(back), remark_id="remark" if back else None)
        self._decide(TaskKind.SECOND_REVIEW, verdict, by)

    def _decide(self, kind: TaskKind, verdict: Verdict, by: Any, index: int = 0) -> None:
        task = one_of(self.road.standing.open_tasks(kind), index)
        if task is not None:
            command = self.road.ask(CompleteTask, by, task_id=task.id, verdict=verdict)
            self.tried(lambda: self.road.act(complete, command))

    @rule(chosen=persons, again=st.integers(0, 2))
    def correct(self, chosen: tuple[str, ...], again: int) -> None:
        number = max(1, self.rounds + 1 - again)
        if self.tried(lambda: self.road.correct(*chosen, round=number)) and not again:
            self.rounds = number

    @rule(index=which, by=handlers, way=st.sampled_from(Way))
    def begin(self, index: int, by: Any, way: Way) -> None:
        chosen = one_of(self.road.standing.filings, index)
        if chosen is not None:
            self.tried(lambda: self.road.begin(by, way, chosen.id))

    @rule(index=which, by=handlers, outcome=st.sampled_from(("confirmed", "unknown", "refused", "not_sent")))
    def end(self, index: int, by: Any, outcome: str) -> None:
        chosen = one_of(self.road.standing.filings, index)
        if chosen is not None:
            self.tried(lambda: self.road.end(outcome, by, chosen.id))

    @rule(outcome=st.sampled_from(("confirmed", "refused", "not_sent", "unknown")))
    def the_machine_ends(self, outcome: str) -> None:
        """As `machine_lodging` notes it."""
        for each in self.road.standing.filings:
            if each.state is FilingState.INTENDED and each.way is Way.MACHINE:
                self.road.note(self._machine_outcome(each, outcome))
                self.road.take_steps()
                return

    def _machine_outcome(self, each: Any, outcome: str) -> Any:
        situation = self.road.situation
        if outcome == "confirmed":
            return filing.confirmed(situation, each, receipts_for(each))
        if outcome == "unknown":
            return filing.unknown(situation, each, "no_answer")
        return filing.failed(situation, each, outcome)

    @rule(by=handlers, arrived=st.booleans(), index=which)
    def find_out(self, by: Any, arrived: bool, index: int) -> None:
        task = one_of(self.road.standing.open_tasks(TaskKind.FIND_OUT), index)
        if task is None:
            return
        receipts = receipts_for(self.road.situation.filing(task.filing_id)) if arrived else ()
        verdict = ArrivedVerdict(arrived=arrived, receipts=receipts, remark_id="remark")
        self._decide(TaskKind.FIND_OUT, verdict, by, index)

    @rule(by=handlers, absent=st.booleans())
    def confirm_absent(self, by: Any, absent: bool) -> None:
        self._decide(TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=absent), by)

    @rule(chosen=persons, within=st.one_of(st.none(), st.integers(0, 20)))
    def ask_for_more(self, chosen: tuple[str, ...], within: int | None) -> None:
        due = None if within is None else self.road.now.date() + timedelta(days=within)
        self.tried(lambda: self.road.ask_for_more(*chosen, due_on=due))

    @rule(one=person, result=st.sampled_from((ResultKind.ACCREDITED, ResultKind.REFUSED, ResultKind.ISSUED)))
    def decide_about(self, one: str, result: ResultKind) -> None:
        self.tried(lambda: self.road.result(one, result))

    @rule(by=handlers)
    def hand_over(self, by: Any) -> None:
        self._decide(TaskKind.HAND_OVER, HandedOver(), by)

    @rule(by=handlers, within=st.integers(1, 90))
    def chase(self, by: Any, within: int) -> None:
        self._decide(TaskKind.CHASE_RESULT, Chased(again_within_days=within), by)

    @rule(
        kind=st.sampled_from((TaskKind.OVERDUE_CORRECTION, TaskKind.TOO_MANY_ROUNDS)),
        decision=st.sampled_from(("extend", "withdraw")),
        extend=st.integers(0, 30),
    )
    def decide_overdue(self, kind: TaskKind, decision: Any, extend: int) -> None:
        verdict = OverdueDecision(decision=decision, extend_days=extend, remark_id="reason")
        self._decide(kind, verdict, MANAGER)

    @rule(chosen=st.one_of(st.just(()), persons))
    def withdraw(self, chosen: tuple[str, ...]) -> None:
        command = self.road.ask(Withdraw, MANAGER, persons=chosen)
        self.tried(lambda: self.road.act(withdrawal.withdraw, command))

    @rule(until=st.one_of(st.none(), st.integers(-1, 40)))
    def place_hold(self, until: int | None) -> None:
        until_on = None if until is None else japan_date(self.road.now) + timedelta(days=until)
        command = self.road.ask(PlaceHold, MANAGER, reason="rule_changes", until_on=until_on)
        self.tried(lambda: self.road.act(holds.place, command))

    @rule(until=st.one_of(st.none(), st.integers(0, 40)))
    def check_hold(self, until: int | None) -> None:
        until_on = None if until is None else japan_date(self.road.now) + timedelta(days=until)
        self._decide(TaskKind.CHECK_HOLD, HoldChecked(until_on=until_on, remark_id="reason"), MANAGER)

    @rule(holds=st.sampled_from(("recorded", "later")))
    def settle_contradiction(self, holds: Any) -> None:
        self._decide(TaskKind.CONTRADICTION, ContradictionSettled(holds=holds, remark_id="reason"), MANAGER)

    @rule(by=people)
    def see_late_correction(self, by: Any) -> None:
        self._decide(TaskKind.LATE_CORRECTION, LateCorrectionSeen(remark_id="reason"), by)

    @rule()
    def lift_hold(self) -> None:
        self.tried(lambda: self.road.act(holds.lift, self.road.ask(LiftHold, MANAGER)))

    @rule(index=which)
    def waive(self, index: int) -> None:
        finding = one_of(self.road.standing.findings, index)
        if finding is not None:
            command = self.road.ask(WaiveFinding, MANAGER, finding_id=finding.id, remark_id="reason")
            self.tried(lambda: self.road.act(advance_review.waive, command))

    @rule(span=days)
    def wait(self, span: int) -> None:
        self.road.wait(days=span)

    @invariant()
    def everything_is_in_order(self) -> None:
        if hasattr(self, "road"):
            insist_on_order(self.road)

    def teardown(self) -> None:
        if hasattr(self, "road"):
            insist_on_one_history(self.road)
