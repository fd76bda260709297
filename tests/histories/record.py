"""Records every path anew: `python -m tests.histories.record`. Only for a release, or when a path is added.

Histories already kept are what running applications look like: code must replay them; they are never recorded anew
to make a test pass.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import WorkflowHistory

from infra.dev.services import Stack
from infra.temporal import leave
from tests.ground import Grounds, standing_on
from tests.histories.beside import BESIDE, walk_beside
from tests.histories.kept import FOLDER, keep, keep_keys, wrapped_keys
from tests.histories.paths import PATHS, RUN_BEFORE
from tests.workflows.impatient import impatient_engine
from tests.workflows.office import Office, Road, opened_office


async def record(names: list[str], stack: Stack) -> None:
    """Walk these paths, each in an office of its own, and keep their histories."""
    keys = wrapped_keys() if (FOLDER / "keys.json").exists() else {}
    for name in names:
        async with _office_for(name, stack) as office:
            for kept, recorded in (await _walked(name, office)).items():
                keep(kept, recorded)
            keys |= office.keys.rows
    keep_keys(keys)


@asynccontextmanager
async def _office_for(name: str, stack: Stack) -> AsyncIterator[Office]:
    async with (
        Grounds(stack).fresh() as ground,
        _engine_for(name, stack) as environment,
        opened_office(ground, environment, name) as office,
    ):
        yield office


@asynccontextmanager
async def _engine_for(name: str, stack: Stack) -> AsyncIterator[dict[str, str]]:
    if name not in RUN_BEFORE:
        yield stack.settings_env()
        return
    async with impatient_engine() as environment:
        yield environment


async def _walked(name: str, office: Office) -> dict[str, WorkflowHistory]:
    """The histories of one path, by the names under which they are kept."""
    if name in BESIDE:
        return {name: await (await walk_beside(office, BESIDE[name])).fetch_history()}
    async with office.working():
        road = await PATHS[name](office)
        await road.handle.result()
    recorded = {name: await road.history()}
    if name in RUN_BEFORE:
        recorded[RUN_BEFORE[name]] = await _first_run(office, road)
    return recorded


async def _first_run(office: Office, road: Road) -> WorkflowHistory:
    described = await road.handle.describe()
    first = described.raw_description.workflow_execution_info.first_run_id
    return await office.client.get_workflow_handle(road.number, run_id=first).fetch_history()


def main() -> None:
    """Record the paths that have no history yet, or those named."""
    missing = [name for name in (*PATHS, *BESIDE) if not (FOLDER / f"{name}.json").exists()]
    with tempfile.TemporaryDirectory() as folder, standing_on(Path(folder), "temporal") as stack:
        asyncio.run(record(sys.argv[1:] or missing, stack))


if __name__ == "__main__":
    main()
    leave(0)
