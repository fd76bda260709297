"""Records every path anew: `python -m tests.histories.record`. Only for a release, or when a path is added.

Histories already kept are what running applications look like: code must replay them; they are never recorded anew
to make a test pass.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from infra.dev.services import Stack
from infra.temporal import leave
from tests.ground import fresh_ground, standing_on
from tests.histories.kept import FOLDER, keep, keep_keys, wrapped_keys
from tests.histories.paths import PATHS
from tests.workflows.office import opened_office


async def record(names: list[str], stack: Stack) -> None:
    """Walk these paths, each in an office of its own, and keep their histories."""
    keys = wrapped_keys() if (FOLDER / "keys.json").exists() else {}
    for name in names:
        async with fresh_ground(stack) as ground, opened_office(ground, stack.settings_env(), name) as office:
            async with office.working():
                road = await PATHS[name](office)
                await road.handle.result()
            keep(name, await road.history())
            keys |= office.keys.rows
    keep_keys(keys)


def main() -> None:
    """Record the paths that have no history yet, or those named."""
    missing = [name for name in PATHS if not (FOLDER / f"{name}.json").exists()]
    with tempfile.TemporaryDirectory() as folder, standing_on(Path(folder), "temporal") as stack:
        asyncio.run(record(sys.argv[1:] or missing, stack))


if __name__ == "__main__":
    main()
    leave(0)
