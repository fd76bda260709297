"""Lanes: how much one client organisation, or one application, may take up at once; others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from schemas.refusals import Refused

WIDTH = 5
WAITS_WITHIN_SECONDS = 15.0


class Lanes:
    """One lane per owner (an organisation, an application), in this process; it is there as long as somebody is in it.

    Waiting costs no connection to the database.
    """

    def __init__(self, width: int = WIDTH, waits_within_seconds: float = WAITS_WITHIN_SECONDS) -> None:
        self._width = width
        self._waits_within_seconds = waits_within_seconds
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, owner: str) -> AsyncIterator[None]:
        """A place in the owner's lane. Raises Refused `too_many_requests` when none comes free."""
        lane = self._lanes.setdefault(owner, asyncio.Semaphore(self._width))
        try:
            async with asyncio.timeout(self._waits_within_seconds):
                await lane.acquire()
        except TimeoutError:
            raise Refused("too_many_requests") from None
        try:
            yield
        finally:
            lane.release()
