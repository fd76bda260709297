"""Lanes: how much of the desk one client organisation may take up at once; others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from schemas.refusals import Refused

WIDTH = 5
WAITS_WITHIN_SECONDS = 15.0


class Lanes:
    """One lane per organisation, in this process. Waiting costs no connection to the database."""

    def __init__(self, width: int = WIDTH, waits_within_seconds: float = WAITS_WITHIN_SECONDS) -> None:
        self._width = width
        self._waits_within_seconds = waits_within_seconds
        self._lanes: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def of(self, organisation_id: str) -> AsyncIterator[None]:
        """A place in the organisation's lane. Raises Refused `too_many_requests` when none comes free."""
        lane = self._lanes.setdefault(organisation_id, asyncio.Semaphore(self._width))
        try:
            async with asyncio.timeout(self._waits_within_seconds):
                await lane.acquire()
        except TimeoutError:
            raise Refused("too_many_requests") from None
        try:
            yield
        finally:
            lane.release()
