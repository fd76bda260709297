"""The road on a real engine with a real ledger: what people read after acting, what is refused, what is never lost."""

import asyncio
from datetime import timedelta

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowUpdateFailedError

from infra.engine_histories import engine_history
from schemas import messages
from schemas.commands import BeginLodging, ClaimTask, LiftHold, PlaceHold, ReleaseTask, Withdraw
from schemas.filing import FilingState, Way
from schemas.parties import Actor
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import (
    CLIENT,
    MANAGER,
    OTHER_REVIEWER,
    REVIEWER,
    a_remark,
    found,
    receipt_of,
)
from tests.workflows import acting
from tests.workflows.office import Office, Road, numbered

METADATA = "__temporal_workflow_metadata"


async def events_in(road: Road) -> int:
    return len((await road.history()).events)


async def test_from_hand_in_to_result(office: Office) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.lodge(road)
        await acting.result(road, "p1")
        await acting.result(road, "p2")
        outcome = await road.handle.result()

    assert outcome.results == {"accredited": 2}
    assert (await road.kinds())[-1] == "closed"


async def test_who_acts_reads_his_own_write(office: Office) -> None:
    async with office.working():
        road = await office.begin()

        answer = await acting.claim(road, TaskKind.REVIEW, REVIEWER)

        assert (await road.recorded()).seq == answer.seq


async def test_the_road_and_the_ledger_tell_the_same(office: Office) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road, a_remark("p2"))
        await acting.begin(road)

        assert await road.standing() == await road.recorded()


async def test_what_a_validator_refuses_leaves_no_event(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.claim(road, TaskKind.REVIEW, REVIEWER)
        before = await events_in(road)

        task = await road.task(TaskKind.REVIEW)
        codes = [
            await road.refused(messages.CLAIM_TASK, ClaimTask, OTHER_REVIEWER, task_id=task.id),
            await road.refused(messages.CLAIM_TASK, ClaimTask, REVIEWER, task_id="no-such-task"),
            await road.refused(messages.LIFT_HOLD, LiftHold, MANAGER),
        ]

        assert codes == ["task_of_another", "no_such_task", "not_on_hold"]
        assert await events_in(road) == before


async def test_the_same_act_gets_the_same_answer_under_any_update_id(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        first = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="once")

        same_update = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="once")
        other_update = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="once", update_id="other")

        assert first == same_update == other_update
        assert (await road.kinds()).count("task_claimed") == 1


async def test_another_act_under_the_same_key_is_refused_and_one_that_was_refused_may_be_corrected(
    office: Office,
) -> None:
    async with office.working():
        road = await office.begin()
        task = await road.task(TaskKind.REVIEW)
        await road.refused(
            messages.CLAIM_TASK, ClaimTask, REVIEWER, act_id="key#typo", task_id="no-such-task"
        )
        first = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="key#claim")

        code = await road.refused(
            messages.RELEASE_TASK, ReleaseTask, REVIEWER, act_id="key#release", task_id=task.id
        )
        again = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="key#claim", update_id="anew")

        assert (code, again) == ("idempotency_key_reused", first)
        assert (await road.kinds()).count("task_released") == 0


async def test_an_act_sent_many_times_at_once_happens_once(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await road.task(TaskKind.REVIEW)

        answers = await asyncio.gather(
            *(
                acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="once", update_id=f"try-{n}")
                for n in range(6)
            )
        )

        assert len(set(answers)) == 1
        assert (await road.kinds()).count("task_claimed") == 1


async def test_of_two_who_want_the_same_task_one_gets_it(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await road.task(TaskKind.REVIEW)

        outcomes = await asyncio.gather(
            acting.claim(road, TaskKind.REVIEW, REVIEWER),
            acting.claim(road, TaskKind.REVIEW, OTHER_REVIEWER),
            return_exceptions=True,
        )

        assert sum(isinstance(each, WorkflowUpdateFailedError) for each in outcomes) == 1


async def test_documents_that_were_not_examined_are_examined_before_anything_is_judged(
    office: Office,
) -> None:
    office.around.unexamined = 2
    async with office.working():
        road = await office.begin()
        await road.task(TaskKind.REVIEW)

    assert office.around.asked == ["check_round", "examine_documents"] * 2 + ["check_round"]


async def test_a_step_of_the_road_that_fails_for_good_never_ends_the_road(office: Office) -> None:
    office.around.check_faults = 1
    async with office.working():
        road = await office.begin()

        standing = await road.until_stage(Stage.REVIEW)

    assert standing.at_stage(Stage.REVIEW) == ("p1",)
    assert office.around.asked.count("check_round") == 2


async def test_a_correction_that_arrives_during_the_checks_of_another_is_checked_too(office: Office) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road, a_remark(None))
        office.around.unexamined = 1
        office.around.examine_gate.clear()
        await acting.correct(road, "p1", round=2)
        await acting.correct(road, "p2", round=3)
        office.around.examine_gate.set()

        standing = await road.until_stage(Stage.REVIEW)

    assert standing.at_stage(Stage.REVIEW) == ("p1", "p2")


