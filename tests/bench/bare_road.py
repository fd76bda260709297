"""The same shape without the product: as many updates, local activities, activities and timers, and nothing in them."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

NAME = "BareRoad"
QUEUE = "bare"
REVIEW, BEGIN, END, RESULT = "review", "begin", "end", "result"
BRIEFLY = timedelta(seconds=6)
LATE = timedelta(days=60)


@dataclass
class Asked:
    """What a step is asked: ids only."""

    number: str
    person_id: str = ""
    ids: list[str] = field(default_factory=list)


@activity.defn(name="bare_step")
async def step(asked: Asked) -> str:
    """Nothing, done at once."""
    return asked.number


@workflow.defn(name=NAME)
class BareRoad:
    """Check and record; then review, begin, end and one result per person."""

    @workflow.init
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._left = len(asked.ids)
        self._seen = 0
        self._clock: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, asked: Asked) -> int:
        """Wait until everybody has a result."""
        await self._local("check")
        await self._local("record")
        while self._left:
            seen = self._seen
            await workflow.wait_condition(lambda seen=seen: self._seen != seen)  # type: ignore[misc]
            if self._lodged and self._clock is None and self._left:
                self._clock = asyncio.create_task(workflow.sleep(LATE, summary="deadline"))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return len(asked.ids)

    @workflow.update(name=REVIEW)
    async def review(self, asked: Asked) -> int:
        """One record."""
        return await self._recorded()

    @workflow.update(name=BEGIN)
    async def begin(self, asked: Asked) -> int:
        """One activity, one record."""
        await workflow.execute_activity(
            step, asked, start_to_close_timeout=timedelta(minutes=5), summary="package"
        )
        return await self._recorded()

    @workflow.update(name=END)
    async def end(self, asked: Asked) -> int:
        """A claim, a record, a deadline."""
        await self._local("claim")
        self._lodged = True
        return await self._recorded()

    _lodged = False

    @workflow.update(name=RESULT)
    async def result(self, asked: Asked) -> int:
        """One record; the last one ends the road."""
        self._left -= 1
        return await self._recorded()

    @review.validator
    def _may_review(self, asked: Asked) -> None:
        self._insist(asked)

    @begin.validator
    def _may_begin(self, asked: Asked) -> None:
        self._insist(asked)

    @end.validator
    def _may_end(self, asked: Asked) -> None:
        self._insist(asked)

    @result.validator
    def _may_result(self, asked: Asked) -> None:
        self._insist(asked)

    def _insist(self, asked: Asked) -> None:
        if asked.number != self._asked.number:
            raise ValueError(asked.number)

    async def _recorded(self) -> int:
        self._seen += 1
        await self._local("record")
        return self._seen

    async def _local(self, summary: str) -> Any:
        return await workflow.execute_local_activity(
            step, self._asked, start_to_close_timeout=BRIEFLY, summary=summary
        )
