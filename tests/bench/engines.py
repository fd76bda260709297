"""Our road against the bare one on the same server: processor time, rate and latency; cold against cached."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from temporalio.client import Client

from infra.dev.processes import Child, Command
from infra.dev.service import ROOT, module
from tests.bench.doors import DeskDriver, doors_of
from tests.bench.exact import Fields
from tests.bench.figures import Figure, Sheet, Spread, at_least, at_most
from tests.bench.ground import Engine, Ground
from tests.bench.histories import history_cost
from tests.bench.machine import READERS, Meter, Spent, pids_of
from tests.bench.pairs import Measured, Pairs, in_turns
from tests.bench.roads import (
    BareDriver,
    Driver,
    OurDriver,
    Segments,
    closed_loop,
    drive,
    until_first_task_is_done,
)

AT_ONCE = 8
BESIDES = "ours also checks the rules, writes rows, seals payloads and binds a package"
OUR_SERVERS = ("temporal", "worker", READERS, "postgres", "objects", "api")
STEPS = ("ready", "review", "begin", "end", "results")
BARE = "bare worker"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    pairs: int
    applications: int
    one_by_one: int


@asynccontextmanager
async def bare_worker(ground: Ground) -> AsyncIterator[int]:
    """The worker of the bare road beside the desk's; gives its pid."""
    address = f"127.0.0.1:{ground.place.ports.temporal}"
    command = Command(
        module("tests.bench.bare_worker", address, ground.place.settings_env()["TEMPORAL_NAMESPACE"]),
        directory=ROOT,
    )
    child = Child(command, Path(ground.place.directory) / "logs" / "bare_worker.log")
    try:
        yield child.footprint.pid
    finally:
        await child.stop()


class Race:
    """Both sides on one stack."""

    def __init__(self, ground: Ground, engine: Engine, bare_client: Client, bare_pid: int) -> None:
        self.ground, self.engine, self.bare_client = ground, engine, bare_client
        self._meter = Meter(pids_of(ground.stack) | {BARE: bare_pid})

    async def turn(
        self, drivers: Sequence[Driver], alone: Sequence[Driver], servers: Sequence[str]
    ) -> Measured:
        """`drivers` in a closed loop, for processor time and rate; then `alone` one by one, for latency."""
        self._meter.start()
        await closed_loop([partial(drive, each) for each in drivers], AT_ONCE)
        spent = self._meter.spent()
        slow = [await drive(each) for each in alone]
        return Measured(_values(spent, len(drivers), slow, servers), spent.foreign_share)


def _values(spent: Spent, done: int, slow: Sequence[Segments], servers: Sequence[str]) -> dict[str, float]:
    values = {f"{name} ms": 1_000 * spent.of(name) / done for name in servers}
    values["engine ms"] = sum(
        values[f"{name} ms"] for name in servers if "worker" in name or name == "temporal"
    )
    values["cpu ms"] = sum(values[f"{name} ms"] for name in servers)
    values["rate"] = done / spent.wall_seconds
    for step in STEPS:
        values[f"{step} latency"] = Spread.of([segments[step] for segments in slow]).median
    whole = [sum(segments.values()) for segments in slow]
    values["latency"], values["worst latency"] = Spread.of(whole).median, max(whole)
    return values


async def engine_figures(race: Race, fields: Fields, sheet: Sheet, size: Size, persons: int) -> None:
    """Engine against engine, for so many persons per application."""
    ours = [name for name in OUR_SERVERS if name != "api"]

    async def our_turn() -> Measured:
        sown = fields.sow(size.applications + size.one_by_one, persons, sealed=True)
        drivers = [OurDriver(race.engine.client, race.ground, each) for each in sown]
        return await race.turn(drivers[: size.applications], drivers[size.applications :], ours)

    async def bare_turn() -> Measured:
        count = size.applications + size.one_by_one
        drivers = [BareDriver(race.bare_client, persons) for _ in range(count)]
        return await race.turn(drivers[: size.applications], drivers[size.applications :], ("temporal", BARE))

    pairs = await in_turns(our_turn, bare_turn, size.pairs)
    _show(sheet, pairs, f"engine only, {persons} person{'s' if persons > 1 else ''}", goals=persons == 1)


async def desk_figures(race: Race, fields: Fields, sheet: Sheet, size: Size) -> None:
    """The whole product through the public API against the bare road through the client."""
    async with doors_of(race.ground) as doors:

        async def our_turn() -> Measured:
            sown = fields.sow(size.applications + size.one_by_one)
            drivers = [DeskDriver(doors, race.engine.client, each) for each in sown]
            return await race.turn(drivers[: size.applications], drivers[size.applications :], OUR_SERVERS)

        async def bare_turn() -> Measured:
            count = size.applications + size.one_by_one
            drivers = [BareDriver(race.bare_client, 1) for _ in range(count)]
            return await race.turn(
                drivers[: size.applications], drivers[size.applications :], ("temporal", BARE)
            )

        pairs = await in_turns(our_turn, bare_turn, size.pairs)
    _show(sheet, pairs, "through the public API, 1 person", goals=False)