async def test_all_who_withdraw_during_the_checks_end_the_road_there(office: Office) -> None:
    office.around.findings = [found("wage")]
    office.around.unexamined = 1
    office.around.examine_gate.clear()
    async with office.working():
        road = await office.begin()
        await road.act(messages.WITHDRAW, Withdraw, CLIENT)
        office.around.examine_gate.set()
        outcome = await road.handle.result()

    assert outcome.results == {"withdrawn": 1}
    assert (await road.kinds())[-1] == "closed"


async def test_who_withdraws_while_the_package_is_sealed_is_not_in_it(office: Office) -> None:
    async with office.working():
        road = await office.begin("p1", "p2")
        await acting.review(road)
        await road.filing()
        office.around.prepare_gate.clear()
        beginning = asyncio.create_task(acting.begin(road))
        async with asyncio.timeout(10):
            while not office.around.packages:
                await asyncio.sleep(0.02)
        await road.act(messages.WITHDRAW, Withdraw, CLIENT, persons=("p1",))
        office.around.prepare_gate.set()
        await beginning

        filing = await road.filing()

    assert office.around.packages == [("p1", "p2"), ("p2",)]
    assert (filing.state, filing.persons) == (FilingState.INTENDED, ("p2",))


async def test_a_handler_who_is_not_entitled_is_told_why_and_nothing_is_recorded(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road)
        filing = await road.filing()

        code = await road.refused(
            messages.BEGIN_LODGING,
            BeginLodging,
            Actor(id="acc-expired", capacity="handler"),
            filing_id=filing.id,
            channel="post",
        )

        assert code == "certificate_expired"
        assert (await road.filing()).state is FilingState.PREPARED


async def one_lodged_and_one_begun(office: Office) -> tuple[Road, Road]:
    one, other = await office.begin(), await office.begin()
    for road in (one, other):
        await acting.review(road)
        await acting.begin(road)
    await acting.end(one)
    return one, other


async def test_a_receipt_number_of_another_case_is_refused(office: Office) -> None:
    async with office.working():
        one, other = await one_lodged_and_one_begun(office)

        code = await acting.refused_numbers(other, of=one)

    assert code == "receipt_taken"


async def test_a_corrected_number_is_claimed_once_and_results_come_under_it(office: Office) -> None:
    async with office.working():
        one, other = await one_lodged_and_one_begun(office)
        await acting.end_with(other, "OTIT-26-wrong")

        taken = await acting.refused_correction(other, receipt_of("p1") + f"-{one.number}")
        await acting.correct_number(other, receipt_of("p1") + f"-{other.number}")
        await acting.result(other)
        outcome = await other.handle.result()

    assert (taken, outcome.results) == ("receipt_taken", {"accredited": 1})


