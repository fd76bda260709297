"""`make bench`: starts stacks of its own on loopback, measures, prints one table, appends `.bench/results.jsonl`, stops."""

import argparse
import asyncio
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from infra.dev.demo.__main__ import people_of
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.services import Stack
from infra.logs import configure
from tests.bench.checks import check_figures
from tests.bench.engines import (
    Race,
    Size,
    bare_worker,
    cold_figures,
    desk_figures,
    engine_figures,
    shape_figure,
)
from tests.bench.exact import Fields, surveying
from tests.bench.exact_sheet import exact_figures
from tests.bench.figures import Sheet
from tests.bench.ground import Engine, Ground, engine_of, without_rounds
from tests.bench.groups import group_figures
from tests.bench.intake import intake_figures
from tests.bench.interruptions import interruption_figures
from tests.bench.machine import CORES, can_measure
from tests.bench.packages import package_figures
from tests.bench.uploads import upload_figures

RESULTS = Path(".bench") / "results.jsonl"
EXACT, GROUP, PACKAGE, CHECKS, LODGING = "exact", "group", "package", "checks", "lodging"
RATIOS = ("engine", "desk", "cold", "upload", "intake")
PARTS = (EXACT, GROUP, CHECKS, PACKAGE, LODGING, *RATIOS)
AT_LONGEST_SECONDS = 1_500
STOPPED, TOO_LONG = 143, 124


class TooLong(Exception):
    """The measuring did not end in its time."""


def main() -> int:
    """Measure what was asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="two small pairs of everything, for developing")
    asked.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        help="this part only; may be repeated",
    )
    asked.add_argument("--results", type=Path, default=RESULTS)
    chosen = asked.parse_args()
    configure("WARNING")
    circumstances = {
        "machine": f"{platform.system()} {platform.machine()}, {CORES} cores",
        "python": platform.python_version(),
        "quick": chosen.quick,
    }
    sheet = Sheet(chosen.results, circumstances)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{circumstances['machine']}, Python {circumstances['python']}; load before: {load}")
    began = time.monotonic()
    try:
        asyncio.run(_within_time(sheet, chosen.only or PARTS, quick=chosen.quick))
    except asyncio.CancelledError:
        print("\nstopped from outside; what was measured until then is kept", file=sys.stderr)
        return STOPPED
    except TooLong:
        minutes = AT_LONGEST_SECONDS // 60
        print(f"\nnot done in {minutes} minutes; what was measured until then is kept", file=sys.stderr)
        return TOO_LONG
    print(f"\n{time.monotonic() - began:.0f} s; results appended to {chosen.results}")
    return 0


async def _within_time(sheet: Sheet, parts: Sequence[str], *, quick: bool) -> None:
    mine = asyncio.current_task()
    if mine is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, mine.cancel)
    within = asyncio.timeout(AT_LONGEST_SECONDS)
    try:
        async with within:
            await _measured(sheet, parts, quick=quick)
    except TimeoutError:
        if not within.expired():
            raise
        raise TooLong from None


async def _measured(sheet: Sheet, parts: Sequence[str], *, quick: bool) -> None:
    if EXACT in parts or GROUP in parts:
        await _exact(sheet, parts, quick=quick)
    if LODGING in parts:
        await interruption_figures(sheet, quick=quick)
    ratios = [part for part in parts if part in RATIOS]
    if not can_measure():
        sheet.tell("processes are measured through /proc, which is not here: no packages, no ratios")
        return
    if CHECKS in parts:
        await check_figures(sheet, quick=quick)
    if PACKAGE in parts:
        await package_figures(sheet, quick=quick)
    if ratios:
        await _ratios(sheet, ratios, quick=quick)


@asynccontextmanager
async def _ground(*, fast: bool) -> AsyncIterator[tuple[Ground, Fields]]:
    with tempfile.TemporaryDirectory(prefix="toritsugi-bench-") as folder:
        async with Stack(Path(folder), (*SERVERS, *DESK), fast=fast, sample_office=True) as stack:
            ground = Ground(stack, await asyncio.to_thread(people_of, stack.place))
            fields = Fields(ground)
            try:
                yield ground, fields
            finally:
                fields.close()
                ground.close()


async def _exact(sheet: Sheet, parts: Sequence[str], *, quick: bool) -> None:
    async with _ground(fast=True) as (ground, fields), surveying(ground) as survey:
        if EXACT in parts:
            await exact_figures(ground, survey, fields, sheet)
        if GROUP in parts:
            await group_figures(survey, fields, sheet, persons=10 if quick else 100)


async def _ratios(sheet: Sheet, parts: Sequence[str], *, quick: bool) -> None:
    """On a durable stack. Handing in comes last: it is measured without a worker."""
    size = Size(2, 12, 4) if quick else Size(5, 24, 6)
    async with (
        _ground(fast=False) as (ground, fields),
        engine_of(ground.place) as engine,
        without_rounds(engine.client),
    ):
        if "engine" in parts or "desk" in parts:
            await _against_bare(ground, engine, fields, sheet, parts=parts, size=size)
        if "cold" in parts:
            await cold_figures(ground, engine, fields, sheet, Size(1 if quick else 2, size.applications, 0))
        if "upload" in parts:
            await upload_figures(ground, fields, sheet, size)
        if "intake" in parts:
            await intake_figures(ground, fields, sheet, size)


async def _against_bare(
    ground: Ground,
    engine: Engine,
    fields: Fields,
    sheet: Sheet,
    *,
    parts: Sequence[str],
    size: Size,
) -> None:
    address = f"127.0.0.1:{ground.place.ports.temporal}"
    bare_client = await Client.connect(address, namespace=engine.client.namespace)
    async with bare_worker(ground) as pid:
        race = Race(ground, engine, bare_client, pid)
        if "engine" in parts:
            await shape_figure(race, fields, sheet)
            await engine_figures(race, fields, sheet, size, persons=1)
            tenth = Size(size.pairs, max(4, size.applications // 4), max(2, size.one_by_one // 3))
            await engine_figures(race, fields, sheet, tenth, persons=10)
        if "desk" in parts:
            await desk_figures(race, fields, sheet, size)


if __name__ == "__main__":
    sys.exit(main())
