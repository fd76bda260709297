"""A small office around the real road: a real ledger on PostgreSQL, a real engine, and stand-ins for rules and authority."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, TimeSkipper
from temporalio.worker import Replayer, Worker

from activities.ledger import Ledger
from infra.dev.demo.visitor import pauses
from infra.keys import KeyRing
from infra.temporal import HEADERS, connect, data_converter, sandbox_runner
from schemas import messages
from schemas.application import Journey, Outcome, RoadPlan
from schemas.checked import (
    CheckAsked,
    Checked,
    FoundByRule,
    Lodged,
    LodgingAsked,
    MachineLodging,
    PackageSealed,
)
from schemas.commands import Answer, Command
from schemas.filing import Filing
from schemas.identifiers import application_number
from schemas.parties import Actor
from schemas.standing import Stage, Standing
from schemas.tasks import Task, TaskKind
from tests.builders import a_plan, handed_in, receipt_of, receipts_for
from tests.ground import Ground
from workflows.application import ApplicationWorkflow

KEY_ENCRYPTION_KEY = b"tests only: 32 bytes, not secret"
RANDOM = count(int.from_bytes(os.urandom(4), "big"))
PATIENCE_SECONDS = 60


class Keys:
    """The wrapped keys of a test's applications, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.ring = KeyRing(KEY_ENCRYPTION_KEY, self._load)

    async def _load(self, number: str) -> bytes | None:
        return self.rows.get(number)

    def make(self, number: str) -> bytes:
        """A new key for this application; answers the wrapped form."""
        self.rows[number] = self.ring.new_wrapped_key(number)
        return self.rows[number]


def open_gate() -> asyncio.Event:
    """A gate that lets through; clear it to hold somebody up."""
    gate = asyncio.Event()
    gate.set()
    return gate


@dataclass
class Surroundings:
    """What the catalogue, the store and the authority would say; and how often they were asked."""

    findings: list[FoundByRule] = field(default_factory=list)
    unexamined: int = 0
    check_faults: int = 0
    lodged: Callable[[MachineLodging], Lodged] | None = None
    check_gate: asyncio.Event = field(default_factory=open_gate)
    examine_gate: asyncio.Event = field(default_factory=open_gate)
    prepare_gate: asyncio.Event = field(default_factory=open_gate)
    lodge_gate: asyncio.Event = field(default_factory=open_gate)
    asked: list[str] = field(default_factory=list)
    packages: list[tuple[str, ...]] = field(default_factory=list)

    def let_everybody_through(self) -> None:
        """Nobody is held up any more: a worker can stop."""
        for gate in (self.check_gate, self.examine_gate, self.prepare_gate, self.lodge_gate):
            gate.set()

    @activity.defn(name="check_round")
    async def check_round(self, asked: CheckAsked) -> Checked:
        self.asked.append("check_round")
        if self.check_faults:
            self.check_faults -= 1
            raise ApplicationError("not_found", type="not_found", non_retryable=True)
        await self.check_gate.wait()
        if self.unexamined:
            self.unexamined -= 1
            return Checked(pack_version="", unexamined=("document-1",))
        offices = dict.fromkeys(asked.persons, "tokyo")
        return Checked(pack_version="1", found=tuple(self.findings), offices=offices)

    @activity.defn(name="examine_documents")
    async def examine_documents(self, asked: CheckAsked) -> int:
        self.asked.append("examine_documents")
        await self.examine_gate.wait()
        return 1

    @activity.defn(name="prepare_lodging")
    async def prepare_lodging(self, asked: LodgingAsked) -> PackageSealed:
        self.asked.append("prepare_lodging")
        self.packages.append(asked.persons)
        await self.prepare_gate.wait()
        if asked.handler.endswith("expired"):
            raise ApplicationError(
                "certificate_expired", "handler", type="certificate_expired", non_retryable=True
            )
        return PackageSealed(sha256="ab" * 32)

    @activity.defn(name="lodge")
    async def lodge(self, filing: MachineLodging) -> Lodged:
        self.asked.append("lodge")
        await self.lodge_gate.wait()
        if self.lodged is None:
            raise ConnectionResetError("the answer got lost")
        return self.lodged(filing)


def numbered(filing: MachineLodging) -> Lodged:
    """The authority's machine takes it."""
    numbers = {person: f"{receipt_of(person)}-{filing.number}" for person in filing.persons}
    return Lodged(outcome="confirmed", receipts=numbers if filing.filing_kind == "first" else {})


