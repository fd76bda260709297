"""What the sender of a file is told about it at once, while it is easily mended: never a reason to refuse it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from schemas.catalogue import Bilingual, Channel
from schemas.examination import BLURRED_PERCENT, FINE_DPI, ScanVerdict
from schemas.words import Word

HEAVY_PERCENT = 25
"""A single file from this share of a channel's limit on a whole set is told to be heavy."""
_PHOTO = "photo"


class NoteCode(StrEnum):
    """What can be noted. Closed: every code has its words in `NOTES`."""

    MASKED = "masked"
    COARSE = "coarse"
    BLANK = "blank"
    BLURRED = "blurred"
    HEAVY = "heavy"


NOTES: Mapping[NoteCode, Bilingual] = {
    NoteCode.MASKED: Bilingual(
        ja="個人番号(マイナンバー)を当方で塗りつぶしました({pages}ページ)。塗りつぶす前のファイルは保存していません。",
        en="A My Number was blacked out here (pages {pages}). The file as it came is not kept.",
    ),
    NoteCode.COARSE: Bilingual(
        ja="読取りの解像度が低いページがあります({pages}ページ)。{dpi}dpi以上で読み取り直すと確実です。",
        en="Some pages are scanned coarsely (pages {pages}). Scan them again at {dpi} dpi or more to be safe.",
    ),
    NoteCode.BLANK: Bilingual(
        ja="白紙のページがあります({pages}ページ)。読取り漏れがないか確かめてください。",
        en="There are blank pages ({pages}). Check that nothing was lost in scanning.",
    ),
    NoteCode.BLURRED: Bilingual(
        ja="写真がぼけているようです。鮮明な写真に差し替えてください。",
        en="The photo seems to be blurred. Replace it by a sharp one.",
    ),
    NoteCode.HEAVY: Bilingual(
        ja="このファイルだけで、一人分としてオンラインで送れる合計の{percent}%になります。小さくすると確実です。",
        en="This file alone is {percent} % of what may be sent online for one person. Make it smaller to be safe.",
    ),
}


class FileNote(Word):
    """One note in both languages. Tells pages and measures, never content."""

    code: NoteCode
    ja: str
    en: str


def malware_verdict(examined: Mapping[str, Any]) -> ScanVerdict | None:
    """What the malware scanner said of one file, from its record; None before it was examined."""
    told = examined.get("scan")
    return ScanVerdict(told["verdict"]) if told else None


def notes_on(
    examined: Mapping[str, Any], kind: str, size_bytes: int, channels: tuple[Channel, ...] = ()
) -> tuple[FileNote, ...]:
    """The notes on one examined file from its record (of any version); none before it was examined."""
    if examined.get("outcome") != "released":
        return ()
    return tuple(_notes(examined, kind, size_bytes, channels))


def _notes(
    examined: Mapping[str, Any], kind: str, size_bytes: int, channels: tuple[Channel, ...]
) -> Iterator[FileNote]:
    facts = examined.get("facts") or {}
    if examined.get("masked_pages"):
        yield _note(NoteCode.MASKED, pages=_pages(examined["masked_pages"]))
    if facts.get("coarse_pages"):
        yield _note(NoteCode.COARSE, pages=_pages(facts["coarse_pages"]), dpi=str(FINE_DPI))
    if facts.get("blank_pages"):
        yield _note(NoteCode.BLANK, pages=_pages(facts["blank_pages"]))
    if kind == _PHOTO and (facts.get("blur_percent") or 0) >= BLURRED_PERCENT:
        yield _note(NoteCode.BLURRED)
    limits = [channel.set_size_bytes for channel in channels if channel.set_size_bytes]
    percent = size_bytes * 100 // min(limits) if limits else 0
    if percent >= HEAVY_PERCENT:
        yield _note(NoteCode.HEAVY, percent=str(percent))


def _note(code: NoteCode, **values: str) -> FileNote:
    told = NOTES[code]
    return FileNote(code=code, ja=told.ja.format(**values), en=told.en.format(**values))


def _pages(pages: list[int]) -> str:
    return ", ".join(str(page) for page in pages)
