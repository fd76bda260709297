"""The bare road stands beside ours on equal ground."""

import pytest
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from infra.temporal import sandbox_runner
from tests.bench.bare_road import BareRoad
from tests.bench.bare_worker import bare_runner
from workflows.application import ApplicationWorkflow


@pytest.mark.parametrize(
    ("runner", "road"), [(sandbox_runner(), ApplicationWorkflow), (bare_runner(), BareRoad)]
)
def test_neither_road_is_loaded_anew_for_every_application(
    runner: SandboxedWorkflowRunner, road: type
) -> None:
    assert loaded_once(runner, road)


def test_a_watchful_sandbox_would_load_either_anew() -> None:
    watchful = sandbox_runner(watchful=True)

    assert not loaded_once(watchful, ApplicationWorkflow)
    assert not loaded_once(watchful, BareRoad)


def loaded_once(runner: SandboxedWorkflowRunner, road: type) -> bool:
    names = road.__module__.split(".")
    packages = {".".join(names[:length]) for length in range(1, len(names) + 1)}
    return bool(packages & runner.restrictions.passthrough_modules)