class Road:
    """One application under way, as its people meet it."""

    def __init__(self, handle: WorkflowHandle[Any, Outcome], ground: Ground, skipper: TimeSkipper) -> None:
        self.handle = handle
        self.number = handle.id
        self._ground = ground
        self._skipper = skipper
        self._acts = count(1)

    async def act(self, name: str, kind: type[Command], actor: Actor, **values: Any) -> Answer:
        """Ask for one act under a fresh id (or the `act_id` given). Raises WorkflowUpdateFailedError."""
        act_id = values.pop("act_id", f"act-{next(self._acts)}")
        update_id = values.pop("update_id", act_id)
        command = kind.model_validate({"actor": actor, "act_id": act_id, **values})
        answer: Answer = await self.handle.execute_update(
            name, command, id=update_id, result_type=Answer, rpc_timeout=timedelta(seconds=PATIENCE_SECONDS)
        )
        return answer

    async def refused(self, name: str, kind: type[Command], actor: Actor, **values: Any) -> str:
        """The code with which an act is refused; an AssertionError when it is not."""
        try:
            await self.act(name, kind, actor, **values)
        except WorkflowUpdateFailedError as failed:
            assert isinstance(failed.cause, ApplicationError)
            return str(failed.cause.type)
        raise AssertionError("the act was not refused")

    async def standing(self) -> Standing:
        """Where the road says it stands."""
        standing: Standing = await self.handle.query(messages.STANDING, result_type=Standing)
        return standing

    async def recorded(self) -> Standing:
        """Where the ledger says it stands."""
        rows = await self._ground.rows(
            "SELECT folded FROM standing WHERE number = :number", number=self.number
        )
        return Standing.model_validate(rows[0]["folded"])

    async def until(self, holds: Callable[[Standing], object]) -> Standing:
        """Wait until the ledger's standing is so. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for pause in pauses(0.03, 0.3):
                rows = await self._ground.rows(
                    "SELECT folded FROM standing WHERE number = :number", number=self.number
                )
                if rows and holds(standing := Standing.model_validate(rows[0]["folded"])):
                    return standing
                await asyncio.sleep(pause)
        raise TimeoutError

    async def until_stage(self, stage: Stage) -> Standing:
        """Wait until the person furthest behind has come to this stage."""
        return await self.until(lambda standing: standing.stage is stage)

    async def task(self, kind: TaskKind) -> Task:
        """The open task of this kind, when there is one."""
        standing = await self.until(lambda standing: standing.open_tasks(kind))
        return standing.open_tasks(kind)[-1]

    async def filing(self) -> Filing:
        """The latest filing, when there is one."""
        return (await self.until(lambda standing: standing.filings)).filings[-1]

    async def kinds(self) -> list[str]:
        """The kinds of events in the ledger."""
        query = "SELECT kind FROM event WHERE number = :number ORDER BY seq"
        return [row["kind"] for row in await self._ground.rows(query, number=self.number)]

    async def skip(self, **span: float) -> None:
        """Let time pass for this application alone."""
        await self._skipper.fast_forward(self.handle, timedelta(**span))

    async def history(self) -> WorkflowHistory:
        """The engine's history of the present run."""
        return await self.handle.fetch_history()


class Office:
    """A ledger, an engine and keys; workers come and go."""

    def __init__(self, client: Client, ground: Ground, keys: Keys, queue: str) -> None:
        self.client = client
        self.ground = ground
        self.keys = keys
        self.queue = queue
        self.around = Surroundings()
        self._skipper = TimeSkipper(client)

    @asynccontextmanager
    async def working(self, workflow: type = ApplicationWorkflow, **options: Any) -> AsyncIterator[Worker]:
        """A worker until the end of the block."""
        ledger, around = Ledger(self.ground.database), self.around
        worker = Worker(
            self.client,
            task_queue=self.queue,
            workflows=[workflow],
            activities=[
                ledger.record,
                ledger.claim_receipts,
                around.check_round,
                around.examine_documents,
                around.prepare_lodging,
                around.lodge,
            ],
            workflow_runner=sandbox_runner(watchful=True),
            **{"graceful_shutdown_timeout": timedelta(seconds=1)} | options,
        )
        async with worker:
            try:
                yield worker
            finally:
                around.let_everybody_through()

    async def begin(self, *persons: str, plan: RoadPlan | None = None) -> Road:
        """Hand in an application and start its road."""
        number = application_number(2026, next(RANDOM))
        given = handed_in(*persons, number=number, plan=plan or a_plan())
        self.ground.take_in(given, self.keys.make(number))
        await self.client.start_workflow(
            ApplicationWorkflow.run, Journey(handed_in=given), id=number, task_queue=self.queue
        )
        return self.road(number)

    def road(self, number: str) -> Road:
        """The road of an application that somebody started."""
        handle = self.client.get_workflow_handle(number, result_type=Outcome)
        return Road(handle, self.ground, self._skipper)

    async def replay(
        self, history: WorkflowHistory, workflow: type = ApplicationWorkflow
    ) -> Exception | None:
        """What is wrong when today's code replays this history."""
        return await replay(self.keys.ring, history, workflow)


async def replay(ring: KeyRing, history: WorkflowHistory, *workflows: type) -> Exception | None:
    """Replay one history under the same conditions as a worker; answers the failure, if any."""
    replayer = Replayer(
        workflows=workflows,
        data_converter=data_converter(ring),
        workflow_runner=sandbox_runner(),
        header_codec_behavior=HEADERS,
    )
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure


@asynccontextmanager
async def opened_office(ground: Ground, environment: dict[str, str], queue: str) -> AsyncIterator[Office]:
    """An office over this database and this engine."""
    keys = Keys()
    client = await connect(keys.ring, environment=environment)
    yield Office(client, ground, keys, queue)


def receipts_of(chosen: Filing, number: str) -> list[dict[str, str]]:
    """Numbers for everybody of a filing, that no other application has."""
    return [
        {"person_id": each.person_id, "number": f"{each.number}-{number}"} for each in receipts_for(chosen)
    ]


async def walk(act: Callable[[], Any]) -> int:
    """One activity of a round, as a worker would run it."""
    done: int = await ActivityEnvironment().run(act)
    return done
