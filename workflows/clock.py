"""The one timer of an application. It is moved only when something becomes due earlier; ringing early costs nothing."""

import asyncio
from datetime import datetime

from temporalio import workflow


class Clock:
    """Rings at the earliest instant asked for."""

    def __init__(self) -> None:
        self._set_for: datetime | None = None
        self._timer: asyncio.Task[None] | None = None
        self.has_rung = False

    def ring_at(self, instant: datetime | None) -> None:
        """Make sure that it rings at this instant or earlier."""
        if instant is None or (self._set_for is not None and self._set_for <= instant):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._set_for = instant
        self._timer = asyncio.create_task(self._wait(instant))

    async def _wait(self, instant: datetime) -> None:
        seconds = max(0.0, (instant - workflow.now()).total_seconds())
        await workflow.sleep(seconds, summary="期限 next deadline or reminder")
        self._set_for = None
        self.has_rung = True

    def stop(self) -> None:
        """Stop before a new run begins."""
        if self._timer is not None:
            self._timer.cancel()
