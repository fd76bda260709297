"""Handing in against the bare insert: requests per second and processor time, at 1, 16 and 64 connections."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.dev.doors import is_free
from infra.dev.place import DATABASE, ROLES
from infra.dev.ports import Ports
from infra.dev.processes import Child, Command
from infra.dev.service import ROOT, module
from tests.bench.callers import token_of
from tests.bench.engines import Size
from tests.bench.exact import Fields
from tests.bench.figures import Figure, Sheet, at_least
from tests.bench.ground import Ground
from tests.bench.machine import Meter, pids_of
from tests.bench.pairs import Measured, Pairs, in_turns
from tests.bench.wire import Load, load, request

CONNECTIONS = (1, 16, 64)
ROWS_OF_A_HAND_IN = 18
"""hand_in, idempotency, application, two contents and thirteen documents: inserted or updated"""
ROW = "x" * 200
CREATED = 201
BARE = "bare desk"
GOAL = {1: 0.8, 16: 0.7, 64: 0.7}


@asynccontextmanager
async def bare_desk(ground: Ground) -> AsyncIterator[tuple[int, int]]:
    """The bare intake as a process; gives its port and pid."""
    place, port = ground.place, Ports.free().api
    database = f"postgresql://{ROLES['superuser']}:{place.secrets.superuser}@127.0.0.1:{place.ports.postgres}/{DATABASE}"
    command = Command(module("tests.bench.bare_desk", database, str(port)), directory=ROOT)
    child = Child(command, Path(place.directory) / "logs" / "bare_desk.log")
    try:
        while is_free(port) and child.alive:
            await asyncio.sleep(0.1)
        yield port, child.footprint.pid
    finally:
        await child.stop()


@dataclass(frozen=True)
class Intake:
    """Both desks on one database."""

    ground: Ground
    fields: Fields
    bare_port: int
    bare_pid: int

    async def ours(self, count: int, connections: int) -> Measured:
        """So many copied drafts are handed in; no worker is there, as none is needed for that."""
        token = token_of(self.ground.place, "client")
        messages = [
            request(
                f"/v1/applications/{sown.number}/hand-in",
                b"{}",
                {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
            )
            for sown in self.fields.sow(count)
        ]
        return await self._counted(self.ground.place.ports.api, messages, connections, "api")

    async def bare(self, count: int, connections: int) -> Measured:
        """So many inserts of as many rows."""
        rows = [ROW] * ROWS_OF_A_HAND_IN
        messages = [
            request(
                "/hand-in",
                json.dumps({"number": str(uuid.uuid4()), "persons": ["p"], "rows": rows}).encode(),
                {},
            )
            for _ in range(count)
        ]
        return await self._counted(self.bare_port, messages, connections, BARE)

    async def _counted(self, port: int, messages: list[bytes], connections: int, name: str) -> Measured:
        meter = Meter(pids_of(self.ground.stack) | {BARE: self.bare_pid})
        done = await load(port, messages, connections)
        spent = meter.spent()
        if done.statuses[CREATED] != len(messages):
            raise RuntimeError(f"{name}: {dict(done.statuses)}")
        desk = 1_000 * spent.of(name) / len(messages)
        stores = 1_000 * spent.of("postgres", "temporal") / len(messages)
        return Measured(_values(done, desk, stores), spent.foreign_share)


def _values(done: Load, desk: float, stores: float) -> dict[str, float]:
    return {
        "rate": done.rate,
        "p50": done.percentile(0.5),
        "p99": done.percentile(0.99),
        "desk ms": desk,
        "stores ms": stores,
    }


async def intake_figures(ground: Ground, fields: Fields, sheet: Sheet, size: Size) -> None:
    """At each number of connections."""
    await ground.stack.stop("worker")
    async with bare_desk(ground) as (port, pid):
        intake = Intake(ground, fields, port, pid)
        for connections in CONNECTIONS:
            count = max(size.applications, 2 * connections)

            async def ours(count: int = count, connections: int = connections) -> Measured:
                return await intake.ours(count, connections)

            async def bare(count: int = count, connections: int = connections) -> Measured:
                return await intake.bare(4 * count, connections)

            _show(sheet, await in_turns(ours, bare, size.pairs), connections)


def _show(sheet: Sheet, pairs: Pairs, connections: int) -> None:
    section = "hand-in : bare FastAPI + psycopg insert of 18 rows"
    ours, theirs, ratio = pairs.of_ours("rate"), pairs.of_theirs("rate"), pairs.ratio("rate")
    times = "p50 {:.0f}:{:.0f} ms, p99 {:.0f}:{:.0f} ms, desk CPU {:.1f}:{:.1f} ms".format(
        *(
            side(name).median
            for name in ("p50", "p99", "desk ms")
            for side in (pairs.of_ours, pairs.of_theirs)
        )
    )
    goal = GOAL[connections]
    sheet.add(
        Figure(
            section, f"requests/s, {connections} connections", ours.median, theirs.median, ratio, f">= {goal}",
            at_least(ratio.median, goal), f"{times}; {pairs.disturbance}",
            {"turns": [turn.values for turn in (*pairs.ours, *pairs.theirs)], "measured_at": time.time()},
        )
    )  # fmt: skip
