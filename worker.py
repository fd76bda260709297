"""The worker: joins settings, connections, activities and workflows; runs until it is told to stop. Imported by nobody."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.worker import Worker

from activities.arrivals import Arrivals
from activities.authorities import Authorities, Simulator
from activities.checks.again import Repeats
from activities.checks.contents import Contents
from activities.checks.impact import Impacts
from activities.checks.round import Checks
from activities.documents.examining import Documents
from activities.drafts import Drafts
from activities.lapses import Lapses
from activities.ledger import Ledger
from activities.links import Links
from activities.lodging import Lodging
from activities.notices import Notices
from activities.rounds import Rounds
from activities.splits import Splits
from activities.watches import Watches
from infra import logs
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.desk_wishes import refuse_wishes_for_nothing
from infra.heartbeats import Heartbeats
from infra.keys import KeyRing
from infra.mail import Post
from infra.objects import ObjectStore
from infra.packs import packs_of_the_worker
from infra.scanner import connect_scanner
from infra.settings import Settings, settings
from infra.temporal import TUNED, connect, leave, sandbox_runner
from infra.wrapped_keys import read_by_worker
from schemas import messages
from schemas.examination import ExaminationLimits
from workflows.application import ApplicationWorkflow
from workflows.arrivals_round import ArrivalsRoundWorkflow
from workflows.desk_round import DeskRoundWorkflow
from workflows.examination import ExaminationWorkflow
from workflows.inspections import CheckAgainWorkflow, ImpactWorkflow

WORKFLOWS = [
    ApplicationWorkflow,
    ExaminationWorkflow,
    DeskRoundWorkflow,
    ArrivalsRoundWorkflow,
    CheckAgainWorkflow,
    ImpactWorkflow,
]


def activities(
    chosen: Settings, client: Client, keys: KeyRing, database: Database
) -> Sequence[Callable[..., Any]]:
    """Every activity, over the connections of this process."""
    objects, ledger = ObjectStore.connect(chosen), Ledger(database)
    packs, contents = packs_of_the_worker(load_catalogue(), database), Contents(database, keys)
    simulator = Simulator(chosen.authority_simulator_url) if chosen.authority_simulator_url else None
    documents = Documents(database, objects, ledger, connect_scanner(chosen), _limits(chosen), keys=keys)
    lodging = Lodging(
        database=database,
        objects=objects,
        keys=keys,
        packs=packs,
        ledger=ledger,
        desk_name=chosen.office_name,
        second_confirms=chosen.second_confirms,
        members_only=chosen.members_only,
    )
    rounds = Rounds(
        database=database,
        client=client,
        packs=packs,
        policy=chosen.policy,
        task_queue=chosen.task_queue,
        simulator=simulator,
    )
    return [
        ledger.record,
        ledger.claim_receipts,
        Checks(database, packs, ledger, contents).check_round,
        Repeats(database, keys, packs).repeat,
        Impacts(database, packs, contents).weigh,
        documents.examine_one,
        documents.examine_all,
        lodging.prepare,
        Authorities(ledger, simulator).lodge,
        Notices(database, packs, chosen).send_due,
        *activities_of_time(chosen, objects, keys, database),
        *between_applications(client, keys, database),
        rounds.start_what_was_not_started,
        rounds.deliver_corrections,
        rounds.ask_after_silent_lodgings,
        rounds.fetch_news,
        *arrival_activities(chosen, keys, database),
    ]


def _limits(chosen: Settings) -> ExaminationLimits:
    return ExaminationLimits(file_size_bytes=chosen.limits.file_size_bytes, pages=chosen.limits.pages_per_pdf)


def activities_of_time(
    chosen: Settings, objects: ObjectStore, keys: KeyRing, database: Database
) -> Sequence[Callable[..., Any]]:
    """The activities of what comes to its end because nobody did anything."""
    return [
        Lapses(database, Post(chosen), steps=chosen.lapse_reminder_days, public_url=chosen.public_url).remind,
        Drafts(database, objects, keys, kept_days=chosen.limits.draft_kept_days).look,
    ]


def between_applications(client: Client, keys: KeyRing, database: Database) -> Sequence[Callable[..., Any]]:
    """The activities of what one application means for another."""
    packs = packs_of_the_worker(load_catalogue(), database)
    return [
        Watches(database, keys, packs).look,
        Links(database, client).deliver,
        Splits(database, client).deliver,
    ]


def arrival_activities(chosen: Settings, keys: KeyRing, database: Database) -> Sequence[Callable[..., Any]]:
    """The activities of what comes from authorities."""
    arrivals = Arrivals(
        settings=chosen,
        database=database,
        objects=ObjectStore.connect(chosen),
        keys=keys,
        catalogue=load_catalogue(),
        scanner=connect_scanner(chosen),
    )
    return [arrivals.fetch, arrivals.read, arrivals.erase]


async def ensure_schedules(client: Client, chosen: Settings) -> None:
    """The desk's rounds are walked every few seconds, at the pace of today's settings."""
    for round_name, schedule_id, seconds in (
        (messages.DESK_ROUND, messages.SCHEDULE, chosen.desk_round_seconds),
        (messages.ARRIVALS_ROUND, messages.ARRIVALS_SCHEDULE, chosen.arrivals_round_seconds),
    ):
        await ensure_schedule(client, round_name, schedule_id, seconds, task_queue=chosen.task_queue)


async def ensure_schedule(
    client: Client, round_name: str, schedule_id: str, seconds: int, *, task_queue: str
) -> None:
    """Make the schedule, or give the one that is there this pace and queue; who paused it finds it paused."""
    action = ScheduleActionStartWorkflow(round_name, id=schedule_id, task_queue=task_queue)
    every = ScheduleIntervalSpec(every=timedelta(seconds=seconds))
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[every]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
    )
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        there = client.get_schedule_handle(schedule_id)
        await there.update(
            lambda found: ScheduleUpdate(replace(schedule, state=found.description.schedule.state))
        )


async def work() -> None:
    """Run one worker until SIGTERM or SIGINT; what is under way is finished first."""
    chosen = settings()
    logs.configure("INFO")
    refuse_wishes_for_nothing(chosen, load_catalogue())
    database = Database(chosen.worker_database_url)
    keys = KeyRing.from_setting(chosen.key_encryption_key.get_secret_value(), read_by_worker(database))
    client = await connect(keys)
    await ensure_schedules(client, chosen)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    worker = Worker(
        client,
        task_queue=chosen.task_queue,
        workflows=WORKFLOWS,
        activities=activities(chosen, client, keys, database),
        workflow_runner=sandbox_runner(),
        interceptors=[Heartbeats()],
        graceful_shutdown_timeout=timedelta(seconds=chosen.graceful_stop_seconds),
        **TUNED,
    )
    async with worker:
        await stop.wait()
    await database.close()


if __name__ == "__main__":
    asyncio.run(work())
    leave(0)
