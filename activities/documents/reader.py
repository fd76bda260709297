"""The processes that open untrusted files: `python -m activities.documents.reader` forks one for each order.

A fork limits itself before it touches a file: memory, computing, written bytes, no children, no network.
One line of JSON comes in per order, one goes out per answer, never file content.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from activities.documents.codes import decoder
from activities.documents.refusals import FileRefusedError
from schemas.examination import JPEG, PDF, PNG, XLSX, ExaminationLimits, ReaderReport, RefusalCode
from schemas.readings import Reading

_LONGEST_ANSWER_BYTES = 1_000_000
OUT_OF_MEMORY = 77
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
    """Set the hard limits of this process; False where the system lacks one. The audit hook stands anyway."""
    sys.addaudithook(_refuse_forbidden)
    cpu, memory, written = bounds["cpu_seconds"], bounds["memory_bytes"], bounds["written_bytes"]
    wanted = {
        resource.RLIMIT_CPU: (cpu, cpu + 1),
        resource.RLIMIT_FSIZE: (written, written),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_AS: (memory, memory),
    }
    return all([_limit(what, bound) for what, bound in wanted.items()])


def _limit(what: int, bound: tuple[int, int]) -> bool:
    """Some systems know a limit by name but refuse to set it."""
    try:
        resource.setrlimit(what, bound)
    except (ValueError, OSError):
        return False
    return True


def _refuse_forbidden(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise ForbiddenActError(event)


def examine_file(request: dict[str, Any], enforced: bool) -> dict[str, Any]:
    """Open the file in the real parser of its type and return a ReaderReport."""
    parser = import_module(PARSERS[request["media_type"]])
    limits = ExaminationLimits.model_validate(request["limits"])
    refusal, facts, reading = None, None, Reading()
    try:
        facts, reading = parser.read(Path(request["path"]), limits)
    except FileRefusedError as refused:
        refusal = refused.code
    except RecursionError:
        refusal = RefusalCode.BOMB
    report = ReaderReport(
        refusal=refusal, facts=facts, reading=reading, reader=parser.READER, limits_enforced=enforced
    )
    return report.model_dump(mode="json")


def mask_file(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Write a copy without My Numbers and tell which pages became pictures; or the reason why not."""
    try:
        masked: list[int] = import_module("activities.documents.masking").mask(request)
    except FileRefusedError as refused:
        return {"refusal": refused.code.value}
    return {"masked_pages": masked}


def recognise_passports(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Look for passport zones in pictures."""
    return {"passports": import_module("activities.documents.recognition").recognise(request)}


def render_page(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Draw one page into a WebP file."""
    drawn: bool = import_module("activities.documents.rendering").render(request)
    return {"absent": not drawn}


def assemble_set(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Join many documents into one numbered PDF."""
    ranges: list[list[int]] = import_module("activities.documents.assembly").assemble(request)
    return {"ranges": ranges}


def open_mail(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Take a mail apart into files."""
    parts: int = import_module("activities.documents.opening_mail").open_mail(request)
    return {"parts": parts}


def read_text(request: dict[str, Any], _enforced: bool) -> dict[str, Any]:
    """Write the text layer of a PDF into a file."""
    pages: int = import_module("activities.documents.reading_text").read_text(request)
    return {"pages": pages}


PARSERS = {
    PDF: "activities.documents.reading_pdf",
    JPEG: "activities.documents.reading_images",
    PNG: "activities.documents.reading_images",
    XLSX: "activities.documents.reading_workbooks",
}
TASKS: dict[str, Callable[[dict[str, Any], bool], dict[str, Any]]] = {
    "examine": examine_file,
    "mask": mask_file,
    "recognise": recognise_passports,
    "render": render_page,
    "assemble": assemble_set,
    "open_mail": open_mail,
    "read_text": read_text,
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


def serve() -> None:
    """Load the parsers and the decoder of codes, then fork once per order line until the input ends."""
    for parser in set(PARSERS.values()):
        import_module(parser)
    decoder()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_a_fork(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(order, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        content = told.read(_LONGEST_ANSWER_BYTES)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "answer": json.loads(content) if code == 0 else None}


def _be_the_child(order: dict[str, Any], reading: int, writing: int) -> NoReturn:
    """Nothing of the parent's conversation stays open here, and nothing of it runs on after the answer."""
    code = 1
    try:
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nowhere, standard)
        with os.fdopen(writing, "w", encoding="utf-8") as answered:
            answered.write(json.dumps(answer(order)))
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
