"""Runs the simulator until SIGTERM: `python -m infra.dev.authority --authority-port N --store FILE`."""

import argparse
from pathlib import Path

import uvicorn

from infra.dev.authority.app import build
from infra.dev.doors import LOOPBACK

GRACE_SECONDS = 1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--authority-port", type=int, required=True)
    arguments.add_argument("--store", type=Path, required=True)
    chosen = arguments.parse_args()
    uvicorn.run(
        build(chosen.store),
        host=LOOPBACK,
        port=chosen.authority_port,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
