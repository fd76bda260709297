"""The one who kills servers: one after the other, each started again at once, while others work."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from infra.dev.services import Stack

log = logging.getLogger(__name__)


@dataclass
class Nemesis:
    """Kills these servers in this order. `under_way` tells how many are at work; it is noted at each kill."""

    desk: Stack
    order: Sequence[str]
    under_way: Callable[[], int]
    pause_seconds: float
    kills: list[tuple[str, int]] = field(default_factory=list)
    back_within: dict[str, float] = field(default_factory=dict)
    trouble: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="nemesis")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join()
        if self.trouble is not None:
            raise self.trouble

    def _run(self) -> None:
        try:
            for name in self.order:
                time.sleep(self.pause_seconds)
                self._strike(name)
        except BaseException as trouble:
            self.trouble = trouble

    def _strike(self, name: str) -> None:
        self.kills.append((name, self.under_way()))
        began = time.monotonic()
        self.desk.kill(name)
        asyncio.run(self.desk.start(name))
        took = time.monotonic() - began
        self.back_within[name] = max(self.back_within.get(name, 0), took)
        log.info("%s was killed while %s were at work; back after %.1f s", *self.kills[-1], took)
