"""The process that opens untrusted files: `python -m activities.documents.reader`, one task, then the end.

It limits itself before it touches a file: memory, computing, written bytes, no children, no network.
One JSON order comes on standard input, one JSON answer goes to standard output, never file content.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from activities.documents.refusals import FileRefusedError
from schemas.examination import JPEG, PDF, PNG, XLSX, ExaminationLimits, ReaderReport, RefusalCode

_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
)


class ForbiddenActError(RuntimeError):
    """A parser tried to start a program or to reach the network."""


def limit_this_process(bounds: dict[str, int]) -> bool:
    """Set the hard limits of this process. False where the system has none; the audit hook stands."""
    sys.addaudithook(_refuse_forbidden)
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return False
    cpu, memory, written = bounds["cpu_seconds"], bounds["memory_bytes"], bounds["written_bytes"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return True


def _refuse_forbidden(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise ForbiddenActError(event)


def examine_file(request: dict[str, Any], enforced: bool) -> dict[str, Any]:
    """Open the file in the real parser of its type and return a ReaderReport."""
    parser = import_module(PARSERS[request["media_type"]])
    limits = ExaminationLimits.model_validate(request["limits"])
    refusal, facts = None, None
    try:
        facts = parser.read(Path(request["path"]), limits)
    except FileRefusedError as refused:
        refusal = refused.code
    except RecursionError:
        refusal = RefusalCode.BOMB
    report = ReaderReport(refusal=refusal, facts=facts, reader=parser.READER, limits_enforced=enforced)
    return report.model_dump(mode="json")


def render_page(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Draw one page into a WebP file."""
    drawn: bool = import_module("activities.documents.rendering").render(request)
    return {"absent": not drawn}


def assemble_set(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Join many documents into one numbered PDF."""
    ranges: list[list[int]] = import_module("activities.documents.assembly").assemble(request)
    return {"ranges": ranges}


PARSERS = {
    PDF: "activities.documents.reading_pdf",
    JPEG: "activities.documents.reading_images",
    PNG: "activities.documents.reading_images",
    XLSX: "activities.documents.reading_workbooks",
}
TASKS: dict[str, Callable[[dict[str, Any], bool], dict[str, Any]]] = {
    "examine": examine_file,
    "render": render_page,
    "assemble": assemble_set,
}


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order under its bounds. Errors are told by their class only: texts may quote the file."""
    enforced = limit_this_process(order["bounds"])
    try:
        return TASKS[order["task"]](order["request"], enforced)
    except MemoryError:
        return {"exhausted": True}
    except Exception as error:
        return {"fault": type(error).__name__}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))
