"""The bench ends by itself, and says so."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bench import __main__ as bench
from tests.bench.figures import Sheet


async def without_end(*_: Any, **__: Any) -> None:
    await asyncio.Event().wait()


async def impatient(*_: Any, **__: Any) -> None:
    raise TimeoutError


@pytest.mark.parametrize(("measuring", "ends_as"), [(without_end, bench.TooLong), (impatient, TimeoutError)])
async def test_only_what_is_not_done_in_time_took_too_long(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    measuring: Callable[..., Awaitable[None]],
    ends_as: type[Exception],
) -> None:
    monkeypatch.setattr(bench, "AT_LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(bench, "_measured", measuring)

    with pytest.raises(ends_as):
        await bench._within_time(Sheet(tmp_path / "results.jsonl", {}), (), quick=True)
