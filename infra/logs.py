"""The log: one JSON object per line, with known keys only, and nothing that anybody typed.

Exceptions appear as types, codes and places in the code, never with their message. What libraries say is cut
where their values begin. Run uvicorn with `log_config=None`, so that its lines come here too.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Literal, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

OURS = frozenset({"event", "level", "logger", "timestamp"})
ALLOWED = frozenset(
    {
        *(
            "request_id",
            "number",
            "actor",
            "organisation",
            "procedure",
            "task",
            "finding",
            "filing",
            "document",
        ),
        *(
            "office",
            "channel",
            "kind",
            "stage",
            "code",
            "status",
            "method",
            "route",
            "count",
            "attempt",
            "place",
        ),
        *("seconds", "size_bytes", "version", "service", "port"),
        *("workflow_id", "workflow_type", "run_id", "activity_type", "update", "schedule", "queue"),
    }
)
"""Every key a line may carry beyond time, level, logger, event and exception. Ids, codes and figures only."""

EVENT = re.compile(r"[a-z][a-z0-9_.]{0,79}")
VALUE = re.compile(r"[A-Za-z0-9._:/{}+-]{1,200}")
WITHHELD = "[withheld]"
SPEAKING = ("temporalio", "uvicorn", "asyncio")
VALUES_BEGIN = re.compile(r"[^A-Za-z0-9 ,._%/-]")
FRAMES = 30
CAUSES = 5


class _Handler(logging.StreamHandler[TextIO]):
    def emit(self, record: logging.LogRecord) -> None:
        record.is_template = bool(record.args)  # the formatter takes the arguments away
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        # The inherited one prints the message with its values.
        self.stream.write('{"event": "log_line_lost", "level": "error"}\n')


def configure(level: Level = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of this process, ours and the libraries', to `stream` (standard output) as JSON."""
    handler = _Handler(stream or sys.stdout)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True  # request lines carry what people typed
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module. Events are fixed `snake_case` names; values go into keys of `ALLOWED`."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log


def about(
    *, request_id: str | None = None, number: str | None = None, actor: str | None = None
) -> AbstractContextManager[None]:
    """While it lasts, each line of this task says what it is about: request, application number, account."""
    given = {"request_id": request_id, "number": number, "actor": actor}
    return structlog.contextvars.bound_contextvars(**{key: value for key, value in given.items() if value})


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            _foreign,
        ],
        use_get_message=False,
        processors=[
            _told_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _allowed_only,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _foreign(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line["_record"]
    line["event"] = _library_words(record)
    line["_foreign"] = True
    engine = getattr(record, "temporal_workflow", None) or getattr(record, "temporal_activity", None)
    if isinstance(engine, dict):
        line.update({key: engine[key] for key in ALLOWED & engine.keys()})
        line.update({key: vars(record)[key] for key in ALLOWED & vars(record).keys()})
        line.setdefault("number", engine.get("workflow_id"))
    return line


def _library_words(record: logging.LogRecord) -> str:
    # A template with its arguments apart is the library's own text; a finished one may hold values anywhere.
    speaks = getattr(record, "is_template", False) or record.name.partition(".")[0] in SPEAKING
    if not speaks or not isinstance(record.msg, str):
        return f"{record.module}:{record.lineno}"
    return VALUES_BEGIN.split(record.msg, maxsplit=1)[0].strip()[:120]


def _told_exception(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    line.pop("stack_info", None)
    error = _exception_of(given)
    if error is not None:
        line["_error"] = told(error)
    return line


def _exception_of(given: bool | BaseException | ExcInfo | None) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exception() if given else None


def told(error: BaseException, causes: int = CAUSES) -> dict[str, Any]:
    """An exception without its message: type, stable code if it has one, places in the code, causes."""
    telling: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    code = getattr(error, "code", None)
    if isinstance(code, str) and EVENT.fullmatch(code):
        telling["code"] = code
    telling["at"] = _places(error)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        telling["cause"] = told(cause, causes - 1)
    if isinstance(error, BaseExceptionGroup) and causes:
        telling["errors"] = [told(each, causes - 1) for each in error.exceptions[:CAUSES]]
    return telling


def _places(error: BaseException) -> list[str]:
    frames: Iterable[tuple[Any, int]] = traceback.walk_tb(error.__traceback__)
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_qualname}" for frame, line in frames
    ][-FRAMES:]


def _allowed_only(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    foreign, error = line.pop("_foreign", False), line.pop("_error", None)
    event = line["event"]
    kept: EventDict = {key: line[key] for key in OURS & line.keys()}
    kept["event"] = event if foreign or _is_event(event) else WITHHELD
    kept.update({key: _plain(line[key]) for key in line if key in ALLOWED and line[key] is not None})
    dropped = len(line.keys() - OURS - ALLOWED)
    if dropped:
        kept["dropped_keys"] = dropped
    if error is not None:
        kept["exception"] = error
    return kept


def _is_event(event: object) -> bool:
    return isinstance(event, str) and EVENT.fullmatch(event) is not None


def _plain(value: object) -> str | int | float:
    if isinstance(value, int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    text = (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str | UUID) else ""
    )
    return text if VALUE.fullmatch(text) else WITHHELD


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_log(__name__).critical("uncaught_exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None:
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
