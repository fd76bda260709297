"""Opening an arrival: the mail is taken apart and every attachment examined in the limited process, never in ours."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from activities.documents.examination import Examined, Scanner, examine
from activities.documents.limited import Bounds, ReaderCrashedError, ReaderExhaustedError, run_reader
from schemas.arrivals import Envelope, Source
from schemas.examination import JPEG, PDF, PNG, ExaminationLimits, PdfFacts, RefusalCode

TEXT_BYTES_AT_MOST = 2_000_000
UNKNOWN = "application/octet-stream"
MARKS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
RELEASED, REFUSED = "released", "refused"


class OpenedPart(NamedTuple):
    """One attachment after its examination; `content` only when it was released."""

    place: int
    file_name: str
    media_type: str
    size_bytes: int
    refusal: str | None
    pages: int | None
    content: bytes | None


class Opened(NamedTuple):
    """Everything in one arrival."""

    envelope: Envelope
    sources: tuple[Source, ...]
    parts: tuple[OpenedPart, ...]


class Opener:
    """Opens what came, under the bounds documents are read under. Blocks; call it from a thread."""

    def __init__(
        self, scanner: Scanner, limits: ExaminationLimits, *, parts_at_most: int, raw_bytes: int
    ) -> None:
        self._scanner = scanner
        self._limits = limits
        self._parts_at_most = parts_at_most
        self._raw_bytes = raw_bytes

    def open_mail(self, raw: bytes) -> Opened:
        """A mail with its attachments. Raises ReaderExhaustedError, ReaderCrashedError, obstacles and faults."""
        with tempfile.TemporaryDirectory(prefix="arrival-") as folder:
            path = Path(folder) / "raw"
            path.write_bytes(raw)
            self._run(
                "open_mail", path, Path(folder), written_bytes=self._raw_bytes, parts=self._parts_at_most
            )
            letter = json.loads((Path(folder) / "mail.json").read_text(encoding="utf-8"))
            envelope = Envelope.model_validate(letter["envelope"])
            told = (Source(place="subject", text=envelope.subject), Source(place="text", text=letter["text"]))
            return self._with_parts(envelope, told, _listed(letter["parts"], Path(folder)))

    def open_file(self, raw: bytes) -> Opened:
        """A notice that a person scanned or saved: one part without a mail around it."""
        with tempfile.TemporaryDirectory(prefix="arrival-") as folder:
            path = Path(folder) / "part.1"
            path.write_bytes(raw)
            kind = next((kind for mark, kind in MARKS if raw.startswith(mark)), None)
            only = {"name": "", "declared": UNKNOWN, "media_type": kind, "size_bytes": len(raw)}
            return self._with_parts(Envelope(), (), _listed([only], Path(folder)))

    def _with_parts(
        self, envelope: Envelope, told: tuple[Source, ...], parts: Iterator[tuple[int, Path, dict[str, Any]]]
    ) -> Opened:
        sources, opened = list(told), []
        for place, path, part in parts:
            kept, words = self._part(place, path, part)
            opened.append(kept)
            sources += [Source(place=f"part.{place}", text=text) for text in words if text.strip()]
        return Opened(envelope, tuple(sources), tuple(opened))

    def _part(self, place: int, path: Path, part: dict[str, Any]) -> tuple[OpenedPart, list[str]]:
        name, media_type = str(part["name"]), part["media_type"]
        if media_type is None:
            refused = OpenedPart(
                place, name, part["declared"], part["size_bytes"], RefusalCode.WRONG_TYPE, None, None
            )
            return refused, [name]
        size_bytes, digest = path.stat().st_size, _sha256(path)
        examined = examine(path, media_type, size_bytes, digest, limits=self._limits, scanner=self._scanner)
        verdict = examined.verdict
        kept = OpenedPart(
            place,
            name,
            media_type,
            verdict.size_bytes,
            verdict.refusal,
            verdict.pages,
            path.read_bytes() if verdict.outcome == RELEASED else None,
        )
        return kept, [name, *self._words(path, examined)]

    def _words(self, path: Path, examined: Examined) -> list[str]:
        """The text layer, and the ids of our own cover sheets wherever they were seen."""
        verdict = examined.verdict
        if verdict.outcome != RELEASED:
            return []
        covers = [cover.filing_id for cover in examined.reading.covers]
        if not isinstance(verdict.facts, PdfFacts) or not verdict.facts.text_layer:
            return covers
        return [*covers, self._text_layer(path)]

    def _text_layer(self, path: Path) -> str:
        """What can be copied out of a PDF; one whose pages ask too much is read by a person."""
        into = path.with_suffix(".text")
        try:
            self._run("read_text", path, into, written_bytes=TEXT_BYTES_AT_MOST)
        except (ReaderExhaustedError, ReaderCrashedError):
            return ""
        return into.read_text(encoding="utf-8")

    def _run(self, task: str, path: Path, into: Path, *, written_bytes: int, **further: int) -> None:
        limits = self._limits
        bounds = Bounds(
            limits.reader_memory_bytes, limits.reader_cpu_seconds, limits.reader_wall_seconds, written_bytes
        )
        run_reader(task, {"path": str(path), "into": str(into), **further}, bounds)


def _listed(parts: list[dict[str, Any]], folder: Path) -> Iterator[tuple[int, Path, dict[str, Any]]]:
    return ((place, folder / f"part.{place}", part) for place, part in enumerate(parts, 1))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
