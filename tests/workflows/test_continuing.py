"""A long life: a road goes on in a new run with everything it knows; changed code under a running road is noticed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from typing import Literal

import pytest
from temporalio.client import WorkflowExecutionStatus

from infra.engine_histories import EngineHistory, engine_history
from schemas import messages
from schemas.calendar import end_of_day
from schemas.commands import LiftHold, PlaceHold, ReleaseTask
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import MANAGER, REVIEWER, a_remark
from tests.ground import Ground
from tests.workflows import acting
from tests.workflows.impatient import impatient_engine
from tests.workflows.office import Office, Road, opened_office
from workflows import deadlines

BRIEFLY = timedelta(seconds=5)


@pytest.fixture(scope="module")
async def impatient_address() -> AsyncIterator[dict[str, str]]:
    async with impatient_engine() as environment:
        yield environment


@pytest.fixture
async def impatient(ground: Ground, impatient_address: dict[str, str]) -> AsyncIterator[Office]:
    async with opened_office(ground, impatient_address, "impatient") as office:
        yield office


class LostGate(asyncio.Event):
    """Nobody gets through: what was asked there fails each time, with words that must not be told."""

    async def wait(self) -> Literal[True]:
        raise ConnectionResetError("CANARY TARO")


async def told(office: Office, road: Road) -> EngineHistory:
    return await engine_history(office.client, road.number, ui_url=None, within=BRIEFLY)


async def told_when(office: Office, road: Road, holds: Callable[[EngineHistory], object]) -> EngineHistory:
    async with asyncio.timeout(30):
        while not holds(history := await told(office, road)):
            await asyncio.sleep(0.1)
    return history


async def test_a_road_goes_on_in_new_runs_and_nothing_is_forgotten(impatient: Office) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="the-first")
        task = await road.task(TaskKind.REVIEW)
        await road.act(messages.RELEASE_TASK, ReleaseTask, REVIEWER, act_id="back", task_id=task.id)
        await acting.take_and_give_back(road, 12)
        events = len(await road.kinds())

        again = await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="the-first", update_id="anew")

        described = await road.handle.describe()
        assert described.raw_description.workflow_execution_info.first_run_id != described.run_id
        assert described.status is WorkflowExecutionStatus.RUNNING
        assert len(await road.kinds()) == events
        assert again.seq < events
        assert await road.standing() == await road.recorded()


async def test_a_deadline_is_kept_through_a_new_run(impatient: Office) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.take_and_give_back(road, 9)
        await acting.review(road, a_remark())
        due_at = (await road.recorded()).running_deadlines()[0].due_at
        for time in range(8):
            await road.act(messages.PLACE_HOLD, PlaceHold, MANAGER, act_id=f"hold-{time}", reason="other")
            await road.act(messages.LIFT_HOLD, LiftHold, MANAGER, act_id=f"lift-{time}")

        moved = (await road.standing()).running_deadlines()[0].due_at - due_at
        await road.skip(days=16)
        await road.until(lambda now: now.open_tasks(TaskKind.OVERDUE_CORRECTION))

    assert timedelta(0) <= moved < timedelta(minutes=5)
    assert (await road.kinds()).count("deadline_passed") == 1


async def test_a_road_of_many_runs_still_ends(impatient: Office) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.take_and_give_back(road, 12)
        await acting.lodge(road)

        outcome = await acting.at_the_end(road)

    assert outcome.results == {"accredited": 1}
    assert (await road.kinds()).count("received") == 1


async def test_changed_code_that_works_out_something_else_is_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office.working():
        road = await office.begin()
        await acting.review(road, a_remark())
        await road.until_stage(Stage.CORRECTION)
        history = await road.history()
    unchanged = await office.replay(history)

    def an_hour_later(on: date) -> datetime:
        return end_of_day(on) + timedelta(hours=1)

    monkeypatch.setattr(deadlines, "end_of_day", an_hour_later)
    changed = await office.replay(history)

    assert unchanged is None
    assert changed is not None
    assert "Diverged" in str(changed)


async def test_the_runs_before_a_new_one_are_told_with_it(impatient: Office) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.take_and_give_back(road, 12)

        history = await told_when(impatient, road, lambda now: now.earlier)

    before = history.earlier[0]
    assert (history.status, before.status) == ("running", "continued_as_new")
    assert history.run_id != before.run_id
    assert before.events[-1].type == "workflow_execution_continued_as_new"
    assert not history.more


async def test_the_engines_events_are_told_with_their_steps_and_what_was_written_beside_them(
    impatient: Office,
) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.review(road, a_remark())
        await road.until_stage(Stage.CORRECTION)

        history = await told(impatient, road)

    steps = [
        (each.name, each.attempt, each.summary) for each in history.events if each.type == "marker_recorded"
    ]
    timers = [each.summary for each in history.events if each.type == "timer_started"]
    assert steps[0] == ("check_round", 1, "自動点検 automatic checks")
    assert "record" in {name for name, _, _ in steps}
    assert timers[-1] == "期限 next deadline or reminder"
    assert {each.name for each in history.events if "update" in each.type} == {"complete_task"}


async def test_what_is_tried_again_is_told_with_its_failure_but_not_its_words(impatient: Office) -> None:
    impatient.around.unexamined = 1
    impatient.around.examine_gate = LostGate()
    async with impatient.working():
        road = await impatient.begin()
        tried = await told_when(impatient, road, lambda now: now.pending and now.pending[0].attempt > 1)
        impatient.around.examine_gate = asyncio.Event()
        impatient.around.examine_gate.set()
        await road.task(TaskKind.REVIEW)

        done = await told(impatient, road)

    pending = tried.pending[0]
    past = next(each for each in done.events if each.type == "activity_task_started")
    assert (pending.name, pending.last_failure) == ("examine_documents", "ConnectionResetError")
    assert pending.state in ("scheduled", "started")
    assert (past.name, past.failure) == ("examine_documents", "ConnectionResetError")
    assert past.attempt is not None and past.attempt > 1
    assert "CANARY" not in tried.model_dump_json() + done.model_dump_json()


async def test_a_road_that_stands_still_says_what_is_wrong(impatient: Office) -> None:
    impatient.around.check_faults = 9
    async with impatient.working():
        road = await impatient.begin()

        history = await told_when(impatient, road, lambda now: now.problems)

    failed = next(each for each in history.events if each.type == "workflow_task_failed")
    assert failed.failure == "Fault"
    assert "category=WorkflowTaskFailed" in history.problems
    assert history.pending[0].name == "workflow_task"
