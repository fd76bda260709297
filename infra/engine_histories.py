"""What the engine knows of one application, for people: its runs, their events, what is being tried, what failed.

Names, attempts, failure types and summaries in plain words; whatever else people and authorities said stays sealed.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import (
    EventType,
    PendingActivityState,
    PendingWorkflowTaskState,
    TimeoutType,
    WorkflowTaskFailedCause,
)
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription
from temporalio.common import TypedSearchAttributes
from temporalio.converter import DataConverter, WorkflowSerializationContext

from infra.keys import KeyRefused
from schemas.words import Word

EARLIER_RUNS_SHOWN = 5
EVENTS_SHOWN = 5000
LOCAL_ACTIVITY = "core_local_activity"
WORKFLOW_TASK = "workflow_task"
PROBLEMS = "TemporalReportedProblems"


class EngineEvent(Word):
    """One event of the engine's history, in plain words of the engine; payloads stay sealed.

    `summary` is what the road wrote beside it, None once the application's key is destroyed. `failure` is a type.
    """

    id: int
    at: datetime
    type: str
    name: str | None = None
    summary: str | None = None
    attempt: int | None = None
    failure: str | None = None


class PendingAct(Word):
    """An activity, or a step of the road itself (`workflow_task`), that is being tried."""

    name: str
    state: str
    attempt: int
    last_failure: str | None = None


class EngineRun(Word):
    """One run of an application's road."""

    status: str
    run_id: str
    started_at: datetime
    closed_at: datetime | None
    events: tuple[EngineEvent, ...]


class EngineHistory(EngineRun):
    """The engine's side of one application: its latest run, what is pending, and the runs before it, newest first.

    `more` says that still earlier runs exist that are not told here; Temporal's own page, behind `link`, has them.
    """

    pending: tuple[PendingAct, ...]
    problems: tuple[str, ...]
    earlier: tuple[EngineRun, ...]
    more: bool
    link: str | None


async def engine_history(
    client: Client, number: str, *, ui_url: str | None, within: timedelta
) -> EngineHistory:
    """What the engine knows under this number. Raises RPCError: NOT_FOUND when it knows nothing, others when it is away."""
    described = await client.get_workflow_handle(number).describe(rpc_timeout=within)
    latest = await _run(client, described, within)
    earlier, more = await _earlier(client, described, len(latest.events), within)
    return EngineHistory(
        **dict(latest),
        pending=_pending(described),
        problems=_problems(described.typed_search_attributes),
        earlier=earlier,
        more=more,
        link=_link(ui_url, client.namespace, described),
    )


async def _run(client: Client, known: WorkflowExecution, within: timedelta) -> EngineRun:
    handle = client.get_workflow_handle(known.id, run_id=known.run_id)
    words = client.data_converter.with_context(
        WorkflowSerializationContext(namespace=client.namespace, workflow_id=known.id)
    )
    return EngineRun(
        status=known.status.name.lower() if known.status else "unknown",
        run_id=known.run_id,
        started_at=known.start_time,
        closed_at=known.close_time,
        events=await _events(handle.fetch_history_events(rpc_timeout=within), words),
    )


async def _earlier(
    client: Client, latest: WorkflowExecution, told: int, within: timedelta
) -> tuple[tuple[EngineRun, ...], bool]:
    """The runs before the latest one, newest first, as many as fit; and whether there are more."""
    earlier: list[EngineRun] = []
    runs = client.list_workflows(
        f"WorkflowId = '{latest.id}'", limit=EARLIER_RUNS_SHOWN + 2, rpc_timeout=within
    )
    before = [
        each async for each in runs if each.start_time <= latest.start_time and each.run_id != latest.run_id
    ]
    for known in sorted(before, key=lambda each: each.start_time, reverse=True):
        if len(earlier) == EARLIER_RUNS_SHOWN or told >= EVENTS_SHOWN:
            return tuple(earlier), True
        run = await _run(client, known, within)
        told += len(run.events)
        earlier.append(run)
    return tuple(earlier), False


