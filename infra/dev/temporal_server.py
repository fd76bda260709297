"""The Temporal development server of the wheel, its queue limits lifted, its histories kept for 90 days."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from infra.dev.doors import LOOPBACK
from infra.dev.place import NAMESPACE, Place
from infra.dev.processes import Command
from infra.dev.service import Service
from schemas import messages

RETENTION = "90d"
SEARCH_ATTRIBUTES = (messages.SEARCH_PROCEDURE, messages.SEARCH_ORGANISATION)
# One history shard is polled 20 times a second by default: every step of a workflow would wait up to 50 ms.
DYNAMIC = (
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
    "history.visibilityProcessorMaxPollRPS=1000",
    "matching.enableFairness=true",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
)
DYNAMIC_IN_TESTS = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.timerProcessorMaxTimeShift="10ms"')


class TemporalMissingError(Exception):
    """Neither the wheel nor the path offers the `temporal` program."""

    def __init__(self) -> None:
        super().__init__(
            "temporal コマンドが見つかりません。make install を実行してください。 / "
            "The temporal program is missing. Run make install."
        )


def temporal(place: Place) -> Service:
    """The workflow server of this place, with its Web UI."""
    return Service(
        name="temporal",
        doors=("temporal", "temporal_ui", "temporal_metrics", "temporal_http"),
        command=lambda: _server(place),
        ready=lambda _: _keep_histories(place),
        furnish=lambda: register_search_attributes(f"{LOOPBACK}:{place.ports.temporal}", NAMESPACE),
    )


def program() -> str:
    """Path of the `temporal` program: the wheel's beside this interpreter, else the one on the path."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise TemporalMissingError
    return found


def _server(place: Place) -> Command:
    ports = place.ports
    dynamic = (*DYNAMIC, *(DYNAMIC_IN_TESTS if place.fast else ()))
    argv = [program(), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn"]
    argv += ["--port", str(ports.temporal), "--ui-port", str(ports.temporal_ui)]
    argv += ["--metrics-port", str(ports.temporal_metrics), "--http-port", str(ports.temporal_http)]
    argv += ["--db-filename", str(place.directory / "temporal.sqlite")]
    argv += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
    argv += ["--namespace", NAMESPACE, "--ui-codec-endpoint", f"{place.public_url}/codec"]
    for name in SEARCH_ATTRIBUTES:
        argv += ["--search-attribute", f"{name}=Keyword"]
    for fact in dynamic:
        argv += ["--dynamic-config-value", fact]
    return Command(tuple(argv), stop_within_seconds=10.0)


def _keep_histories(place: Place) -> bool:
    """Namespaces are made with 24 hours of retention; closed applications would vanish the next day."""
    return _operator(
        place.ports.temporal, "namespace", "update", "--namespace", NAMESPACE, "--retention", RETENTION
    )


def asks_for_work(place: Place, since: float) -> bool:
    """Whether a worker has polled the desk's queue since this moment (epoch seconds)."""
    queue = ("--task-queue", place.settings().task_queue, "--namespace", NAMESPACE)
    where = ("--address", f"{LOOPBACK}:{place.ports.temporal}", "--output", "json")
    command = (program(), "task-queue", "describe", *queue, *where)
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if answer.returncode != 0:
        return False
    seen = [
        datetime.fromisoformat(poller["lastAccessTime"])
        for poller in json.loads(answer.stdout)["pollers"] or ()
    ]
    return any(moment.timestamp() >= since for moment in seen)


def _operator(port: int, *arguments: str) -> bool:
    command = (program(), "operator", *arguments, "--address", f"{LOOPBACK}:{port}")
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0


def register_search_attributes(address: str, namespace: str) -> None:
    """Make the operators' search attributes exist; an old namespace ignores the start flags."""
    names = [part for name in SEARCH_ATTRIBUTES for part in ("--name", name)]
    subprocess.run(
        (
            program(),
            "operator",
            "search-attribute",
            "create",
            *names,
            "--type",
            "Keyword",
            "--namespace",
            namespace,
            "--address",
            address,
        ),
        check=True,
        capture_output=True,
        timeout=20,
    )
