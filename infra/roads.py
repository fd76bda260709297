"""How the engine is told and asked: a road set out, asked for an act by the desk's own round, or for what it answered."""

from datetime import timedelta

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from schemas import messages
from schemas.application import HandedIn, Journey
from schemas.commands import Answer, Command

PROCEDURE = SearchAttributeKey.for_keyword(messages.SEARCH_PROCEDURE)
ORGANISATION = SearchAttributeKey.for_keyword(messages.SEARCH_ORGANISATION)
ANSWER_WITHIN = timedelta(seconds=8)
NO_ANSWER = "no_answer"
ALREADY_CLOSED = "already_closed"


class RoadSilent(Exception):
    """The road could not be asked now: the engine is away, or no worker answered in time."""


async def set_out(
    client: Client,
    journey: Journey,
    task_queue: str,
    *,
    again: WorkflowIDReusePolicy = WorkflowIDReusePolicy.REJECT_DUPLICATE,
    within: timedelta | None = None,
) -> None:
    """Start the road under the application's number; one that runs already is left alone.

    `again`: whether one that has ended may start anew. Raises WorkflowAlreadyStartedError when it may not, RPCError.
    """
    handed_in = journey.handed_in
    await client.start_workflow(
        messages.APPLICATION,
        journey,
        id=handed_in.number,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=again,
        search_attributes=_searchable(handed_in),
        static_summary=f"申請案件 application: {handed_in.procedure}, {len(handed_in.persons)} 人 persons",
        rpc_timeout=within,
    )


async def tell(client: Client, number: str, name: str, command: Command) -> str | None:
    """Ask a road for an act that nobody waits for: what is not heard now is told again in a later round.

    Answers None when it was done, else what stood in the way: the code of a refusal, `no_answer` or `already_closed`.
    Raises RPCError when the engine is away. The same act asked twice is done once.
    """
    handle = client.get_workflow_handle(number)
    try:
        await handle.execute_update(name, command, id=command.act_id, rpc_timeout=ANSWER_WITHIN)
    except WorkflowUpdateFailedError as refused:
        return str(getattr(refused.cause, "type", None) or "refused")
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        return NO_ANSWER
    except RPCError as gone:
        if gone.status is RPCStatusCode.NOT_FOUND:
            return ALREADY_CLOSED
        raise
    return None


async def answered(client: Client, number: str) -> dict[str, Answer]:
    """What acts on a road were answered, by act id; nothing where the engine has forgotten it. Raises RoadSilent."""
    handle = client.get_workflow_handle(number)
    try:
        told: dict[str, Answer] = await handle.query(
            messages.ANSWERED, result_type=dict[str, Answer], rpc_timeout=ANSWER_WITHIN
        )
    except RPCError as trouble:
        if trouble.status is RPCStatusCode.NOT_FOUND:
            return {}
        raise RoadSilent from None
    except WorkflowQueryFailedError:
        raise RoadSilent from None
    return told


def _searchable(handed_in: HandedIn) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [
            SearchAttributePair(PROCEDURE, handed_in.procedure),
            SearchAttributePair(ORGANISATION, handed_in.organisation_id),
        ]
    )
