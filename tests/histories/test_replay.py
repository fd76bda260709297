"""Kept histories: what is under way in production must go on under today's code."""

import pytest
from temporalio.client import WorkflowHistory

from infra.keys import KeyRing
from tests.histories.kept import FOLDER, history, wrapped_keys
from tests.histories.paths import PATHS
from tests.workflows.office import KEY_ENCRYPTION_KEY, replay
from workflows.application import ApplicationWorkflow

TEACHING = """Today's code does not replay the history of '{name}'.
Applications are under way with exactly this history: after a deployment they would stand still.
Do not record it anew. Put the change behind workflow.patched("…"), so that what has begun goes on as it began."""


async def load(number: str) -> bytes | None:
    return wrapped_keys().get(number)


@pytest.mark.parametrize("name", PATHS)
async def test_what_is_under_way_goes_on(name: str) -> None:
    failure = await replay(KeyRing(KEY_ENCRYPTION_KEY, load), history(name), ApplicationWorkflow)

    assert failure is None, f"{TEACHING.format(name=name)}\n{failure}"


async def test_a_history_that_lacks_a_step_is_noticed() -> None:
    whole = history("straight_through")
    recorded = next(
        n for n, each in enumerate(whole.events) if each.HasField("marker_recorded_event_attributes")
    )
    torn = WorkflowHistory(whole.workflow_id, [*whole.events[:recorded], *whole.events[recorded + 1 :]])

    failure = await replay(KeyRing(KEY_ENCRYPTION_KEY, load), torn, ApplicationWorkflow)

    assert failure is not None


def test_every_path_has_a_history_and_every_history_a_path() -> None:
    kept = {path.stem for path in FOLDER.glob("*.json")} - {"keys"}

    assert kept == set(PATHS)
