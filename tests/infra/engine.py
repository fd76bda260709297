"""A real Temporal development server for the tests of the connection, on a free port and its own file."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Engine:
    """Where the server answers and the folder in which it keeps everything it knows."""

    address: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": "default"}

    def occurrences(self, text: str) -> int:
        """How often the text stands in the server's files."""
        return sum(path.read_bytes().count(text.encode()) for path in self.folder.iterdir())


def free_port() -> int:
    """A port nobody uses on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def answering(port: int) -> None:
    """Wait until somebody listens on the loopback port."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return


@asynccontextmanager
async def running_engine(folder: Path) -> AsyncIterator[Engine]:
    """Start the server, and stop it at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    polls = [f"history.{queue}ProcessorMaxPollRPS=1000" for queue in ("transfer", "timer", "visibility")]
    with (folder.parent / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("temporal")),
                *("server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)),
                *("--http-port", str(free_port()), "--metrics-port", str(free_port())),
                *("--db-filename", str(folder / "engine.sqlite"), "--log-level", "error"),
                *(part for value in polls for part in ("--dynamic-config-value", value)),
            ],
            stdout=log,
            stderr=log,
        )
        try:
            async with asyncio.timeout(30):
                await answering(port)
            yield Engine(f"127.0.0.1:{port}", folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
