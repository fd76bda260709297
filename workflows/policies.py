"""How activities are tried: a few configurations, no others.

`at_once` is for short steps on our own database: a local activity, and when the database is away the same step as an
ordinary activity that waits as long as it takes. `patiently` is for longer work on our own ground. `only_once` is for
acts towards an authority: one attempt, and what is not known afterwards is unknown. `look_once` and `once_a_round` are for
what the desk does again and again anyway: the first beside the decision, for what is mostly done at a glance, because
the engine would keep each look as three events.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from schemas.refusals import REFUSALS

Given = TypeVar("Given")
Gives = TypeVar("Gives")
Act = Callable[[Any, Given], Awaitable[Gives]]

BRIEFLY = timedelta(seconds=6)
WITHIN_A_ROUND = timedelta(seconds=45)
DEAD_AFTER = timedelta(seconds=15)
USUALLY = timedelta(minutes=5)
HEAVY = timedelta(hours=1)
"""Binding the largest package: its originals are fetched, the reader alone may take half an hour, and it is sealed."""
LONG_PATIENCE = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
)


async def at_once(act: Act[Given, Gives], given: Given, *, summary: str) -> Gives:
    """A short step on our own database. A refusal (non-retryable) is passed on; an outage is waited out."""
    try:
        return await workflow.execute_local_activity_method(
            act,
            given,
            schedule_to_close_timeout=BRIEFLY,
            start_to_close_timeout=BRIEFLY,
            retry_policy=RetryPolicy(maximum_attempts=3, initial_interval=timedelta(milliseconds=200)),
            summary=summary,
        )
    except ActivityError as trouble:
        _pass_on_refusal(trouble)
    return await patiently(act, given, summary=summary)


async def patiently(
    act: Act[Given, Gives], given: Given, *, summary: str, within: timedelta = USUALLY
) -> Gives:
    """Longer work on our own ground, repeated until it succeeds or is refused; `within` bounds one try."""
    try:
        return await workflow.execute_activity_method(
            act,
            given,
            start_to_close_timeout=within,
            heartbeat_timeout=DEAD_AFTER,
            retry_policy=LONG_PATIENCE,
            summary=summary,
        )
    except ActivityError as trouble:
        _pass_on_refusal(trouble)
        raise


async def only_once(act: Act[Given, Gives], given: Given, *, summary: str) -> Gives:
    """One attempt towards an authority. Any failure means: nobody knows."""
    return await workflow.execute_activity_method(
        act,
        given,
        start_to_close_timeout=timedelta(seconds=20),
        schedule_to_start_timeout=timedelta(minutes=30),
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=summary,
    )


async def look_once(act: Callable[[Any], Awaitable[int]]) -> int:
    """One try per round, as a local activity; answers how many were handled, or -1 when it failed this time."""
    try:
        return await workflow.execute_local_activity_method(
            act,
            args=[],
            schedule_to_close_timeout=WITHIN_A_ROUND,
            start_to_close_timeout=WITHIN_A_ROUND,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except ActivityError:
        return -1


async def once_a_round(act: Callable[[Any], Awaitable[int]], *, within: timedelta | None = None) -> int:
    """One try per round of the desk; answers how many were handled, or -1 when it failed this time.

    `within` is for parts that may take minutes: their worker says all the time that it is alive.
    """
    try:
        return await workflow.execute_activity_method(
            act,
            args=[],
            start_to_close_timeout=within or WITHIN_A_ROUND,
            heartbeat_timeout=DEAD_AFTER if within else None,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except ActivityError:
        return -1


def _pass_on_refusal(trouble: ActivityError) -> None:
    if is_cancelled_exception(trouble):
        raise trouble
    cause = trouble.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSALS:
        raise ApplicationError(
            cause.message, *cause.details, type=cause.type, non_retryable=True
        ) from trouble
