"""A workflow that carries a marker through every kind of payload the engine keeps."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

AT_ONCE = RetryPolicy(maximum_attempts=1)


class Carried(BaseModel):
    """What travels: a frozen model, as all our payloads."""

    model_config = ConfigDict(frozen=True)

    marker: str
    lines: tuple[int, ...] = (1, 2)


@activity.defn(name="carry")
async def carry(carried: Carried) -> Carried:
    activity.heartbeat(carried)
    return carried


@activity.defn(name="fail")
async def fail(carried: Carried) -> None:
    raise ApplicationError(carried.marker, carried, type="planted_failure", non_retryable=True)


@workflow.defn(name="Canary")
class CanaryWorkflow:
    def __init__(self) -> None:
        self._seen: list[Carried] = []
        self._ended = False

    @workflow.run
    async def run(self, carried: Carried) -> Carried:
        within = timedelta(seconds=20)
        workflow.set_current_details(carried.marker)
        await workflow.execute_activity(
            carry, carried, start_to_close_timeout=within, retry_policy=AT_ONCE, summary=carried.marker
        )
        await workflow.execute_local_activity(carry, carried, start_to_close_timeout=within)
        try:
            await workflow.execute_activity(
                fail, carried, start_to_close_timeout=within, retry_policy=AT_ONCE
            )
        except ActivityError as failed:
            assert isinstance(failed.cause, ApplicationError)
            self._seen.append(Carried(marker=failed.cause.message))
        await workflow.sleep(timedelta(milliseconds=1), summary=carried.marker)
        await workflow.wait_condition(lambda: self._ended)
        return carried

    @workflow.update(name="add")
    async def add(self, carried: Carried) -> Carried:
        self._seen.append(carried)
        return carried

    @workflow.query(name="seen")
    def seen(self) -> tuple[Carried, ...]:
        return tuple(self._seen)

    @workflow.signal(name="end")
    def end(self, _: Carried) -> None:
        self._ended = True
