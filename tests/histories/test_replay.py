"""Kept histories: what is under way in production must go on under today's code."""

import json

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory

from infra.keys import KeyRing
from tests.histories.beside import BESIDE
from tests.histories.kept import FOLDER, history, wrapped_keys
from tests.histories.paths import PATHS, RUN_BEFORE
from tests.workflows.office import KEY_ENCRYPTION_KEY, replay
from worker import WORKFLOWS

KEPT = (*PATHS, *RUN_BEFORE.values(), *BESIDE)
COMMANDS = ("marker_recorded", "activity_task_scheduled")
TEACHING = """Today's code does not replay the history of '{name}'.
Applications are under way with exactly this history: after a deployment they would stand still.
Do not record it anew. Put the change behind workflow.patched("…"), so that what has begun goes on as it began."""


async def load(number: str) -> bytes | None:
    return wrapped_keys().get(number)


async def failure_of(recorded: WorkflowHistory) -> Exception | None:
    return await replay(KeyRing(KEY_ENCRYPTION_KEY, load), recorded, *WORKFLOWS)


def begun_as(recorded: WorkflowHistory) -> str:
    """The name of the workflow whose history this is."""
    return recorded.events[0].workflow_execution_started_event_attributes.workflow_type.name


@pytest.mark.parametrize("name", KEPT)
async def test_what_is_under_way_goes_on(name: str) -> None:
    failure = await failure_of(history(name))

    assert failure is None, f"{TEACHING.format(name=name)}\n{failure}"


@pytest.mark.parametrize("name", ["straight_through", *RUN_BEFORE, *RUN_BEFORE.values(), *BESIDE])
async def test_a_history_that_lacks_a_step_is_noticed(name: str) -> None:
    whole = history(name)
    step = next(
        place
        for place, each in enumerate(whole.events)
        if any(each.HasField(f"{command}_event_attributes") for command in COMMANDS)  # type: ignore[arg-type]
    )
    torn = WorkflowHistory(whole.workflow_id, [*whole.events[:step], *whole.events[step + 1 :]])

    assert await failure_of(torn) is not None


def test_a_road_that_goes_on_in_a_new_run_says_so_in_its_history() -> None:
    first, last = (history(name) for name in ("before_a_new_run", "in_a_new_run"))

    assert first.events[-1].HasField("workflow_execution_continued_as_new_event_attributes")
    assert last.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    assert first.workflow_id == last.workflow_id


def patches_of(recorded: WorkflowHistory) -> set[str]:
    """The patches behind which a history was recorded."""
    markers = (each.marker_recorded_event_attributes.details for each in recorded.events)
    return {json.loads(each["patch-data"].payloads[0].data)["id"] for each in markers if "patch-data" in each}


def test_a_round_of_an_earlier_desk_stays_among_the_kept_ones() -> None:
    before, since = (
        patches_of(history(f"a_round_{name}")) for name in ("of_the_desk", "beside_the_decision")
    )

    assert before == {"lapses", "silent_lodgings", "watches", "links", "splits", "drafts"}
    assert since == {"beside_the_decision"}


def test_every_path_has_a_history_and_every_history_a_path() -> None:
    kept = {path.stem for path in FOLDER.glob("*.json")} - {"keys"}

    assert kept == set(KEPT)


def test_every_workflow_of_the_worker_has_a_history() -> None:
    offered = {workflow._Definition.must_from_class(each).name for each in WORKFLOWS}

    assert {begun_as(history(name)) for name in KEPT} == offered
