"""The road of one application, from hand-in to result. Read `run` aloud; what people may ask is below it, one line each."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

from activities.checks.round import Checks
from activities.documents.examining import Documents
from activities.lodging import Lodging
from schemas import messages
from schemas.application import Journey, Outcome
from schemas.calendar import japan_date
from schemas.checked import CheckAsked, Checked
from schemas.commands import (
    AdoptPack,
    Answer,
    AnswerProposal,
    ArrivedVerdict,
    BeginLodging,
    ClaimTask,
    CompleteTask,
    CorrectReceipts,
    EndLodging,
    EntrustFiling,
    HandInCorrection,
    LiftHold,
    PassOnTask,
    PlaceHold,
    Propose,
    RecordMoreRequested,
    RecordResult,
    ReleaseTask,
    RouteFiling,
    SplitOff,
    TellLink,
    WaiveFinding,
    Withdraw,
)
from schemas.filing import Receipt
from schemas.standing import Stage, Standing
from workflows import (
    advance_review,
    deadlines,
    deciding,
    filing,
    holds,
    human_tasks,
    intake,
    links,
    machine_lodging,
    proposals,
    receipt_correction,
    result_receipt,
    splitting,
    withdrawal,
)
from workflows.case import Case, keeping, refusing
from workflows.clock import Clock
from workflows.policies import HEAVY, at_once, patiently
from workflows.situation import Decision, Happenings, Situation
from workflows.telling import current_details

EXAMINED_ELSEWHERE = timedelta(seconds=10)


@workflow.defn(name=messages.APPLICATION)
class ApplicationWorkflow:
    """The road of one application, from intake to result."""

    @workflow.init
    def __init__(self, journey: Journey) -> None:
        self._case = Case(journey)
        workflow.set_query_handler(messages.ANSWERED, self._case.answered)
        self._clock = Clock()
        self._machines: dict[str, asyncio.Task[None]] = {}
        if journey.standing is None:
            self._case.note(intake.begun(journey.handed_in))
        if journey.reopening is not None:
            self._case.reopen(result_receipt.record_result, journey.reopening)

    @workflow.run
    async def run(self, journey: Journey) -> Outcome:
        """Check what was handed in, let people review, file and record; until everybody's road has ended."""
        case = self._case
        while case.standing.closed_at is None:
            with keeping():
                await self._check_what_was_handed_in()
                case.take_steps()
                await case.record()
            self._lodge_by_machine()
            workflow.set_current_details(current_details(case.standing))
            await self._something_happens()
            if self._should_start_afresh():
                await self._start_afresh()
        await workflow.wait_condition(workflow.all_handlers_finished)
        await case.record()
        return case.outcome()

    async def _check_what_was_handed_in(self) -> None:
        persons = self._case.standing.at_stage(Stage.INTAKE)
        if not persons:
            return
        checked = await self._checked(persons)
        still = self._case.situation.at(Stage.INTAKE, persons)
        if still:
            self._case.note(intake.checks_run(self._case.situation, still, checked))

    async def _checked(self, persons: tuple[str, ...]) -> Checked:
        handed_in = self._case.handed_in
        asked = CheckAsked(
            number=handed_in.number,
            organisation_id=handed_in.organisation_id,
            round=self._case.standing.round,
            persons=persons,
            as_of=japan_date(workflow.now()).isoformat(),
            pack=self._case.standing.pack_chosen,
            channel=self._case.standing.channel_of(persons),
        )
        while True:
            checked = await at_once(Checks.check_round, asked, summary="自動点検 automatic checks")
            if not checked.unexamined:
                return checked
            await self._case.record()
            if not await patiently(Documents.examine_all, asked, summary="書類の検査 examine documents"):
                await workflow.sleep(EXAMINED_ELSEWHERE, summary="書類の検査待ち documents under examination")

    def _lodge_by_machine(self) -> None:
        for each in machine_lodging.waiting(self._case):
            if each.id not in self._machines:
                self._machines[each.id] = asyncio.create_task(machine_lodging.lodge(self._case, each))

    async def _something_happens(self) -> None:
        """Wait for an act, the authority's machine or the clock; not when somebody came to intake or all ended meanwhile."""
        case, seen = self._case, self._case.standing.seq
        self._clock.ring_at(deadlines.next_instant(case.situation))
        await workflow.wait_condition(
            lambda: (
                case.standing.seq != seen
                or self._clock.has_rung
                or self._has_broken_down()
                or case.standing.closed_at is not None
                or bool(case.standing.at_stage(Stage.INTAKE))
            )
        )
        self._clock.has_rung = False
        for task in self._machines.values():
            if task.done():
                task.result()

    def _has_broken_down(self) -> bool:
        """A fault in a machine's lodging is a fault of the road: the task fails, the case is kept, a person is called."""
        return any(task.done() and task.exception() for task in self._machines.values())

    def _should_start_afresh(self) -> bool:
        busy = self._case.acting > 0 or machine_lodging.waiting(self._case)
        return workflow.info().is_continue_as_new_suggested() and not busy

    async def _start_afresh(self) -> None:
        """Go on in a new run: everything is recorded, no handler is under way, and answers given are remembered."""
        await self._case.record()
        while not workflow.all_handlers_finished():
            await workflow.wait_condition(workflow.all_handlers_finished)
            await self._case.record()
        if self._case.standing.closed_at is None and not self._case.standing.at_stage(Stage.INTAKE):
            self._clock.stop()
            workflow.continue_as_new(self._case.journey())

    @workflow.query(name=messages.STANDING)
    def standing(self) -> Standing:
        """Where the application stands."""
        return self._case.standing

    @workflow.update(name=messages.CLAIM_TASK)
    async def claim_task(self, command: ClaimTask) -> Answer:
        """Take a task."""
        return await self._case.carry_out(human_tasks.claim, command)

    @claim_task.validator
    def _may_claim(self, command: ClaimTask) -> None:
        self._case.check(human_tasks.claim, command)

    @workflow.update(name=messages.RELEASE_TASK)
    async def release_task(self, command: ReleaseTask) -> Answer:
        """Give a task back."""
        return await self._case.carry_out(human_tasks.release, command)

    @release_task.validator
    def _may_release(self, command: ReleaseTask) -> None:
        self._case.check(human_tasks.release, command)

    @workflow.update(name=messages.PASS_ON_TASK)
    async def pass_on_task(self, command: PassOnTask) -> Answer:
        """Pass a task on to a colleague."""
        return await self._case.carry_out(human_tasks.pass_on, command)

    @pass_on_task.validator
    def _may_pass_on(self, command: PassOnTask) -> None:
        self._case.check(human_tasks.pass_on, command)

    @workflow.update(name=messages.COMPLETE_TASK)
    async def complete_task(self, command: CompleteTask) -> Answer:
        """Decide a task."""
        verdict, task = command.verdict, self._case.standing.task(command.task_id)
        if isinstance(verdict, ArrivedVerdict) and task is not None:
            return await self._with_receipts(
                deciding.complete, command, task.filing_id or "", verdict.receipts
            )
        return await self._case.carry_out(deciding.complete, command)

    @complete_task.validator
    def _may_complete(self, command: CompleteTask) -> None:
        self._case.check(deciding.complete, command)

    @workflow.update(name=messages.HAND_IN_CORRECTION)
    async def hand_in_correction(self, command: HandInCorrection) -> Answer:
        """The client's correction round arrives."""
        return await self._case.carry_out(advance_review.hand_in_correction, command)

    @hand_in_correction.validator
    def _may_correct(self, command: HandInCorrection) -> None:
        self._case.check(advance_review.hand_in_correction, command)

    @workflow.update(name=messages.BEGIN_LODGING)
    async def begin_lodging(self, command: BeginLodging) -> Answer:
        """Seal the package and record the intent, before the act."""
        case = self._case

        async def prepared() -> Callable[[Situation], Happenings]:
            while True:
                with refusing():
                    chosen = filing.beginning(case.situation, command)
                asked = filing.lodging_asked(case.situation, case.handed_in, command, chosen)
                told = f"書類一式 package {chosen.id}"
                sealed = await patiently(Lodging.prepare, asked, summary=told, within=HEAVY)
                if case.situation.filing(chosen.id) == chosen:
                    return lambda situation: filing.begin(situation, command, sealed)

        return await case.carry_out_after(prepared, command)

    @begin_lodging.validator
    def _may_begin(self, command: BeginLodging) -> None:
        self._case.check(filing.check_begin, command)

    @workflow.update(name=messages.END_LODGING)
    async def end_lodging(self, command: EndLodging) -> Answer:
        """Say how the act of lodging ended."""
        with refusing():
            only_reported = filing.awaits_a_report(self._case.situation, command)
        claimed = () if only_reported else command.receipts
        return await self._with_receipts(filing.end, command, command.filing_id, claimed)

    @end_lodging.validator
    def _may_end(self, command: EndLodging) -> None:
        self._case.check(filing.end, command)

    @workflow.update(name=messages.RECORD_MORE_REQUESTED)
    async def record_more_requested(self, command: RecordMoreRequested) -> Answer:
        """The authority asks for more."""
        return await self._case.carry_out(result_receipt.more_requested, command)

    @record_more_requested.validator
    def _may_ask_for_more(self, command: RecordMoreRequested) -> None:
        self._case.check(result_receipt.more_requested, command)

    @workflow.update(name=messages.RECORD_RESULT)
    async def record_result(self, command: RecordResult) -> Answer:
        """The authority decided about one person."""
        return await self._case.carry_out(result_receipt.record_result, command)

    @record_result.validator
    def _may_record_result(self, command: RecordResult) -> None:
        self._case.check(result_receipt.record_result, command)

    @workflow.update(name=messages.WITHDRAW)
    async def withdraw(self, command: Withdraw) -> Answer:
        """Withdraw persons."""
        return await self._case.carry_out(withdrawal.withdraw, command)

    @withdraw.validator
    def _may_withdraw(self, command: Withdraw) -> None:
        self._case.check(withdrawal.withdraw, command)

    @workflow.update(name=messages.PLACE_HOLD)
    async def place_hold(self, command: PlaceHold) -> Answer:
        """Stop the clocks."""
        return await self._case.carry_out(holds.place, command)

    @place_hold.validator
    def _may_hold(self, command: PlaceHold) -> None:
        self._case.check(holds.place, command)

    @workflow.update(name=messages.LIFT_HOLD)
    async def lift_hold(self, command: LiftHold) -> Answer:
        """Let the clocks go on."""
        return await self._case.carry_out(holds.lift, command)

    @lift_hold.validator
    def _may_lift(self, command: LiftHold) -> None:
        self._case.check(holds.lift, command)

    @workflow.update(name=messages.WAIVE_FINDING)
    async def waive_finding(self, command: WaiveFinding) -> Answer:
        """Waive one finding with a reason."""
        return await self._case.carry_out(advance_review.waive, command)

    @waive_finding.validator
    def _may_waive(self, command: WaiveFinding) -> None:
        self._case.check(advance_review.waive, command)

    @workflow.update(name=messages.ADOPT_PACK)
    async def adopt_pack(self, command: AdoptPack) -> Answer:
        """Newer rules count from the next check on."""
        return await self._case.carry_out(intake.adopt, command)

    @adopt_pack.validator
    def _may_adopt(self, command: AdoptPack) -> None:
        self._case.check(intake.adopt, command)

    @workflow.update(name=messages.TELL_LINK)
    async def tell_link(self, command: TellLink) -> Answer:
        """An application for which a person waits has ended."""
        return await self._case.carry_out(links.tell, command)

    @tell_link.validator
    def _may_tell_link(self, command: TellLink) -> None:
        self._case.check(links.tell, command)

    @workflow.update(name=messages.SPLIT_OFF)
    async def split_off(self, command: SplitOff) -> Answer:
        """Let persons go on in another application."""
        return await self._case.carry_out(splitting.split_off, command)

    @split_off.validator
    def _may_split_off(self, command: SplitOff) -> None:
        self._case.check(splitting.split_off, command)

    @workflow.update(name=messages.PROPOSE)
    async def propose(self, command: Propose) -> Answer:
        """Propose something to the client."""
        return await self._case.carry_out(proposals.propose, command)

    @propose.validator
    def _may_propose(self, command: Propose) -> None:
        self._case.check(proposals.propose, command)

    @workflow.update(name=messages.ANSWER_PROPOSAL)
    async def answer_proposal(self, command: AnswerProposal) -> Answer:
        """The client answers what was proposed."""
        return await self._case.carry_out(proposals.answer, command)

    @answer_proposal.validator
    def _may_answer(self, command: AnswerProposal) -> None:
        self._case.check(proposals.answer, command)

    @workflow.update(name=messages.ROUTE_FILING)
    async def route_filing(self, command: RouteFiling) -> Answer:
        """Lodge a prepared filing with another office."""
        return await self._case.carry_out(filing.route, command)

    @route_filing.validator
    def _may_route(self, command: RouteFiling) -> None:
        self._case.check(filing.route, command)

    @workflow.update(name=messages.ENTRUST_FILING)
    async def entrust_filing(self, command: EntrustFiling) -> Answer:
        """Let a colleague look after a filing."""
        return await self._case.carry_out(filing.entrust, command)

    @entrust_filing.validator
    def _may_entrust(self, command: EntrustFiling) -> None:
        self._case.check(filing.entrust, command)

    @workflow.update(name=messages.CORRECT_RECEIPTS)
    async def correct_receipts(self, command: CorrectReceipts) -> Answer:
        """Put receipt numbers right."""
        fresh = receipt_correction.to_claim(self._case.situation, command)
        decide = receipt_correction.when_claimed(fresh)
        return await self._with_receipts(decide, command, command.filing_id, fresh)

    @correct_receipts.validator
    def _may_correct_receipts(self, command: CorrectReceipts) -> None:
        self._case.check(receipt_correction.correct, command)

    async def _with_receipts(
        self,
        decide: Decision,
        command: EndLodging | CompleteTask | CorrectReceipts,
        filing_id: str,
        receipts: tuple[Receipt, ...],
    ) -> Answer:
        async def claimed() -> Callable[[Situation], Happenings]:
            if receipts:
                await machine_lodging.claim(self._case, filing_id, receipts)
            return lambda situation: decide(situation, command)

        return await self._case.carry_out_after(claimed, command)
