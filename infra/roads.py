"""How the engine is told of an application: spelled once, for the desk that hands in and for the round that makes up."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from schemas import messages
from schemas.application import HandedIn, Journey

PROCEDURE = SearchAttributeKey.for_keyword(messages.SEARCH_PROCEDURE)
ORGANISATION = SearchAttributeKey.for_keyword(messages.SEARCH_ORGANISATION)


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
        static_summary=handed_in.procedure,
        rpc_timeout=within,
    )


def _searchable(handed_in: HandedIn) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [
            SearchAttributePair(PROCEDURE, handed_in.procedure),
            SearchAttributePair(ORGANISATION, handed_in.organisation_id),
        ]
    )
