"""What binding one large package costs: 100 persons with 10 documents each, from a real object store to one sealed file."""

import asyncio
import hashlib
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pikepdf
from pikepdf import Dictionary, Name

from activities.documents.package import READS_AT_ONCE, Package, build_package
from infra.dev.demo.files import JPEG, PDF, sample_pdf, sample_photo
from infra.dev.footprints import descendants
from infra.dev.services import Stack
from infra.objects import ObjectStore, vault_key
from schemas.identifiers import application_number
from schemas.package import DocumentInPackage, PackageOrder, PersonInPackage
from tests.bench.figures import Figure, Sheet, at_most, equal
from tests.bench.machine import PROC

PERSONS, EACH, PICTURES = 100, 10, 2
PAPER_BYTES = 300_000
GROWTH_AT_MOST_BYTES = 100_000_000
READER_AT_MOST_BYTES = 1_536 * 1024 * 1024
LOOKS_PER_SECOND = 20
NUMBER = application_number(2026, 100_010)
SEALED_AT = datetime(2026, 11, 22, tzinfo=UTC)


async def package_figures(sheet: Sheet, *, quick: bool) -> None:
    """One package, bound twice."""
    persons = PERSONS // 10 if quick else PERSONS
    with tempfile.TemporaryDirectory(prefix="toritsugi-bench-") as folder:
        async with Stack(Path(folder), ("objects",)) as stack:
            store = ObjectStore.connect(stack.place.settings())
            await asyncio.to_thread(store.ensure_buckets, [stack.place.public_url])
            await asyncio.to_thread(_measured, sheet, store, Path(folder), persons)


def _measured(sheet: Sheet, store: ObjectStore, folder: Path, persons: int) -> None:
    order = an_order(store, folder, persons)
    built = [_bound(store, order, folder / f"package-{turn}.zip") for turn in range(2)]
    (first, told), (second, again) = built
    section = f"package, {persons} persons x {EACH} documents, {READS_AT_ONCE} read at once"
    sheet.add(
        Figure(
            section,
            "seconds, first and again",
            told.seconds,
            again.seconds,
            note=f"{first.manifest.pages} pages",
        ),
        Figure(section, "bytes of the package", first.size_bytes),
        Figure(
            section,
            "memory the worker grows by, bytes",
            told.growth_bytes,
            again.growth_bytes,
            limit="100 MB",
            verdict=at_most(told.growth_bytes, GROWTH_AT_MOST_BYTES),
            note="originals are streamed to disk",
        ),
        Figure(
            section,
            "memory of the limited process, bytes",
            told.reader_bytes,
            again.reader_bytes,
            limit="1.5 GiB",
            verdict=at_most(told.reader_bytes, READER_AT_MOST_BYTES),
            note="its hard bound",
        ),
        Figure(section, "the same bytes", first.sha256[:8], second.sha256[:8],
               verdict=equal(first.sha256, second.sha256)),
    )  # fmt: skip


def an_order(store: ObjectStore, folder: Path, persons: int) -> PackageOrder:
    """An order of so many persons whose documents lie in the vault."""
    return PackageOrder(
        number=NUMBER,
        filing_id=f"{NUMBER}.filing.1",
        procedure="isa.extension.ssw1",
        procedure_title_ja="在留期間更新許可申請",
        procedure_title_en="Extension of period of stay",
        map_version=date(2026, 4, 1),
        rules_version="0" * 64,
        office_ja="東京出入国在留管理局",
        channel_ja="窓口",
        client_name="見本法人",
        desk_name="見本事務所",
        sealed_at=SEALED_AT,
        persons=tuple(
            PersonInPackage(line=line, person_id=f"{NUMBER}.p{line}", name=f"SAMPLE PERSON {line}")
            for line in range(1, persons + 1)
        ),
        documents=tuple(_documents(store, folder / "original", persons)),
    )


def _documents(store: ObjectStore, path: Path, persons: int) -> Iterator[DocumentInPackage]:
    for place in range(EACH):
        for line in range(1, persons + 1):
            is_picture = place < PICTURES
            content = sample_photo(line * EACH + place) if is_picture else _paper(f"{place} of {line}")
            yield _kept(store, path, content, JPEG if is_picture else PDF, line=line, place=place)


def _kept(
    store: ObjectStore, path: Path, content: bytes, media_type: str, *, line: int, place: int
) -> DocumentInPackage:
    path.write_bytes(content)
    document, sha256 = f"document-{place}-{line}", hashlib.sha256(content).hexdigest()
    key = vault_key(NUMBER, document)
    return DocumentInPackage(
        document_id=document,
        kind=f"paper_{place}",
        title_ja=f"見本書類{place + 1}",
        title_en=f"Sample paper {place + 1}",
        person_line=line,
        media_type=media_type,
        size_bytes=len(content),
        sha256=sha256,
        vault_key=key,
        version_id=store.release(path, key, media_type, sha256),
    )


def _paper(title: str) -> bytes:
    """A page with a scan's weight on it, so that the weight goes into the joined set as well."""
    with pikepdf.open(io.BytesIO(sample_pdf(title))) as document:
        scan = document.make_stream(os.urandom(PAPER_BYTES))
        scan.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": [0, 0, 1, 1]})
        document.pages[0].obj.Resources.XObject = Dictionary(Scan=scan)
        stored = io.BytesIO()
        document.save(stored)
    return stored.getvalue()


@dataclass
class Watch:
    """Wall seconds, by how much this process grew, and the largest process below it meanwhile."""

    seconds: float = 0.0
    growth_bytes: int = 0
    reader_bytes: int = 0
    _began: float = 0.0
    _at_first: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._began, self._at_first = time.monotonic(), resident_bytes(os.getpid())
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._began
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        others = set(descendants(os.getpid()))
        while not self._over.wait(1 / LOOKS_PER_SECOND):
            self.growth_bytes = max(self.growth_bytes, resident_bytes(os.getpid()) - self._at_first)
            below = set(descendants(os.getpid())) - others
            self.reader_bytes = max([self.reader_bytes, *(resident_bytes(pid) for pid in below)])


def resident_bytes(pid: int) -> int:
    """Resident memory of one process; 0 when it is gone."""
    try:
        pages = (PROC / str(pid) / "statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _bound(store: ObjectStore, order: PackageOrder, into: Path) -> tuple[Package, Watch]:
    def fetch(document: DocumentInPackage, path: Path) -> None:
        store.read_to(path, document.vault_key, document.version_id, at_most_bytes=document.size_bytes)

    with Watch() as told:
        package = build_package(order, fetch, into)
    return package, told
