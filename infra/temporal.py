"""The connection to Temporal: address and credentials from `TEMPORAL_*`, payloads always sealed.

Everyone who touches a history (clients, workers, replayers, tests) takes converter and sandbox from here.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn, TypedDict

from temporalio.client import Client, Interceptor
from temporalio.common import HeaderCodecBehavior
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.worker import PollerBehavior, PollerBehaviorAutoscaling
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from infra.codec import ApplicationCodec
from infra.keys import KeyRing

DEFAULT_ADDRESS = "localhost:7233"
WORDS_AND_EFFECTS = ("schemas", "activities", "infra")
ORDER = "workflows"
PROBE_SECONDS = 5.0
LAST_BREATH_SECONDS = 0.2
HEADERS = HeaderCodecBehavior.CODEC
"""Workers and replayers of our histories need the same value: headers are sealed too."""


class Tuning(TypedDict):
    """How much a worker takes on at once."""

    max_concurrent_activities: int
    max_cached_workflows: int
    workflow_task_poller_behavior: PollerBehavior
    activity_task_poller_behavior: PollerBehavior


TUNED: Final[Tuning] = {
    "max_concurrent_activities": 8,
    "max_cached_workflows": 1_000,
    "workflow_task_poller_behavior": PollerBehaviorAutoscaling(),
    "activity_task_poller_behavior": PollerBehaviorAutoscaling(),
}
"""The desk's worker and the bare one that the bench sets beside it take the same."""


class EngineUnreachable(ConnectionError):
    """Temporal does not answer at the configured address, or refuses us. Trying again later may help."""

    code = "engine_unreachable"


def data_converter(keyring: KeyRing) -> DataConverter:
    """Pydantic models as JSON, sealed per application; failure texts and stack traces are sealed as well."""
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=ApplicationCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def sandbox_runner(*, watchful: bool = False) -> SandboxedWorkflowRunner:
    """The sandbox, with our own packages loaded once per process, not once per workflow (1 ms instead of 60 ms).

    `watchful` loads the order anew inside the sandbox for every workflow, so that a forbidden call (clock, chance,
    files) fails when it is made: for tests of workflows.
    """
    loaded_once = WORDS_AND_EFFECTS if watchful else (*WORDS_AND_EFFECTS, ORDER)
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*loaded_once)
    )


async def connect(
    keyring: KeyRing,
    *,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    environment: Mapping[str, str] | None = None,
) -> Client:
    """A client for the server named by `TEMPORAL_*` (process environment unless `environment` is given).

    Raises EngineUnreachable when nothing listens there or the server refuses us.
    """
    config = ClientConfig.load_client_connect_config(override_env_vars=environment)
    config.setdefault("target_host", DEFAULT_ADDRESS)
    await _probe(config["target_host"])
    return await _connected(config, keyring, interceptors=interceptors, runtime=runtime)


async def _connected(
    config: ClientConnectConfig,
    keyring: KeyRing,
    *,
    interceptors: Sequence[Interceptor],
    runtime: Runtime | None,
) -> Client:
    try:
        return await Client.connect(
            **config,
            data_converter=data_converter(keyring),
            header_codec_behavior=HEADERS,
            interceptors=interceptors,
            runtime=runtime,
        )
    except (RPCError, RuntimeError) as refused:
        raise EngineUnreachable(
            f"Something at {config['target_host']} refused to speak as Temporal. "
            "Check TEMPORAL_ADDRESS, TEMPORAL_API_KEY and TEMPORAL_TLS_*."
        ) from refused


async def _probe(address: str) -> None:
    # A failed connection inside the SDK can crash the process when it ends, so a plain socket asks first.
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, ValueError, TimeoutError) as unreachable:
        raise EngineUnreachable(
            f"Nothing answers at {address}. Start Temporal there or set TEMPORAL_ADDRESS to host:port."
        ) from unreachable
    writer.close()
    await writer.wait_closed()


def leave(code: int) -> NoReturn:
    """End a process that used the SDK: flush, let its threads come to rest, go without finalisers.

    The SDK now and then aborts in the interpreter's finalisation, which would turn success into a crash.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    time.sleep(LAST_BREATH_SECONDS)
    os._exit(code)
