"""Runs the reader of untrusted files in a process with hard limits, and tells how that process ended."""

import signal
from typing import Any, NamedTuple

from activities.documents.warm import Ending, ReaderLostError, carry_out

_OUT_OF_MEMORY = 77
_ASKED_TOO_MUCH = frozenset(
    {_OUT_OF_MEMORY, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL}
)
_CRASHED = frozenset({-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE})


class Bounds(NamedTuple):
    """What one run of the reader may use; `written_bytes` bounds every file it writes."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: int
    written_bytes: int = 0


class ReaderStalledError(Exception):
    """The reader got too little of this machine or was killed from outside: try again."""


class ReaderFaultError(Exception):
    """The reader failed in a way no file should cause: our mistake, named by the error's class."""


class ReaderCrashedError(Exception):
    """The parser itself broke down on this file."""


class ReaderExhaustedError(Exception):
    """The file asked for more memory or computing than the bounds allow."""


def run_reader(task: str, request: dict[str, Any], bounds: Bounds) -> dict[str, Any]:
    """Run one task of `activities.documents.reader` in a process of its own and return its JSON answer.

    The process gets none of our environment (so no secrets) and limits itself before it touches a file.
    Raises ReaderExhaustedError, ReaderCrashedError, ReaderStalledError or ReaderFaultError.
    """
    order = {"task": task, "bounds": bounds._asdict(), "request": request}
    try:
        return _answer(carry_out(order, bounds.wall_seconds))
    except ReaderLostError as error:
        raise ReaderStalledError(str(error)) from None


def _answer(ending: Ending) -> dict[str, Any]:
    if ending.code in _ASKED_TOO_MUCH or (ending.answer and "exhausted" in ending.answer):
        raise ReaderExhaustedError("The reader ran into its bounds.")
    if ending.code in _CRASHED:
        raise ReaderCrashedError("The parser broke down on this file.")
    if ending.code < 0:
        raise ReaderStalledError(f"The reader was ended by signal {-ending.code}.")
    if ending.answer is None:
        raise ReaderFaultError(f"The reader ended with code {ending.code} and no answer.")
    if "fault" in ending.answer:
        raise ReaderFaultError(f"The reader failed: {ending.answer['fault']}.")
    return ending.answer
