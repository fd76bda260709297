"""The log: lines are JSON with known keys, and a planted word of a person never gets into one."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel

from infra.logs import ALLOWED, about, configure, get_log

CANARY = "KANARIYA"
ACCESS = logging.getLogger("uvicorn.access")
ROOT = Path(__file__).parents[2]


class Log(io.StringIO):
    """What was written, line by line."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    before = (root.handlers, root.level, sys.excepthook, threading.excepthook)
    configured, silenced = structlog.get_config(), ACCESS.disabled
    written = Log()
    configure("DEBUG", written)
    yield written
    root.handlers, root.level, sys.excepthook, threading.excepthook = before
    ACCESS.disabled = silenced
    structlog.configure(**configured)


class Person(BaseModel):
    name: int


class WithCode(Exception):
    code = "key_destroyed"


def test_a_line_says_when_where_what_and_about_whom_by_id(log: Log) -> None:
    with about(request_id="r-1", number="T26-4KX7M2QP", actor="account-7"):
        get_log("api.content").info("draft_saved", count=3, size_bytes=120)

    [line] = log.lines
    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() == timedelta(0)
    assert line == {
        "event": "draft_saved",
        "level": "info",
        "logger": "api.content",
        "request_id": "r-1",
        "number": "T26-4KX7M2QP",
        "actor": "account-7",
        "count": 3,
        "size_bytes": 120,
    }


def test_what_a_line_is_about_ends_with_its_block(log: Log) -> None:
    with about(number="T26-4KX7M2QP"):
        pass
    get_log("api").info("afterwards")

    assert "number" not in log.lines[0]


async def test_two_requests_at_a_time_keep_apart(log: Log) -> None:
    async def serve(request_id: str) -> None:
        with about(request_id=request_id):
            await asyncio.sleep(0)
            get_log("api").info("served", kind=request_id)

    await asyncio.gather(serve("r-1"), serve("r-2"))

    served = [line for line in log.lines if line["event"] == "served"]
    assert [line["request_id"] == line["kind"] for line in served] == [True, True]


def test_a_key_that_is_not_known_is_dropped_and_counted(log: Log) -> None:
    get_log("api").info("saved", name=CANARY, passport_number="TK1234567", count=1)

    [line] = log.lines
    assert line["dropped_keys"] == 2
    assert line["count"] == 1
    assert CANARY not in log.getvalue()


@pytest.mark.parametrize("event", [f"saved {CANARY}", CANARY, f"saved: {CANARY}", "保存", "a" * 81, ""])
def test_a_free_sentence_is_no_event(log: Log, event: str) -> None:
    get_log("api").info(event)

    assert log.lines[0]["event"] == "[withheld]"


@pytest.mark.parametrize(
    "value", ["見本 太郎", "a@client.example", "two words", "x" * 201, "line\nbreak", {"n": 1}, b"x"]
)
@pytest.mark.parametrize("key", ["actor", "code", "kind"])
def test_a_value_that_is_no_id_is_withheld(log: Log, key: str, value: Any) -> None:
    get_log("api").info("saved", **{key: value})

    assert log.lines[0][key] == "[withheld]"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("x" * 200, "x" * 200),
        (True, True),
        (0.5, 0.5),
        (timedelta(minutes=1), 60.0),
        (date(2026, 12, 3), "2026-12-03"),
        (datetime(2026, 12, 3, tzinfo=UTC), "2026-12-03T00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("/v1/applications/{number}", "/v1/applications/{number}"),
    ],
)
def test_ids_figures_and_dates_are_written(log: Log, value: Any, written: Any) -> None:
    get_log("api").info("saved", kind=value)

    assert log.lines[0]["kind"] == written


def test_an_exception_shows_its_type_code_and_place_but_not_its_words(log: Log) -> None:
    try:
        try:
            Person.model_validate({"name": CANARY})
        except ValueError as invalid:
            raise WithCode(CANARY) from invalid
    except WithCode:
        get_log("api").exception("save_failed")

    told = log.lines[0]["exception"]
    assert told["type"].endswith(".WithCode")
    assert told["code"] == "key_destroyed"
    assert told["at"][-1].endswith("test_an_exception_shows_its_type_code_and_place_but_not_its_words")
    assert told["cause"]["type"] == "pydantic_core._pydantic_core.ValidationError"
    assert CANARY not in log.getvalue()