async def _events(history: AsyncIterator[HistoryEvent], words: DataConverter) -> tuple[EngineEvent, ...]:
    names: dict[int, str | None] = {}
    told = []
    async for event in history:
        attributes = getattr(event, str(event.WhichOneof("attributes")))
        step = _local_step(attributes)
        begun = getattr(attributes, "scheduled_event_id", 0) or getattr(attributes, "accepted_event_id", 0)
        names[event.event_id] = str(step.get("activity_type", "")) or _name(attributes) or names.get(begun)
        told.append(
            EngineEvent(
                id=event.event_id,
                at=event.event_time.ToDatetime(tzinfo=UTC),
                type=_plain(EventType.Name(event.event_type), "EVENT_TYPE_"),
                name=names[event.event_id],
                summary=await _summary(event, words),
                attempt=step.get("attempt") or getattr(attributes, "attempt", 0) or None,
                failure=_failure_of(attributes),
            )
        )
    return tuple(told)


def _plain(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()


def _local_step(attributes: Any) -> dict[str, Any]:
    """What the SDK writes, unsealed, in the marker of a local activity: its type, how often it was tried."""
    if getattr(attributes, "marker_name", "") != LOCAL_ACTIVITY:
        return {}
    told: dict[str, Any] = json.loads(attributes.details["data"].payloads[0].data)
    return told


def _name(attributes: Any) -> str | None:
    for path in ("activity_type", "workflow_type"):
        if hasattr(attributes, path):
            return str(getattr(attributes, path).name) or None
    if hasattr(attributes, "accepted_request"):
        return str(attributes.accepted_request.input.name) or None
    return str(getattr(attributes, "marker_name", "")) or None


async def _summary(event: HistoryEvent, words: DataConverter) -> str | None:
    if not event.user_metadata.HasField("summary"):
        return None
    sealed: Payload = event.user_metadata.summary
    try:
        return str((await words.decode([sealed], [str]))[0])
    except KeyRefused:
        return None


def _failure_of(attributes: Any) -> str | None:
    """Why this step failed, or the tries before it did: a type, never a message, which may tell of people."""
    for path in ("failure", "last_failure"):
        if path in attributes.DESCRIPTOR.fields_by_name and attributes.HasField(path):
            return _type_of(attributes, getattr(attributes, path))
    if hasattr(attributes, "outcome") and attributes.outcome.HasField("failure"):
        return _type_of(attributes, attributes.outcome.failure)
    if hasattr(attributes, "timeout_type"):
        return _plain(TimeoutType.Name(attributes.timeout_type), "TIMEOUT_TYPE_")
    return None


def _type_of(attributes: Any, failure: Any) -> str:
    while failure.WhichOneof("failure_info") in ("activity_failure_info", None) and failure.HasField("cause"):
        failure = failure.cause
    if failure.HasField("timeout_failure_info"):
        return _plain(TimeoutType.Name(failure.timeout_failure_info.timeout_type), "TIMEOUT_TYPE_")
    if failure.application_failure_info.type:
        return str(failure.application_failure_info.type)
    if hasattr(attributes, "cause"):
        return _plain(WorkflowTaskFailedCause.Name(attributes.cause), "WORKFLOW_TASK_FAILED_CAUSE_")
    return str(failure.WhichOneof("failure_info") or "failed").removesuffix("_failure_info")


def _pending(described: WorkflowExecutionDescription) -> tuple[PendingAct, ...]:
    raw = described.raw_description
    acts = [
        PendingAct(
            name=each.activity_type.name,
            state=_plain(PendingActivityState.Name(each.state), "PENDING_ACTIVITY_STATE_"),
            attempt=each.attempt,
            last_failure=_failure_of(each),
        )
        for each in raw.pending_activities
    ]
    if raw.HasField("pending_workflow_task"):
        step = raw.pending_workflow_task
        state = _plain(PendingWorkflowTaskState.Name(step.state), "PENDING_WORKFLOW_TASK_STATE_")
        acts.append(PendingAct(name=WORKFLOW_TASK, state=state, attempt=step.attempt))
    return tuple(acts)


def _problems(attributes: TypedSearchAttributes) -> tuple[str, ...]:
    for pair in attributes:
        if pair.key.name == PROBLEMS:
            return tuple(str(each) for each in pair.value)
    return ()


def _link(ui_url: str | None, namespace: str, described: WorkflowExecution) -> str | None:
    if ui_url is None:
        return None
    return f"{ui_url.rstrip('/')}/namespaces/{namespace}/workflows/{described.id}/{described.run_id}/history"
