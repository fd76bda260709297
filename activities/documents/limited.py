"""Runs the reader of untrusted files in a process with hard limits, and tells how that process ended."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

_PROJECT = Path(__file__).resolve().parents[2]
_READER = "activities.documents.reader"
_COMPUTED_TOO_MUCH = frozenset({-signal.SIGXCPU, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL})
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
    """Run one task of `activities.documents.reader` and return its JSON answer.

    The process gets none of our environment (so no secrets), a session of its own, and never outlives us.
    Raises ReaderExhaustedError, ReaderCrashedError, ReaderStalledError or ReaderFaultError.
    """
    order = json.dumps({"task": task, "bounds": bounds._asdict(), "request": request})
    with subprocess.Popen(
        [sys.executable, "-m", _READER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_PROJECT,
        env=_environment(),
        start_new_session=True,
    ) as process:
        try:
            answer, _ = process.communicate(order.encode(), timeout=bounds.wall_seconds)
        except subprocess.TimeoutExpired:
            raise ReaderStalledError("The reader did not finish in time.") from None
        finally:
            _end(process)
    return _answer(answer, process.returncode)


def _environment() -> dict[str, str]:
    ours = {
        "PYTHONPATH": str(_PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
    }
    if root := os.environ.get("SYSTEMROOT"):
        ours["SYSTEMROOT"] = root
    return ours


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _answer(answer: bytes, code: int) -> dict[str, Any]:
    if code in _COMPUTED_TOO_MUCH:
        raise ReaderExhaustedError("The reader ran into its bounds.")
    if code in _CRASHED:
        raise ReaderCrashedError("The parser broke down on this file.")
    if code < 0:
        raise ReaderStalledError(f"The reader was ended by signal {-code}.")
    if code > 0:
        raise ReaderFaultError(f"The reader ended with code {code}.")
    told: dict[str, Any] = json.loads(answer)
    if "exhausted" in told:
        raise ReaderExhaustedError("The reader ran into its bounds.")
    if "fault" in told:
        raise ReaderFaultError(f"The reader failed: {told['fault']}.")
    return told
