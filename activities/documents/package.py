"""Binds a filing's package: one ZIP of cover, joined set, originals and manifest, always the same bytes."""

import hashlib
import zipfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from activities.documents.limited import (
    Bounds,
    ReaderCrashedError,
    ReaderExhaustedError,
    ReaderFaultError,
    run_reader,
)
from schemas.examination import XLSX
from schemas.filing import FilingKind
from schemas.package import (
    BULK_TEMPLATE_UNKNOWN,
    BoundDocument,
    BoundFile,
    DocumentInPackage,
    PackageManifest,
    PackageOrder,
    file_in_package,
    person_sets,
)

JAPAN = ZoneInfo("Asia/Tokyo")
MOST_BYTES = 2_000_000_000
COVER, SET, MANIFEST = "00-cover.pdf", "01-set.pdf", "manifest.json"
_BOUNDS = Bounds(
    memory_bytes=1536 * 1024 * 1024, cpu_seconds=900, wall_seconds=1800, written_bytes=2 * MOST_BYTES
)
_KINDS_JA = {
    FilingKind.FIRST: "申請",
    FilingKind.SUPPLEMENT: "追加資料の提出",
    FilingKind.WITHDRAWAL: "取下げ",
}
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_CHUNK_BYTES = 1024 * 1024
READS_AT_ONCE = 8
"""How many originals are fetched side by side; each is streamed to disk, so memory does not grow with their sizes."""

Fetch = Callable[[DocumentInPackage, Path], None]
"""Writes the bytes of one released version into a file; called from several threads at once."""


class NotBoundError(Exception):
    """The package can't be bound, and no repetition mends that. `code` is a refusal's."""

    code = "package_not_bound"


class ContentDiffersError(NotBoundError):
    """A document's bytes are not those that were examined and reviewed, or are gone; nothing is bound."""

    code = "package_content_differs"


class PackageTooLargeError(NotBoundError):
    """The originals together exceed what one package may hold."""

    code = "package_too_large"


class Package(NamedTuple):
    """A bound package: the ZIP file, its size and SHA-256, and its manifest."""

    path: Path
    size_bytes: int
    sha256: str
    manifest: PackageManifest


def build_package(order: PackageOrder, fetch: Fetch, into: Path) -> Package:
    """Bind the package into the file `into`; blocks for seconds, call it from a thread.

    What `fetch` wrote is compared with the order's SHA-256 before anything is bound. The same order and bytes
    give the same file. Raises NotBoundError or one of its kinds, and ReaderStalledError.
    """
    if sum(document.size_bytes for document in order.documents) > MOST_BYTES:
        raise PackageTooLargeError(order.filing_id)
    with TemporaryDirectory(prefix="package-") as name:
        directory = Path(name)
        (directory / "files").mkdir()
        files = _lay_down_all(directory, order, fetch)
        told = _assembled(_request(order, files, directory))
        manifest = _manifest(order, files, told["ranges"], directory)
        (directory / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
        _bind(into, directory, [*(row.file for row in manifest.made), *files, MANIFEST])
    return Package(into, into.stat().st_size, _sha256(into), manifest)


def _assembled(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return run_reader("assemble", request, _BOUNDS)
    except (ReaderCrashedError, ReaderExhaustedError, ReaderFaultError) as broken:
        raise NotBoundError(str(broken)) from broken


def _lay_down_all(directory: Path, order: PackageOrder, fetch: Fetch) -> list[str]:
    last = len(order.documents)
    files = [file_in_package(number, each, of=last) for number, each in enumerate(order.documents, 1)]
    with ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="package") as hands:
        deque(hands.map(partial(_lay_down, directory, fetch), files, order.documents), maxlen=0)
    return files


def _lay_down(directory: Path, fetch: Fetch, file: str, document: DocumentInPackage) -> None:
    path = directory / file
    fetch(document, path)
    if _sha256(path) != document.sha256:
        raise ContentDiffersError(document.document_id)


def _request(order: PackageOrder, files: list[str], directory: Path) -> dict[str, Any]:
    documents = [
        {
            "file": file,
            "media_type": document.media_type,
            "title": document.title_ja,
            "bookmark": f"{number:02d} {document.title_ja}{_person(document.person_line, '（対象者 {}）')}",
        }
        for number, (file, document) in enumerate(zip(files, order.documents, strict=True), 1)
    ]
    return {
        "directory": str(directory),
        "sealed_at": order.sealed_at.isoformat(),
        "documents": documents,
        "cover": _cover(order),
    }


def _cover(order: PackageOrder) -> dict[str, Any]:
    told = order.model_dump(mode="json", exclude={"documents", "omitted", "set_limit_bytes"})
    told["kind_ja"] = _KINDS_JA[order.kind]
    told["sealed_on_ja"] = order.sealed_at.astimezone(JAPAN).strftime("%Y年%m月%d日")
    told["documents"] = [
        {
            "number": number,
            "title_ja": document.title_ja,
            "person": _person(document.person_line, "{}"),
            "sheet": document.media_type == XLSX,
        }
        for number, document in enumerate(order.documents, 1)
    ]
    told["omitted"] = [
        {"title_ja": row.title_ja, "person": _person(row.person_line, "{}"), "reason_ja": row.reason_ja}
        for row in order.omitted
    ]
    return told


def _person(line: int | None, form: str) -> str:
    return form.format(line) if line else ""


def _manifest(
    order: PackageOrder, files: list[str], ranges: list[list[int]], directory: Path
) -> PackageManifest:
    bound = tuple(
        BoundDocument(
            number=number,
            file=file,
            first_page=first,
            pages=pages,
            **document.model_dump(include=_COPIED),
        )
        for number, (document, file, (first, pages)) in enumerate(
            zip(order.documents, files, ranges, strict=True), 1
        )
    )
    return PackageManifest(
        sets=person_sets(order, bound),
        remarks=(BULK_TEMPLATE_UNKNOWN,) if order.set_limit_bytes else (),
        persons=tuple(person.person_id for person in order.persons),
        pages=sum(row.pages for row in bound),
        made=tuple(_bound_file(directory, file) for file in (COVER, SET) if files or file == COVER),
        documents=bound,
        builder=", ".join(f"{name} {version(name)}" for name in ("pikepdf", "typst")),
        **order.model_dump(include=set(PackageManifest.model_fields) - {"persons", "documents"}),
    )


_COPIED = {"document_id", "kind", "title_ja", "person_line", "media_type", "size_bytes", "sha256"}


def _bound_file(directory: Path, file: str) -> BoundFile:
    path = directory / file
    return BoundFile(file=file, size_bytes=path.stat().st_size, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _bind(into: Path, directory: Path, files: list[str]) -> None:
    """Stored, in order, with one fixed time: nothing of this run gets into the bytes."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file, _ALWAYS)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.file_size = (directory / file).stat().st_size
            with (directory / file).open("rb") as source, archive.open(entry, "w") as target:
                while chunk := source.read(_CHUNK_BYTES):
                    target.write(chunk)
