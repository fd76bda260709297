"""The worker of the bare road, a process of its own, set up like the desk's worker: `python -m tests.bench.bare_worker`."""

import argparse
import asyncio
import signal

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from infra.temporal import leave
from tests.bench.bare_road import QUEUE, BareRoad, step

WORKFLOWS_KEPT, ACTIVITIES_AT_ONCE = 1_000, 8


async def work(address: str, namespace: str) -> None:
    """Run until told to stop."""
    client = await Client.connect(address, namespace=namespace)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    restrictions = SandboxRestrictions.default.with_passthrough_modules("infra", "schemas")
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareRoad],
        activities=[step],
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        max_concurrent_activities=ACTIVITIES_AT_ONCE,
        max_cached_workflows=WORKFLOWS_KEPT,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    async with worker:
        await stop.wait()


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("address")
    asked.add_argument("namespace")
    where = asked.parse_args()
    asyncio.run(work(where.address, where.namespace))
    leave(0)
