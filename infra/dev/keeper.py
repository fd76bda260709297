"""The supervisor in the foreground: starts a stack, restarts what falls, stops everything on Ctrl-C."""

import argparse
import asyncio
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from infra.dev.log_tail import LogTail
from infra.dev.ports import Ports, PortTakenError
from infra.dev.postgres import RightsCannotBeDroppedError
from infra.dev.screen import welcome
from infra.dev.services import NotReadyError, Stack
from infra.dev.state import AlreadyRunningError
from infra.dev.temporal_server import TemporalMissingError

LOOK_EVERY_SECONDS = 0.5
FALLS_FORGIVEN, WITHIN_SECONDS = 5, 60.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
REFUSALS = (
    PortTakenError,
    AlreadyRunningError,
    NotReadyError,
    RightsCannotBeDroppedError,
    TemporalMissingError,
)


async def keep(directory: Path, services: Collection[str], *, tells_logs: bool) -> None:
    """Run these servers until a signal ends it. Raises the errors of Stack."""
    ending = asyncio.Event()
    for number in ENDINGS:
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    stack = Stack(directory, services, ports=Ports(), sample_office="api" in services)
    work = asyncio.create_task(_watch(stack, tells_logs=tells_logs))
    wish = asyncio.create_task(ending.wait())
    await asyncio.wait({work, wish}, return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return


async def _watch(stack: Stack, *, tells_logs: bool) -> None:
    tail = LogTail(stack.place.directory / "logs")
    async with stack:
        print(welcome(stack.place), flush=True)
        falls: dict[str, list[float]] = defaultdict(list)
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if tells_logs:
                print("".join(f"{line}\n" for line in tail.new_lines()), end="", flush=True)
            for name in stack.fallen():
                print(f"{name} が止まったので再起動します。 / {name} ended and is started again.", flush=True)
                if _falls_too_often(falls[name]):
                    raise stack.failure(name)
                await stack.start(name)


def _falls_too_often(falls: list[float]) -> bool:
    now = time.monotonic()
    falls.append(now)
    return len([moment for moment in falls if now - moment < WITHIN_SECONDS]) > FALLS_FORGIVEN


def main() -> int:
    """Exit code 0 when stopped by a signal, 1 when a refusal was printed."""
    arguments = argparse.ArgumentParser(prog="python -m infra.dev.keeper", description=__doc__)
    arguments.add_argument("--directory", type=Path, required=True)
    arguments.add_argument("--services", required=True)
    arguments.add_argument("--logs", action="store_true")
    chosen = arguments.parse_args()
    try:
        asyncio.run(keep(chosen.directory, chosen.services.split(","), tells_logs=chosen.logs))
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
