"""Readers kept warm: each has loaded the parsers once and forks a fresh, limited process for every file.

Starting Python and the parsers anew costs a second of computing per file; forking costs some milliseconds.
"""

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, LifoQueue
from typing import Any, NamedTuple

_PROJECT = Path(__file__).resolve().parents[2]
_READER = "activities.documents.reader"
_KEPT_WARM = 2
_PIECE_BYTES = 65_536


class ReaderLostError(Exception):
    """The reader's process is gone, or gave no answer in time and was ended."""


class Ending(NamedTuple):
    """How one forked process ended: exit code, or minus the signal; and what it answered before."""

    code: int
    answer: dict[str, Any] | None


class WarmReader:
    """One process that forks for every order. Used by one thread at a time; it gets none of our environment."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", _READER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_PROJECT,
            env={"PYTHONPATH": str(_PROJECT), "PYTHONUTF8": "1", "RAYON_NUM_THREADS": "1"},
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether it can take an order."""
        return self._process.poll() is None

    def run(self, order: dict[str, Any], wall_seconds: float) -> Ending:
        """Carry out one order. Raises ReaderLostError; the reader is of no use after that."""
        assert self._process.stdin is not None  # noqa: S101  it was opened as a pipe
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ReaderLostError("The reader was gone before it got the order.") from None
        return Ending(**json.loads(self._line(time.monotonic() + wall_seconds)))

    def end(self) -> None:
        """Kill it with all it forked."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(BrokenPipeError):
            self._process.__exit__(None, None, None)

    def _line(self, until: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101  it was opened as a pipe
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise ReaderLostError("The reader did not finish in time.")
                piece = os.read(self._process.stdout.fileno(), _PIECE_BYTES)
                if not piece:
                    raise ReaderLostError("The reader ended without an answer.")
                line += piece
        return line


_idle: "LifoQueue[WarmReader]" = LifoQueue(_KEPT_WARM)


def carry_out(order: dict[str, Any], wall_seconds: float) -> Ending:
    """Run an order in a warm reader, starting one when none is idle. Raises ReaderLostError."""
    reader = _take()
    try:
        ending = reader.run(order, wall_seconds)
    except BaseException:
        reader.end()
        raise
    _give_back(reader)
    return ending


def end_idle_readers() -> None:
    """End the readers that wait for work; the next order starts a new one."""
    with suppress(Empty):
        while True:
            _idle.get_nowait().end()


def _take() -> WarmReader:
    with suppress(Empty):
        while True:
            reader = _idle.get_nowait()
            if reader.alive:
                return reader
            reader.end()
    return WarmReader()


def _give_back(reader: WarmReader) -> None:
    try:
        _idle.put_nowait(reader)
    except Full:
        reader.end()


atexit.register(end_idle_readers)