async def test_a_correction_is_reminded_of_and_then_a_managers_task(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        await road.skip(days=16)

        standing = await road.until(lambda now: now.open_tasks(TaskKind.OVERDUE_CORRECTION))

    kinds = await road.kinds()
    assert kinds.count("reminder_due") == 3
    assert kinds.count("deadline_passed") == 1
    assert standing.stage is Stage.CORRECTION


async def test_a_correction_in_time_is_not_reminded_of_afterwards(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        await acting.correct(road)
        await road.until_stage(Stage.REVIEW)

        await road.skip(days=30)

    assert not {"reminder_due", "deadline_passed"} & set(await road.kinds())


async def test_a_hold_moves_the_deadline_by_its_length(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        due_at = (await road.standing()).running_deadlines()[0].due_at
        await road.act(messages.PLACE_HOLD, PlaceHold, MANAGER, reason="client_asked")
        await road.skip(days=30)
        on_hold = await road.kinds()

        await road.act(messages.LIFT_HOLD, LiftHold, MANAGER)
        moved = (await road.standing()).running_deadlines()[0].due_at - due_at
        await road.skip(days=16)
        await road.until(lambda now: now.open_tasks(TaskKind.OVERDUE_CORRECTION))

    assert "deadline_passed" not in on_hold
    assert timedelta(days=30) <= moved < timedelta(days=30, minutes=5)


async def test_a_result_that_does_not_come_is_chased(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.lodge(road)
        await road.skip(days=62)

        standing = await road.until(lambda now: now.open_tasks(TaskKind.CHASE_RESULT))

    assert standing.stage is Stage.LODGED


async def test_a_machine_lodges_and_its_numbers_are_recorded(office: Office) -> None:
    office.around.lodged = numbered
    async with office.working():
        road = await office.begin()
        await acting.review(road)
        await acting.begin(road, way=Way.MACHINE)

        standing = await road.until_stage(Stage.LODGED)

    assert standing.persons[0].receipt is not None
    assert office.around.asked.count("lodge") == 1


async def test_an_answer_that_got_lost_becomes_a_task_and_never_a_second_attempt(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road)
        await acting.begin(road, way=Way.MACHINE)
        await road.until(lambda now: now.open_tasks(TaskKind.FIND_OUT))
        await road.skip(days=90)

        await acting.found_arrived(road)
        standing = await road.until_stage(Stage.LODGED)

    assert office.around.asked.count("lodge") == 1
    assert standing.filings[0].state is FilingState.CONFIRMED


async def test_numbers_of_a_machine_that_fit_nobody_are_left_to_a_human(office: Office) -> None:
    office.around.lodged = lambda filing: numbered(filing).model_copy(update={"receipts": {"p9": "9"}})
    async with office.working():
        road = await office.begin()
        await acting.review(road)
        await acting.begin(road, way=Way.MACHINE)

        standing = await road.until(lambda now: now.open_tasks(TaskKind.FIND_OUT))

    assert standing.filings[0].state is FilingState.UNKNOWN


async def test_a_result_during_a_machines_supplement_waits_for_its_end(office: Office) -> None:
    office.around.lodged = numbered
    async with office.working():
        road = await office.begin()
        await acting.lodge(road)
        await acting.ask_for_more(road)
        await acting.correct(road)
        await road.until_stage(Stage.REVIEW)
        await acting.settle_all(road)
        office.around.lodge_gate.clear()
        await acting.begin(road, way=Way.MACHINE)
        await acting.result(road)
        still_open = (await road.standing()).closed_at
        office.around.lodge_gate.set()
        outcome = await road.handle.result()

    assert still_open is None
    assert outcome.results == {"accredited": 1}
    assert ends(await road.kinds())[-2:] == ["lodging_confirmed", "closed"]


def ends(kinds: list[str]) -> list[str]:
    return [kind for kind in kinds if kind in ("lodging_confirmed", "closed")]


async def test_a_worker_killed_between_intent_and_end_loses_nothing(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road)
        await acting.begin(road)
    before = await road.recorded()

    async with office.working():
        await acting.end(road)
        standing = await road.until_stage(Stage.LODGED)

    assert before.filings[0].state is FilingState.INTENDED
    assert standing.filings[0].state is FilingState.CONFIRMED


async def test_the_history_replays_and_tells_the_same(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        await acting.correct(road)
        await road.until_stage(Stage.REVIEW)

        failure = await office.replay(await road.history())

    assert failure is None


async def test_every_act_shows_in_the_engines_own_pages_with_a_name_and_words(office: Office) -> None:
    async with office.working():
        road = await office.begin()
        await acting.claim(road, TaskKind.REVIEW, REVIEWER)
        history = await engine_history(office.client, road.number, ui_url=None, within=timedelta(seconds=5))
        shown = await road.handle.query(METADATA, result_type=WorkflowMetadata)

    written = [each.summary for each in history.events if each.name == "record"]
    assert [each.name for each in history.events if each.type.endswith("update_accepted")] == ["claim_task"]
    assert written == [
        "受付 Received · 自動点検 Automatic checks · 作業の開始待ち Task opened",
        "作業の引受け Task taken",
    ]
    assert "事前点検 Advance review (担当中 Taken)" in shown.current_details
    assert REVIEWER.id not in shown.current_details
