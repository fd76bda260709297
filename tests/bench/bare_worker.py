"""The worker of the bare road, a process of its own, set up like the desk's worker: `python -m tests.bench.bare_worker`."""

import argparse
import asyncio
import signal

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from infra.temporal import TUNED, leave, sandbox_runner
from tests.bench.bare_road import QUEUE, BareRoad, step


def bare_runner() -> SandboxedWorkflowRunner:
    """The desk's sandbox, with the bare road loaded once per process, as the desk's own order is."""
    return SandboxedWorkflowRunner(sandbox_runner().restrictions.with_passthrough_modules("tests"))


async def work(address: str, namespace: str) -> None:
    """Run until told to stop."""
    client = await Client.connect(address, namespace=namespace)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareRoad],
        activities=[step],
        workflow_runner=bare_runner(),
        **TUNED,
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
