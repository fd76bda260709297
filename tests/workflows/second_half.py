"""The second half played at random: authorities that answer in any order, posts that are slow, workers that die anywhere."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from schemas.commands import (
    AbsentConfirmed,
    ArrivedVerdict,
    BeginLodging,
    Command,
    CompleteTask,
    ContradictionSettled,
    CorrectReceipts,
    EndLodging,
    HandedOver,
    LateCorrectionSeen,
    LiftHold,
    OverdueDecision,
    PlaceHold,
    RecordResult,
    TellLink,
    Verdict,
    Withdraw,
)
from schemas.events import ContradictionEnded, LodgingIntended, ResultRecorded, ResultsDelivered
from schemas.filing import UNDER_WAY, Filing, FilingState, Receipt, ResultKind, Way
from schemas.identifiers import application_number
from schemas.links import LinkNoted
from schemas.parties import ROAD, SIMULATOR
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import HANDLER, MANAGER, OTHER_HANDLER, OTHER_REVIEWER, a_plan
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from tests.workflows.outside import Book, Numbers, Register
from tests.workflows.played import PERSONS, Played, handlers, one_of, person, persons, which
from tests.workflows.remembered import RememberedRoad
from workflows import filing, holds, links, receipt_correction, result_receipt, withdrawal
from workflows.deciding import complete
from workflows.situation import Happenings, Situation

TAKEN = frozenset({"answered", "answered_in_part", "answered_late", "silent", "died_after"})
KNOWN = {"answered": "confirmed", "answered_in_part": "confirmed", "answered_late": "confirmed"}
KNOWN |= {"refused": "refused", "not_sent": "not_sent"}
"""What the desk knows after the act of a machine; after all others nobody knows."""
fates = st.sampled_from((*sorted(TAKEN), "refused", "not_sent", "lost", "died_before"))
ends = st.sampled_from(("granted", "refused", "withdrawn"))
results = st.sampled_from((ResultKind.ACCREDITED, ResultKind.REFUSED, ResultKind.RETURNED))
LINK: dict[str, Any] = {"person_id": PERSONS[2], "other_number": application_number(2026, 4)}
offices = st.sampled_from((("tokyo", "tokyo", "tokyo"), ("tokyo", "osaka", "tokyo")))


def mistyped(person_id: str) -> str:
    """What stands on the paper of nobody."""
    return f"mistyped-{person_id}"


class PlayedSecondHalf(Played):
    """Handlers tell the truth about what the authority's book says; everything else may happen in any order."""

    @initialize(
        levels=st.sampled_from((1, 2)),
        delivery=st.sampled_from(("release", "hand_over")),
        second=st.booleans(),
        chosen=offices,
        so_far=st.integers(0, 6),
        waits=st.booleans(),
    )
    def hand_in(
        self,
        levels: int,
        delivery: str,
        *,
        second: bool,
        chosen: tuple[str, ...],
        so_far: int,
        waits: bool,
    ) -> None:
        plan = a_plan(review_levels=levels, delivery=delivery, confirmed_by_second=second)
        self.road = RememberedRoad(*PERSONS, plan=plan)
        self.road.look_up = self._look_up
        self.offices = dict(zip(PERSONS, chosen, strict=True))
        self.book, self.register, self.numbers = Book(), Register(), Numbers()
        self.sent: set[str] = set()
        self.late: list[Callable[[Situation], Happenings]] = []
        self.news: list[RecordResult] = []
        self.looked_at = 0
        for handler in (HANDLER, OTHER_HANDLER)[: 1 + min(so_far, 1)]:
            self.register.begins(handler.id, self.road.now)
        if waits:
            self.road.by_machine(lambda _: [LinkNoted(outcome="waits", **LINK)])
        self.the_desk_works()
        self._went_by_itself(so_far)

    def _went_by_itself(self, so_far: int) -> None:
        """How far the road is when the play begins."""
        first, second, _ = PERSONS
        if so_far == 6:
            self.a_machine_lodges(HANDLER, "answered_in_part")
            return
        if so_far == 1:
            self.a_machine_lodges(HANDLER, "silent")
        if so_far == 2:
            self.a_machine_lodges(HANDLER, "lost")
        if so_far >= 3:
            self.lodge(HANDLER)
        if so_far >= 4:
            self.the_authority_asks_for_more((first,), None)
        if so_far >= 5:
            self.the_authority_decides((second,), ResultKind.ACCREDITED, heard=True)

    def _look_up(self, command: Command) -> None:
        """What is asked between an act's validation and its decision."""
        if isinstance(command, BeginLodging):
            self.register.insist(command.actor.id, self.road.now)
        if isinstance(command, EndLodging):
            self.numbers.claim(command.receipts)
        if isinstance(command, CompleteTask) and isinstance(command.verdict, ArrivedVerdict):
            self.numbers.claim(command.verdict.receipts)
        if isinstance(command, CorrectReceipts):
            self.numbers.claim(receipt_correction.to_claim(self.road.situation, command))

    def _decide(self, kind: TaskKind, verdict: Verdict, by: Any, index: int = 0) -> None:
        task = one_of(self.road.standing.open_tasks(kind), index)
        if task is not None:
            command = self.road.ask(CompleteTask, by, task_id=task.id, verdict=verdict)
            self.tried(lambda: self.road.act(complete, command))

    @rule()
    def the_desk_works(self) -> None:
        """Whoever is checked or reviewed goes on."""
        for _ in range(3):
            if self.road.standing.at_stage(Stage.INTAKE):
                self.road.check(offices=self.offices)
            self.tried(self.road.pass_all)
            self.tried(lambda: self.road.pass_all(OTHER_REVIEWER))
            self.tried(self.road.second_review)
            self._decide(TaskKind.LINK_TURNED, LateCorrectionSeen(remark_id="reason"), OTHER_REVIEWER)

    @rule(by=handlers)
    def lodge(self, by: Any) -> None:
        """A whole lodging by hand."""
        for each in [each for each in self.road.standing.filings if each.state is FilingState.PREPARED]:
            if self.tried(lambda each=each: self.road.begin(by, Way.BY_HAND, each.id)):  # type: ignore[misc]
                self.carry(0)
                for one in (by, HANDLER, OTHER_HANDLER):
                    self._said("confirmed", one, each)

    @rule(index=which, by=handlers, way=st.sampled_from(Way))
    def begin(self, index: int, by: Any, way: Way) -> None:
        chosen = one_of(self.road.standing.filings[::-1], index)
        if chosen is not None:
            self.tried(lambda: self.road.begin(by, way, chosen.id))

    @rule(by=handlers, has=st.sampled_from((True, True, False)))
    def entrust(self, by: Any, has: bool) -> None:
        """A mandate begins or ends."""
        (self.register.begins if has else self.register.ends)(by.id, self.road.now)

    @rule(by=handlers, fate=fates)
    def a_machine_lodges(self, by: Any, fate: str) -> None:
        """The act, once; what is known of it afterwards, perhaps later."""
        self.begin(0, by, Way.MACHINE)
        for each in self._under_way(Way.MACHINE):
            if each.id not in self.sent:
                self.sent.add(each.id)
                if fate in TAKEN:
                    self.book.take(each, but=int(fate == "answered_in_part"))
                self._heard(each, fate)
                return

    def _heard(self, each: Filing, fate: str) -> None:
        def outcome(situation: Situation) -> Happenings:
            known = KNOWN.get(fate)
            if known == "confirmed":
                return filing.confirmed(situation, each, *self.book.answer(each.id))
            if known is None:
                return filing.unknown(situation, each, "no_answer")
            return filing.failed(situation, each, known)

        if fate == "answered_late":
            self.late.append(outcome)
        else:
            self.road.by_machine(outcome)

    @rule()
    def a_late_answer_comes(self) -> None:
        if self.late:
            self.road.by_machine(self.late.pop(0))

    def _under_way(self, way: Way) -> list[Filing]:
        filings = self.road.standing.filings
        return [each for each in filings if each.state is FilingState.INTENDED and each.way is way]

    @rule(index=which, but=st.integers(0, 2))
    def carry(self, index: int, but: int = 0) -> None:
        """A handler brings a filing to the authority, once; it may send some of its persons away."""
        waiting = [each for each in self._under_way(Way.BY_HAND) if not self.book.has(each.id)]
        if waiting:
            self.book.take(one_of(tuple(waiting), index), but=but)

    @rule(index=which, by=handlers, outcome=st.sampled_from(("confirmed", "unknown", "refused", "not_sent")))
    def end(self, index: int, by: Any, outcome: str) -> None:
        chosen = one_of(tuple(self._under_way(Way.BY_HAND)), index)
        if chosen is None:
            return
        is_true = outcome == "unknown" or (outcome == "confirmed") is self.book.has(chosen.id)
        if is_true:
            self._said(outcome, by, chosen)

    def _said(self, outcome: str, by: Any, chosen: Filing) -> None:
        receipts, away = self.book.answer(chosen.id) if outcome == "confirmed" else ((), ())
        values = {"filing_id": chosen.id, "outcome": outcome, "receipts": receipts, "not_taken": away}
        command = self.road.ask(EndLodging, by, remark_id="remark", **values)
        self.tried(lambda: self.road.act(filing.end, command))

    @rule(by=handlers, index=which)
    def find_out(self, by: Any, index: int) -> None:
        """Somebody looks into the book."""
        task = one_of(self.road.standing.open_tasks(TaskKind.FIND_OUT), index)
        if task is not None:
            receipts, away = self.book.answer(task.filing_id)
            said = {"arrived": self.book.has(task.filing_id), "receipts": receipts, "not_taken": away}
            verdict = ArrivedVerdict(remark_id="remark", **said)
            self._decide(TaskKind.FIND_OUT, verdict, by, index)

    @rule(by=handlers, index=which)
    def confirm_absent(self, by: Any, index: int) -> None:
        """Who confirms looks as well."""
        task = one_of(self.road.standing.open_tasks(TaskKind.CONFIRM_ABSENT), index)
        if task is not None:
            verdict = AbsentConfirmed(absent=not self.book.has(task.filing_id))
            self._decide(TaskKind.CONFIRM_ABSENT, verdict, by, index)

    @rule(one=person, by=handlers)
    def a_number_is_typed_wrong_or_put_right(self, one: str, by: Any) -> None:
        """What was mistyped stands for a while; then somebody looks at the paper again."""
        line = self.road.person(one)
        if line.receipt is not None:
            number = mistyped(one) if line.receipt in self.book.numbers[one] else self.book.numbers[one][0]
            arrived = [each for each in self.road.standing.filings if each.state is FilingState.CONFIRMED]
            first = next(each for each in arrived if one in each.persons)
            receipts = (Receipt(person_id=one, number=number),)
            values = {"filing_id": first.id, "receipts": receipts, "remark_id": "remark"}
            command = self.road.ask(CorrectReceipts, by, **values)
            self.tried(lambda: self.road.act(receipt_correction.correct, command))

    @rule(chosen=persons, within=st.one_of(st.none(), st.integers(0, 20)))
    def the_authority_asks_for_more(self, chosen: tuple[str, ...], within: int | None) -> None:
        if all(each in self.book.numbers for each in chosen):
            due = None if within is None else self.road.now.date() + timedelta(days=within)
            self.tried(lambda: self.road.ask_for_more(*chosen, due_on=due))

    @rule(chosen=persons, result=results, heard=st.booleans())
    def the_authority_decides(self, chosen: tuple[str, ...], result: ResultKind, heard: bool) -> None:
        """The desk hears of it at once, or when its news are read."""
        for one in (each for each in chosen if each in self.book.numbers):
            values = {"person_id": one, "receipt": self.book.numbers[one][0], "result": result}
            told = self.road.ask(RecordResult, SIMULATOR, decided_on=self.road.now.date(), **values)
            self.news.append(told)
            if heard:
                self.news_are_read(-1, again=False)

    @rule(index=which, again=st.booleans())
    def news_are_read(self, index: int, again: bool) -> None:
        """In any order; what no road takes yet is told again, and so is some that it took."""
        told = one_of(tuple(self.news), index)
        if told is None:
            return
        if self.road.standing.closed_at is not None:
            self.road.reopen(result_receipt.record_result, told)
        elif not self.tried(lambda: self.road.deliver(result_receipt.record_result, told)):
            return
        if not again:
            self.news.remove(told)

    @rule(chosen=persons)
    def correct(self, chosen: tuple[str, ...]) -> None:
        self.tried(lambda: self.road.correct(*chosen))

    @rule(outcome=ends, was=st.one_of(st.none(), ends))
    def the_other_application_ends(self, outcome: Any, was: Any) -> None:
        """Somebody waits for it, or does not any more."""
        command = self.road.ask(TellLink, ROAD, outcome=outcome, instead_of=was, **LINK)
        self.tried(lambda: self.road.act(links.tell, command))

    @rule(one=person)
    def withdraw(self, one: str) -> None:
        command = self.road.ask(Withdraw, MANAGER, persons=(one,))
        self.tried(lambda: self.road.act(withdrawal.withdraw, command))

    @rule(by=handlers)
    def hand_over(self, by: Any) -> None:
        self._decide(TaskKind.HAND_OVER, HandedOver(), by)

    @rule(kept=st.sampled_from(("recorded", "later")))
    def settle_contradiction(self, kept: Any) -> None:
        self._decide(TaskKind.CONTRADICTION, ContradictionSettled(holds=kept, remark_id="reason"), MANAGER)

    @rule(decision=st.sampled_from(("extend", "withdraw")))
    def decide_overdue(self, decision: Any) -> None:
        verdict = OverdueDecision(decision=decision, extend_days=7, remark_id="reason")
        self._decide(TaskKind.OVERDUE_CORRECTION, verdict, MANAGER)

    @rule(placed=st.booleans())
    def hold(self, placed: bool) -> None:
        kind, decide = (PlaceHold, holds.place) if placed else (LiftHold, holds.lift)
        values = {"reason": "rule_changes"} if placed else {}
        self.tried(lambda: self.road.act(decide, self.road.ask(kind, MANAGER, **values)))

    @rule(span=st.integers(0, 40))
    def wait(self, span: int) -> None:
        self.road.wait(days=span)

    @rule()
    def the_post_is_slow(self) -> None:
        """The next act comes later, or never."""
        self.road.is_slow = True

    @rule(index=which)
    def the_post_comes(self, index: int) -> None:
        letter = one_of(tuple(self.road.on_the_way), index)
        if letter is not None:
            self.road.on_the_way.remove(letter)
            self.tried(lambda: self.road.deliver(*letter))

    @rule(index=which)
    def somebody_asks_again(self, index: int) -> None:
        """The same act once more: nothing happens."""
        known = one_of(tuple(self.road.answered.values()), index)
        if known is not None:
            before = len(self.road.events)
            self.road.deliver(*known)
            assert len(self.road.events) == before, "an act was carried out twice"

    @rule()
    def the_worker_dies(self) -> None:
        self.road.crash()

    @rule()
    def a_new_run_begins(self) -> None:
        self.road.start_afresh()

    @invariant()
    def everything_is_in_order(self) -> None:
        if hasattr(self, "road"):
            insist_on_order(self.road)
            self._nothing_is_lodged_twice_and_nothing_is_lost()
            self._numbers_are_the_authoritys()
            self._nobody_is_lodged_before_he_may_be()
            self._every_result_is_delivered_once()

    def _nothing_is_lodged_twice_and_nothing_is_lost(self) -> None:
        assert self.book.twice() == [], "lodged twice"
        states = {each.id: each.state for each in self.road.standing.filings}
        known = (FilingState.CONFIRMED, *UNDER_WAY)
        lost = [each.id for each in self.book.taken if states[each.id] not in known]
        assert lost == [], "the authority has what the desk gave up"

    def _numbers_are_the_authoritys(self) -> None:
        for line in self.road.standing.persons:
            given = self.book.numbers.get(line.person_id, [])
            known = (None, mistyped(line.person_id), *given)
            assert line.receipt in known, "a number nobody gave"

    def _nobody_is_lodged_before_he_may_be(self) -> None:
        new = self.road.events[self.looked_at :]
        self.looked_at += len(new)
        for intent in (event.body for event in new if isinstance(event.body, LodgingIntended)):
            assert intent.handler in self.register.entrusted, f"{intent.handler} is not entrusted"
            persons = self.road.situation.filing(intent.filing_id).everybody
            waiting = [each for each in persons if self.road.person(each).waits_for]
            assert waiting == [], "lodged while it waits for another application"

    def _every_result_is_delivered_once(self) -> None:
        bodies = [event.body for event in self.road.events]
        delivered = Counter(p for body in bodies if isinstance(body, ResultsDelivered) for p in body.persons)
        made = Counter(body.person_id for body in bodies if isinstance(body, ResultRecorded))
        assert set(made.values()) <= {1}, "a result was overwritten"
        ended = [body for body in bodies if isinstance(body, ContradictionEnded)]
        made += Counter(body.person_id for body in ended if body.holds == "later")
        assert delivered <= made, "delivered more often than decided"
        closed = [line.person_id for line in self.road.standing.persons if line.is_closed]
        missing = [each for each in closed if delivered[each] != made[each]]
        assert missing == [], "closed and not delivered"

    def teardown(self) -> None:
        if hasattr(self, "road"):
            self.road.crash()
            insist_on_one_history(self.road)