def test_a_group_shows_each_of_its_errors(log: Log) -> None:
    get_log("api").error("failed", exc_info=ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)]))

    assert [each["type"] for each in log.lines[0]["exception"]["errors"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert CANARY not in log.getvalue()


def test_a_chain_without_end_is_cut(log: Log) -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first

    get_log("api").error("failed", exc_info=first)

    assert log.getvalue().count("builtins.ValueError") == 6


@pytest.mark.parametrize(
    ("name", "message", "args", "event"),
    [
        (
            "temporalio.worker",
            "Completing activity as failed ({'activity': '%s'})",
            (),
            "Completing activity as failed",
        ),
        (
            "temporalio.worker",
            f"Exception handling failed, original error: {CANARY}",
            (),
            "Exception handling failed, original error",
        ),
        ("uvicorn.error", "Started server process [%d]", (7,), "Started server process"),
        ("uvicorn.error", "Application startup complete.", (), "Application startup complete."),
        (
            "asyncio",
            f"Task exception was never retrieved\nfuture: {CANARY}",
            (),
            "Task exception was never retrieved",
        ),
        ("psycopg.pool", "error connecting in %r: %s", (CANARY, CANARY), "error connecting in %r"),
    ],
)
def test_a_library_is_heard_up_to_its_values(
    log: Log, name: str, message: str, args: tuple[object, ...], event: str
) -> None:
    logging.getLogger(name).warning(message, *args)

    assert log.lines[0]["event"] == event
    assert CANARY not in log.getvalue()


def test_a_library_that_mixes_values_into_its_words_is_only_placed(log: Log) -> None:
    logging.getLogger("some.library").warning(f"could not find {CANARY} anywhere")
    logging.getLogger("uvicorn.error").error(ValueError(CANARY))

    assert [line["event"].partition(":")[0] for line in log.lines] == ["test_logs", "test_logs"]
    assert CANARY not in log.getvalue()


def test_request_lines_of_the_server_are_not_kept(log: Log) -> None:
    logging.getLogger("uvicorn.access").info('%s - "GET %s"', "127.0.0.1", f"/search?q={CANARY}")

    assert log.lines == []


def test_a_line_from_a_workflow_names_its_application(log: Log) -> None:
    engine = {"workflow_id": "T26-4KX7M2QP", "workflow_type": "Application", "attempt": 1, "namespace": "n"}

    logging.getLogger("temporalio.workflow").info("stage_left", extra={"temporal_workflow": engine})

    [line] = log.lines
    assert (line["event"], line["number"], line["workflow_type"]) == (
        "stage_left",
        "T26-4KX7M2QP",
        "Application",
    )


def test_a_line_from_an_activity_of_the_round_names_the_application_it_is_about(log: Log) -> None:
    engine = {"workflow_id": "desk-round", "activity_type": "deliver_links"}
    about_it = {"number": "T26-4KX7M2QP", "code": "no_answer", "who": CANARY}

    logging.getLogger("temporalio.activity").warning(
        "link_not_told ({'activity': 'x'})", extra={"temporal_activity": engine, **about_it}
    )

    [line] = log.lines
    told = (line["event"], line["number"], line["code"], line["workflow_id"])
    assert told == ("link_not_told", "T26-4KX7M2QP", "no_answer", "desk-round")
    assert CANARY not in log.getvalue()


def test_a_line_that_can_not_be_written_is_lost_without_a_leak(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("structlog.processors.JSONRenderer.__call__", failing)

    get_log("api").info("saved", kind=CANARY)

    assert log.lines == [{"event": "log_line_lost", "level": "error"}]


def failing(*_: Any) -> str:
    raise ValueError(CANARY)


def test_a_level_keeps_quieter_lines_out() -> None:
    script = (
        "import logging\nfrom infra.logs import configure, get_log\nconfigure('WARNING')\n"
        "get_log('a').info('quiet')\n"
        "logging.getLogger('b').info('quiet %s', 1)\nget_log('a').warning('loud')\n"
    )

    assert [line["event"] for line in written_by(script)] == ["loud"]


@pytest.mark.parametrize(
    "last",
    [
        f"raise ValueError('{CANARY}')\n",
        f"import threading\ndef fail(): raise ValueError('{CANARY}')\n"
        "t = threading.Thread(target=fail); t.start(); t.join()\n",
    ],
)
def test_an_exception_nobody_caught_is_told_without_its_words(last: str) -> None:
    [line] = written_by("from infra.logs import configure\nconfigure()\n" + last)

    assert line["event"] == "uncaught_exception"
    assert line["exception"]["type"] == "builtins.ValueError"


def written_by(script: str) -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert CANARY not in ended.stdout + ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_no_known_key_is_for_words_of_people() -> None:
    assert ALLOWED.isdisjoint(
        {"name", "email", "address", "text", "value", "message", "query", "url", "path"}
    )


def test_who_read_the_log_leaves_it_as_it_was_for_those_who_come_later() -> None:
    renderer = structlog.get_config()["processors"][-1]

    assert renderer is structlog.stdlib.ProcessorFormatter.wrap_for_formatter
