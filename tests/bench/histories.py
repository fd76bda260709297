"""What a workflow history costs: events, bytes, workflow tasks, billable actions, and what its payloads say."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from infra.codec import ApplicationCodec
from infra.keys import KeyRing

LOCAL_ACTIVITY = "core_local_activity"
TEST_CLOCK = ("WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED",)
"""what a test server writes when it skips time; no other server does"""
ONE_ACTION_EACH = (
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    "WORKFLOW_EXECUTION_SIGNALED",
    "ACTIVITY_TASK_SCHEDULED",
    "TIMER_STARTED",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
)


@dataclass(frozen=True)
class HistoryCost:
    """One history, counted. `payloads` are opened; `sealed_bytes` is what they weigh in the history."""

    kinds: Counter[str]
    stored_bytes: int
    sealed_bytes: int
    opened_bytes: int
    state_transitions: int
    billable_actions: int
    payloads: tuple[bytes, ...]

    @property
    def events(self) -> int:
        """How many events there are."""
        return self.kinds.total()

    @property
    def workflow_tasks(self) -> int:
        """How many workflow tasks were completed."""
        return self.kinds["WORKFLOW_TASK_COMPLETED"]

    @property
    def local_activities(self) -> int:
        """How many markers there are; ours are all local activities."""
        return self.kinds["MARKER_RECORDED"]

    def mentions(self, words: Iterable[str]) -> list[str]:
        """Which of these words stand in any opened payload."""
        return mentioned(self.payloads, words)


def mentioned(payloads: Iterable[bytes], words: Iterable[str]) -> list[str]:
    """Which of these words stand in any of the payloads, in whatever way JSON writes them."""
    texts = [payload.decode("utf-8", "replace") for payload in payloads]
    return [word for word in words if any(form in text for text in texts for form in _forms(word))]


def _forms(word: str) -> tuple[str, str]:
    return word, word.encode("unicode_escape").decode()


async def history_cost(client: Client, keys: KeyRing | None, workflow_id: str) -> HistoryCost:
    """Fetch and count one history. Without keys the payloads are taken as they are."""
    handle = client.get_workflow_handle(workflow_id)
    events = [event async for event in handle.fetch_history_events() if kind_of(event) not in TEST_CLOCK]
    described = (await handle.describe()).raw_description.workflow_execution_info
    payloads = [payload for event in events for payload in payloads_in(event)]
    opened = await ApplicationCodec(keys, workflow_id).decode(payloads) if keys else payloads
    return HistoryCost(
        kinds=Counter(kind_of(event) for event in events),
        stored_bytes=described.history_size_bytes,
        sealed_bytes=sum(payload.ByteSize() for payload in payloads),
        opened_bytes=sum(len(payload.data) for payload in opened),
        state_transitions=described.state_transition_count,
        billable_actions=billable_actions(events),
        payloads=tuple(payload.data for payload in opened),
    )


def kind_of(event: HistoryEvent) -> str:
    """The event's type without its prefix."""
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


def billable_actions(events: Iterable[HistoryEvent]) -> int:
    """Actions by the published rules; all local activities of one workflow task together are one."""
    counted = 0
    tasks_with_local_activities = set()
    for event in events:
        counted += kind_of(event) in ONE_ACTION_EACH
        marker = event.marker_recorded_event_attributes
        if marker.marker_name == LOCAL_ACTIVITY:
            tasks_with_local_activities.add(marker.workflow_task_completed_event_id)
        counted += max(0, event.activity_task_started_event_attributes.attempt - 1)
    return counted + len(tasks_with_local_activities)


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload anywhere in a message."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in _parts(value):
                yield from payloads_in(part)


def _parts(value: Any) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
        return
    each = value.values() if hasattr(value, "values") else value
    yield from (part for part in each if isinstance(part, Message))
