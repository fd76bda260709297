"""An engine that wants every history short and reports trouble at once: roads go on in new runs after a few acts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.testing import WorkflowEnvironment

from infra.dev.temporal_server import DYNAMIC, DYNAMIC_IN_TESTS, program

FEW_EVENTS = "limit.historyCount.suggestContinueAsNew=60"
SOON_REPORTED = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1"


@asynccontextmanager
async def impatient_engine() -> AsyncIterator[dict[str, str]]:
    """The environment of a client of such an engine."""
    facts = (*DYNAMIC, *DYNAMIC_IN_TESTS, FEW_EVENTS, SOON_REPORTED)
    arguments = [part for fact in facts for part in ("--dynamic-config-value", fact)]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=program(), dev_server_extra_args=arguments
    ) as environment:
        yield {"TEMPORAL_ADDRESS": environment.client.service_client.config.target_host}