def _show(sheet: Sheet, pairs: Pairs, title: str, *, goals: bool) -> None:
    section = f"ours : bare Temporal — {title}"
    split = "  ".join(
        f"{name.removesuffix(' ms')} {pairs.of_ours(name).median:.1f}"
        for name in pairs.ours[0].values
        if name.endswith(" ms") and name not in ("cpu ms", "engine ms")
    )
    calm = f"{pairs.undisturbed} of {len(pairs.ours)} pairs with others below 10 %; {pairs.disturbance}"
    limit = "<= 1.20" if goals else ""
    ratio = partial(ratio_of, section, pairs)
    sheet.add(
        ratio("engine ms", "CPU ms, worker + Temporal server", limit=limit, note=f"{BESIDES}; {calm}"),
        ratio("cpu ms", "CPU ms, all servers", note=f"ours: {split}"),
        ratio("rate", f"applications/s, {AT_ONCE} at once"),
        ratio("latency", "latency ms, one by one", note=_steps(pairs)),
        ratio("worst latency", "worst latency ms of a turn"),
    )


def ratio_of(section: str, pairs: Pairs, value: str, name: str, *, limit: str = "", note: str = "") -> Figure:
    """One value of both sides as a line; `limit` is a comparison and a bound of the ratio."""
    ours, theirs, ratio = pairs.of_ours(value), pairs.of_theirs(value), pairs.ratio(value)
    judge = at_least if limit.startswith(">") else at_most
    verdict = judge(ratio.median, float(limit.split()[1])) if limit else ""
    facts = {
        "ours": vars(ours),
        "peer": vars(theirs),
        "turns_of_ours": [turn.values for turn in pairs.ours],
        "turns_of_peer": [turn.values for turn in pairs.theirs],
        "foreign_shares": [turn.foreign_share for turn in (*pairs.ours, *pairs.theirs)],
    }
    return Figure(section, name, ours.median, theirs.median, ratio, limit, verdict, note, facts)


def _steps(pairs: Pairs) -> str:
    ours = {step: pairs.of_ours(f"{step} latency").median for step in STEPS}
    theirs = {step: pairs.of_theirs(f"{step} latency").median for step in STEPS}
    return "  ".join(f"{step} {ours[step]:.0f}:{theirs[step]:.0f}" for step in STEPS)


async def shape_figure(race: Race, fields: Fields, sheet: Sheet) -> None:
    """That both roads really have the same shape: the same kinds of events, equally often."""
    (sown,) = fields.sow(1, sealed=True)
    ours, bare = OurDriver(race.engine.client, race.ground, sown), BareDriver(race.bare_client, 1)
    await drive(ours)
    await drive(bare)
    one = await history_cost(race.engine.client, race.engine.keys, ours.handle.id)
    other = await history_cost(race.bare_client, None, bare.handle.id)
    section = "ours : bare Temporal — shape"
    differing = (one.kinds - other.kinds) + (other.kinds - one.kinds)
    sheet.add(
        Figure(section, "history events", one.events, other.events, None, "equal", "ok" if not differing else "MISS",
               f"differing {dict(differing)}" if differing else "the same kinds, equally often"),
        Figure(section, "history bytes", one.stored_bytes, other.stored_bytes, one.stored_bytes / other.stored_bytes,
               note="sealed payloads, commands with actors, summaries"),
        Figure(section, "billable actions", one.billable_actions, other.billable_actions),
    )  # fmt: skip


async def cold_figures(ground: Ground, engine: Engine, fields: Fields, sheet: Sheet, size: Size) -> None:
    """Worker CPU per application when the worker forgets everything between two acts, against remembering."""

    async def restart() -> None:
        await ground.stack.stop("worker")
        await ground.stack.start("worker")

    async def remember() -> None:
        return None

    stepwise = Stepwise(ground, engine, fields, size.applications)
    cold, cached = partial(stepwise.turn, restart), partial(stepwise.turn, remember)
    pairs = await in_turns(cold, cached, size.pairs, warming_up=False)
    section = "cold : cached — the worker restarted between acts"
    note = f"{pairs.disturbance}; restarts themselves are not counted, reading keys again and replaying is"
    sheet.add(
        ratio_of(section, pairs, "worker ms", "worker CPU ms per application", limit="<= 1.70", note=note),
        ratio_of(section, pairs, "cpu ms", "worker + server CPU ms"),
    )


@dataclass(frozen=True)
class Stepwise:
    """All applications take each step before any takes the next."""

    ground: Ground
    engine: Engine
    fields: Fields
    applications: int

    async def turn(self, between: Callable[[], Awaitable[None]]) -> Measured:
        """One turn; only the steps are counted. One application goes ahead in each step, to warm the process up."""
        sown = self.fields.sow(self.applications + 1, sealed=True)
        drivers = [OurDriver(self.engine.client, self.ground, each) for each in sown]
        spent = []
        for step in STEPS:
            if step != "ready":
                await between()
            await _take(step, drivers[0])
            spent.append(await self._counted(step, drivers[1:]))
        worker = 1_000 * sum(each.of("worker") for each in spent) / self.applications
        server = 1_000 * sum(each.of("temporal") for each in spent) / self.applications
        wall = sum(each.wall_seconds for each in spent)
        foreign = sum(each.foreign_share * each.wall_seconds for each in spent) / wall
        return Measured({"worker ms": worker, "cpu ms": worker + server}, foreign)

    async def _counted(self, step: str, drivers: Sequence[OurDriver]) -> Spent:
        pids = pids_of(self.ground.stack)
        meter = Meter({name: pids[name] for name in ("worker", "temporal")})
        await closed_loop([partial(_take, step, each) for each in drivers], AT_ONCE)
        return meter.spent()


async def _take(step: str, driver: OurDriver) -> Segments:
    if step == "ready":
        await until_first_task_is_done(await driver.start())
    else:
        await getattr(driver, step)()
    return {}
