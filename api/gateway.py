"""The gateway: the only file of the front desk that speaks to Temporal. Starts roads, asks them, has them read."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.lanes import Lanes
from infra.engine_histories import EngineHistory, engine_history
from infra.keys import KeyRing
from infra.roads import RoadSilent, answered, set_out
from infra.settings import Settings
from infra.temporal import EngineUnreachable, connect
from schemas import messages
from schemas.application import HandedIn, Journey
from schemas.checked import DocumentUploaded
from schemas.commands import Answer, Command
from schemas.examination import Examination
from schemas.refusals import REFUSALS, Refused
from schemas.words import Word

START_WITHIN = timedelta(milliseconds=700)
ANSWER_WITHIN = timedelta(seconds=9)
SEALED_WITHIN = ANSWER_WITHIN
PREPARING = "prepare_lodging"
INSPECTED_WITHIN = timedelta(seconds=30)
ASK_AGAIN_AFTER_SECONDS = 2.0
Told = TypeVar("Told", bound=Word)


class NotReady(Exception):
    """The engine or a worker did not answer in time. The same act with the same key can be sent again."""


class Gateway:
    """The engine as the front desk sees it. Connects on first use; while the engine is away, intake goes on."""

    def __init__(
        self,
        settings: Settings,
        keys: KeyRing,
        *,
        environment: Mapping[str, str] | None = None,
        place_within: timedelta = ANSWER_WITHIN,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._environment = environment
        self._places = Lanes(settings.limits.open_updates, place_within.total_seconds())
        self._client: Client | None = None
        self._asked_at = float("-inf")
        self._connecting = asyncio.Lock()

    async def start(self, handed_in: HandedIn) -> bool:
        """Start the road under the application's number; starting twice is starting once.

        False when the engine is away: the desk's round will start it.
        """
        journey = Journey(handed_in=handed_in)
        try:
            await self._set_out(journey, WorkflowIDReusePolicy.REJECT_DUPLICATE, START_WITHIN)
        except WorkflowAlreadyStartedError:
            return True
        except (RPCError, NotReady):
            return False
        return True

    async def reopen(self, journey: Journey, command: Command) -> Answer:
        """Let a road that has ended go on with the act in `journey.reopening`, and hear its answer.

        Raises NotReady. Reopened by two people at once, it goes on once, and the other's act is asked of it.
        """
        try:
            await self._set_out(journey, WorkflowIDReusePolicy.ALLOW_DUPLICATE, ANSWER_WITHIN)
        except RPCError:
            raise NotReady from None
        return await self.act(journey.handed_in.number, messages.RECORD_RESULT, command)

    async def _set_out(self, journey: Journey, again: WorkflowIDReusePolicy, within: timedelta) -> None:
        client = await self._connected()
        await set_out(client, journey, self._settings.task_queue, again=again, within=within)

    async def answered(self, number: str) -> dict[str, Answer]:
        """What acts on a road were answered, by act id; nothing where the engine has forgotten it. Raises NotReady."""
        try:
            return await answered(await self._connected(), number)
        except RoadSilent:
            raise NotReady from None

    async def act(self, number: str, name: str, command: Command) -> Answer:
        """Ask the road of an application for one act. Raises NotReady, or Refused with the road's code, or with
        `too_many_requests` when too many acts of this application are under way here.
        """
        async with self._places.of(number), self._asking(number) as handle:
            answer: Answer = await handle.execute_update(
                name, command, id=command.act_id, result_type=Answer, rpc_timeout=ANSWER_WITHIN
            )
        return answer

    async def begin(self, number: str, command: Command) -> Answer | None:
        """Ask the road to begin a lodging; None when it has taken that on and a large package is still being sealed.

        Asked again with the same act, it tells what became of it; the intent is recorded once. Raises as `act`.
        """
        async with self._places.of(number):
            async with self._asking(number) as handle:
                taken: WorkflowUpdateHandle[Answer] = await handle.start_update(
                    messages.BEGIN_LODGING,
                    command,
                    wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                    id=command.act_id,
                    result_type=Answer,
                    rpc_timeout=ANSWER_WITHIN,
                )
            with suppress(NotReady):
                async with self._asking(number):
                    return await taken.result(rpc_timeout=SEALED_WITHIN)
        return None

    async def refusal_of(self, number: str, act_id: str) -> Refused | None:
        """Why the road refused an act after it had been taken on; None while it did not, or when nobody can tell."""
        with suppress(RPCError, NotReady, WorkflowUpdateRPCTimeoutOrCancelledError):
            client = await self._connected()
            taken = client.get_workflow_handle(number).get_update_handle(act_id, result_type=Answer)
            try:
                await taken.result(rpc_timeout=START_WITHIN)
            except WorkflowUpdateFailedError as failed:
                why = _refusal(failed)
                return why if isinstance(why, Refused) else None
        return None

    async def preparing(self, number: str) -> bool:
        """Whether a package of this application is being sealed now; False too when the engine does not answer."""
        try:
            client = await self._connected()
            described = await client.get_workflow_handle(number).describe(rpc_timeout=START_WITHIN)
        except (RPCError, NotReady):
            return False
        pending = described.raw_description.pending_activities
        return any(each.activity_type.name == PREPARING for each in pending)

    @asynccontextmanager
    async def _asking(self, number: str) -> AsyncIterator[WorkflowHandle[Any, Any]]:
        client = await self._connected()
        handle = client.get_workflow_handle(number)
        try:
            yield handle
        except WorkflowUpdateFailedError as failed:
            raise _refusal(failed) from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise NotReady from None
        except RPCError as trouble:
            raise await self._why(handle, trouble) from None

    async def examine(
        self, document_id: str, number: str, organisation_id: str, wait_seconds: float
    ) -> Examination | None:
        """Have an uploaded document examined, once; waits this long for the verdict. None when it is not there yet."""
        try:
            client = await self._connected()
            handle: WorkflowHandle[Any, Examination] = await client.start_workflow(
                messages.EXAMINATION,
                DocumentUploaded(document_id=document_id, number=number, organisation_id=organisation_id),
                id=messages.examination_workflow(document_id),
                task_queue=self._settings.task_queue,
                result_type=Examination,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=START_WITHIN,
            )
            async with asyncio.timeout(wait_seconds):
                return await handle.result()
        except (RPCError, NotReady, TimeoutError):
            return None

    async def inspect(self, name: str, asked: Word, answer: type[Told]) -> Told:
        """Have a worker look something up that changes nothing. Raises NotReady when no worker answers in time."""
        client = await self._connected()
        try:
            async with asyncio.timeout(INSPECTED_WITHIN.total_seconds()):
                told: Told = await client.execute_workflow(
                    name,
                    asked,
                    id=f"{name}-{uuid4()}",
                    task_queue=self._settings.task_queue,
                    result_type=answer,
                    execution_timeout=INSPECTED_WITHIN,
                )
                return told
        except (RPCError, WorkflowFailureError, TimeoutError):
            raise NotReady from None

    async def alive(self) -> bool:
        """Whether the engine answers within a second."""
        try:
            async with asyncio.timeout(1):
                client = await self._connected()
                return bool(await client.service_client.check_health())
        except (RPCError, NotReady, TimeoutError):
            return False

    async def engine_history(self, number: str) -> EngineHistory:
        """What the engine knows of one application. Raises Refused `not_handed_in` when it knows nothing, or NotReady."""
        client = await self._connected()
        try:
            return await engine_history(
                client, number, ui_url=self._settings.temporal_ui_url, within=ANSWER_WITHIN
            )
        except RPCError as trouble:
            if trouble.status is RPCStatusCode.NOT_FOUND:
                raise Refused("not_handed_in") from None
            raise NotReady from None

    async def _why(self, handle: WorkflowHandle[Any, Any], trouble: RPCError) -> Exception:
        if trouble.status is not RPCStatusCode.NOT_FOUND:
            return NotReady()
        try:
            await handle.describe(rpc_timeout=START_WITHIN)
        except RPCError:
            return NotReady()
        return Refused("already_closed")

    async def _connected(self) -> Client:
        if self._client is not None:
            return self._client
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
        return self._client

    async def _connect(self) -> Client:
        """One try every two seconds at most: a server that is away must not slow every hand-in down."""
        if time.monotonic() - self._asked_at < ASK_AGAIN_AFTER_SECONDS:
            raise NotReady
        self._asked_at = time.monotonic()
        try:
            return await connect(self._keys, environment=self._environment)
        except EngineUnreachable:
            raise NotReady from None


def _refusal(failed: WorkflowUpdateFailedError) -> Exception:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSALS:
        field = cause.details[0] if cause.details else None
        return Refused(cause.type, str(field) if field else None)
    return NotReady()
