"""One child process of the local stack: in its own session, logged to a file, stopped by its own signal."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev.footprints import Footprint, descendants

POLL_SECONDS = 0.05
MAX_LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class Command:
    """What to run and how to end it. `environment` is added to the one of the supervisor."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_seconds: float = 8.0


class Child:
    """A running command. Independent of any event loop, so a test session may share it between loops."""

    def __init__(self, command: Command, log: Path) -> None:
        self.command = command
        self.log = log
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                command.argv,
                env={**os.environ, **command.environment},
                cwd=command.directory,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
            )
        self.started_at = time.time()
        self.footprint = Footprint.of(self._process.pid, command.stop_signal)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        code: int | None = self._process.poll()
        return code

    def kill(self) -> None:
        """End the child and everything it started at once, as a power cut would."""
        self._signal_all(signal.SIGKILL)
        self._process.wait()

    def pause(self) -> None:
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    async def stop(self) -> None:
        """Ask the child to end, and insist when it has not within its time."""
        if not self.alive:
            return
        self.resume()
        self._process.send_signal(self.command.stop_signal)
        deadline = time.monotonic() + self.command.stop_within_seconds
        while self.alive and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        if self.alive:
            self.kill()

    def last_words(self, lines: int = 30) -> str:
        """The end of the child's log, for an error a person reads."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _signal_all(self, number: signal.Signals) -> None:
        if not self.alive:
            return
        for pid in (self._process.pid, *descendants(self._process.pid)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
