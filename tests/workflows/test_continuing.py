"""A long life: a road goes on in a new run with everything it knows; changed code under a running road is noticed."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from infra.dev.temporal_server import DYNAMIC, DYNAMIC_IN_TESTS, program
from schemas import messages
from schemas.calendar import end_of_day
from schemas.commands import LiftHold, PlaceHold, ReleaseTask
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import MANAGER, REVIEWER, a_remark
from tests.ground import Ground
from tests.workflows import acting
from tests.workflows.office import Office, Road, opened_office
from workflows import deadlines

FEW_EVENTS = "limit.historyCount.suggestContinueAsNew=60"


@pytest.fixture(scope="module")
async def impatient_engine() -> AsyncIterator[dict[str, str]]:
    """An engine that wants every history short."""
    facts = (*DYNAMIC, *DYNAMIC_IN_TESTS, FEW_EVENTS)
    arguments = [part for fact in facts for part in ("--dynamic-config-value", fact)]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=program(), dev_server_extra_args=arguments
    ) as environment:
        yield {"TEMPORAL_ADDRESS": environment.client.service_client.config.target_host}


@pytest.fixture
async def impatient(ground: Ground, impatient_engine: dict[str, str]) -> AsyncIterator[Office]:
    async with opened_office(ground, impatient_engine, "impatient") as office:
        yield office


async def take_and_give_back(road: Road, times: int) -> None:
    for time in range(times):
        await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id=f"take-{time}")
        task = await road.task(TaskKind.REVIEW)
        await road.act(messages.RELEASE_TASK, ReleaseTask, REVIEWER, act_id=f"give-{time}", task_id=task.id)


async def test_a_road_goes_on_in_new_runs_and_nothing_is_forgotten(impatient: Office) -> None:
    async with impatient.working():
        road = await impatient.begin()
        await acting.claim(road, TaskKind.REVIEW, REVIEWER, act_id="the-first")
        task = await road.task(TaskKind.REVIEW)
        await road.act(messages.RELEASE_TASK, ReleaseTask, REVIEWER, act_id="back", task_id=task.id)
        await take_and_give_back(road, 12)
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
        await take_and_give_back(road, 9)
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
        await take_and_give_back(road, 12)
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
