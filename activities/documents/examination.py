"""Examines one uploaded file, cheapest proof first: length, hash, first bytes, scanner, real parser.

The file's outcome is a value; only obstacles raise (scanner or reader out of reach: try again). A PDF with a My Number
is replaced by a masked one where that is certain; nothing of the one that came is kept.
"""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

from activities.documents.limited import (
    Bounds,
    ReaderCrashedError,
    ReaderExhaustedError,
    run_reader,
)
from schemas.examination import (
    EXAMINATION_VERSION,
    JPEG,
    PDF,
    PNG,
    XLSX,
    BoundsKept,
    Examination,
    ExaminationLimits,
    PdfFacts,
    ReaderReport,
    RefusalCode,
    Scan,
    ScanVerdict,
    WorkbookFacts,
)
from schemas.readings import Reading

_FIRST_BYTES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"PK\x03\x04", XLSX))
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")


class Scanner(Protocol):
    """Whatever says clean, infected or honestly not scanned; raises when it should scan and can't."""

    def scan(self, path: Path) -> Scan:
        """Scan one file."""


class _Refused(Exception):
    def __init__(self, code: RefusalCode) -> None:
        self.code = code
        super().__init__(code.value)


class Examined(NamedTuple):
    """The verdict, which names nobody, and what was read in a released file, which may."""

    verdict: Examination
    reading: Reading = Reading()


def examine(
    path: Path,
    declared_media_type: str,
    declared_size_bytes: int,
    declared_sha256: str,
    *,
    limits: ExaminationLimits,
    scanner: Scanner,
) -> Examined:
    """The verdict on a quarantined file: released with facts, or refused with one reason.

    The file at `path` is overwritten where My Numbers were masked: what lies there afterwards may be kept, and
    size and hash of the verdict are its own. Blocks for seconds; call it from a thread without a running event
    loop. Obstacles raise: the scanner's `ScannerUnavailableError`, the reader's `ReaderStalledError`;
    `ReaderFaultError` is a mistake of ours.
    """
    found = Examination(
        version=EXAMINATION_VERSION,
        outcome="released",
        media_type=declared_media_type,
        size_bytes=path.stat().st_size,
        sha256=_sha256(path),
    )
    try:
        _compare(found, declared_size_bytes, declared_sha256, limits)
        _judge_type(path, declared_media_type)
        found = found.model_copy(update={"scan": scanner.scan(path)})
        if found.scan.verdict is ScanVerdict.INFECTED:
            raise _Refused(RefusalCode.INFECTED)
        read = _read(path, found, limits)
        return _masked(path, read, limits) if read.verdict.refusal is RefusalCode.MY_NUMBER else read
    except _Refused as refused:
        return Examined(found.model_copy(update={"outcome": "refused", "refusal": refused.code}))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _compare(found: Examination, size_bytes: int, sha256: str, limits: ExaminationLimits) -> None:
    if found.size_bytes != size_bytes:
        raise _Refused(RefusalCode.WRONG_LENGTH)
    if found.size_bytes == 0:
        raise _Refused(RefusalCode.EMPTY)
    if found.size_bytes > limits.file_size_bytes:
        raise _Refused(RefusalCode.TOO_LARGE)
    if found.sha256 != sha256.lower():
        raise _Refused(RefusalCode.WRONG_HASH)


def _judge_type(path: Path, declared: str) -> None:
    """The type's own mark must stand at the very first byte: a file that is two types at once fails here."""
    with path.open("rb") as stream:
        first = stream.read(16)
    if declared == XLSX and first.startswith(_OLD_OFFICE) and _ENCRYPTED_OFFICE in path.read_bytes():
        raise _Refused(RefusalCode.ENCRYPTED)
    if next((kind for mark, kind in _FIRST_BYTES if first.startswith(mark)), None) != declared:
        raise _Refused(RefusalCode.WRONG_TYPE)


def _read(path: Path, found: Examination, limits: ExaminationLimits) -> Examined:
    report = ReaderReport.model_validate(_run("examine", path, found, limits))
    kept = BoundsKept(
        enforced=report.limits_enforced,
        memory_bytes=limits.reader_memory_bytes,
        cpu_seconds=limits.reader_cpu_seconds,
        wall_seconds=limits.reader_wall_seconds,
    )
    verdict = found.model_copy(
        update={
            "outcome": "refused" if report.refusal else "released",
            "refusal": report.refusal,
            "facts": report.facts,
            "pages": _pages(report),
            "reader": report.reader,
            "bounds": kept,
        }
    )
    return Examined(verdict, report.reading)


def _run(
    task: str, path: Path, found: Examination, limits: ExaminationLimits, *, into: Path | None = None
) -> dict[str, Any]:
    bounds = Bounds(
        limits.reader_memory_bytes,
        limits.reader_cpu_seconds,
        limits.reader_wall_seconds,
        written_bytes=limits.file_size_bytes if into else 0,
    )
    request = {"path": str(path.resolve()), "media_type": found.media_type, "limits": limits.model_dump()}
    try:
        return run_reader(task, request | ({"into": str(into)} if into else {}), bounds)
    except ReaderExhaustedError:
        raise _Refused(RefusalCode.BOMB) from None
    except ReaderCrashedError:
        raise _Refused(RefusalCode.DAMAGED) from None


def _masked(path: Path, read: Examined, limits: ExaminationLimits) -> Examined:
    """The masked file in place of the one that came, examined again from the start; else the refusal stands."""
    if read.verdict.media_type != PDF:
        return read
    with TemporaryDirectory(prefix="masked-", dir=path.parent) as folder:
        into = Path(folder) / "masked"
        try:
            again = _mask_into(into, path, read.verdict, limits)
        except _Refused:
            return read
        into.replace(path)
    return again


def _mask_into(into: Path, path: Path, found: Examination, limits: ExaminationLimits) -> Examined:
    told = _run("mask", path, found, limits, into=into)
    if "refusal" in told:
        raise _Refused(RefusalCode.MY_NUMBER)
    changed = {"size_bytes": into.stat().st_size, "sha256": _sha256(into)}
    again = _read(into, found.model_copy(update=changed), limits)
    if again.verdict.refusal is not None or again.verdict.pages is None:
        raise _Refused(RefusalCode.MY_NUMBER)
    masked = {"masked_pages": tuple(told["masked_pages"])}
    return again._replace(verdict=again.verdict.model_copy(update=masked))


def _pages(report: ReaderReport) -> int | None:
    if isinstance(report.facts, PdfFacts):
        return report.facts.pages
    if isinstance(report.facts, WorkbookFacts):
        return len(report.facts.sheets)
    return 1 if report.facts else None
