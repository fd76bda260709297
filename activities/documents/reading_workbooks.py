"""Reads Excel workbooks: the archive is measured before and while it is unpacked, then calamine opens it.

Runs only inside the limited process.
"""

import stat
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from activities.documents.refusals import FileRefusedError
from schemas.examination import ExaminationLimits, RefusalCode, SheetFacts, WorkbookFacts
from schemas.my_number import count_my_numbers

READER = f"calamine {version('python-calamine')}"
_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTING = ("vbaproject", "xl/activex/", "xl/embeddings/", "xl/macrosheets/", "customui/")
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".7z", ".rar", ".gz", ".jar")
_ENCRYPTED_FLAG = 0x1
_SMALL_BYTES = 1_000_000
_CHUNK_BYTES = 1 << 20


def read(path: Path, limits: ExaminationLimits) -> WorkbookFacts:
    """Refuse what acts, hides or explodes; then open the workbook and measure its sheets."""
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(archive.infolist(), limits)
            links = _walk(archive, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, KeyError, ValueError):
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    return _sheets(path, links)


def _measure(entries: list[zipfile.ZipInfo], limits: ExaminationLimits) -> None:
    """Judge the central directory alone: nothing is unpacked yet."""
    if len(entries) > limits.archive_entries:
        raise FileRefusedError(RefusalCode.BOMB)
    if len({entry.filename for entry in entries}) != len(entries):
        raise FileRefusedError(RefusalCode.DAMAGED)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.unpacked_bytes or unpacked > max(packed * limits.unpacked_ratio, _SMALL_BYTES):
        raise FileRefusedError(RefusalCode.BOMB)
    for entry in entries:
        _judge(entry)


def _judge(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise FileRefusedError(RefusalCode.ENCRYPTED)
    if any(sign in name for sign in _ACTING):
        raise FileRefusedError(RefusalCode.ACTIVE_CONTENT)
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or stat.S_ISLNK(entry.external_attr >> 16):
        raise FileRefusedError(RefusalCode.HIDDEN_CONTENT)
    if name.endswith(_ARCHIVES):
        raise FileRefusedError(RefusalCode.HIDDEN_CONTENT)


def _walk(archive: zipfile.ZipFile, limits: ExaminationLimits) -> int:
    """Unpack every entry once, counting real bytes, and return how many other workbooks it links to."""
    if _WORKBOOK_TYPE not in archive.read(_CONTENT_TYPES):
        raise FileRefusedError(RefusalCode.WRONG_TYPE)
    left, links = limits.unpacked_bytes, 0
    for entry in archive.infolist():
        left -= _unpack(archive, entry, left)
        links += entry.filename.lower().startswith("xl/externallinks/externallink")
    return links


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    seen, tail = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            seen += len(chunk)
            if seen > left:
                raise FileRefusedError(RefusalCode.BOMB)
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise FileRefusedError(RefusalCode.BOMB)
            if b"<ddeLink" in tail + chunk:
                raise FileRefusedError(RefusalCode.ACTIVE_CONTENT)
            tail = chunk[-16:]
    return seen


def _sheets(path: Path, links: int) -> WorkbookFacts:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = [told for told in book.sheets_metadata if told.typ == SheetTypeEnum.WorkSheet]
            if not names:
                raise FileRefusedError(RefusalCode.NO_PAGES)
            sheets, suspicious = [], 0
            for told in names:
                rows = book.get_sheet_by_name(told.name).to_python()
                suspicious += sum(count_my_numbers(_text(cell)) for row in rows for cell in row)
                visible = told.visible == SheetVisibleEnum.Visible
                sheets.append(
                    SheetFacts(rows=len(rows), columns=len(rows[0]) if rows else 0, visible=visible)
                )
    except CalamineError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    return WorkbookFacts(sheets=tuple(sheets), external_links=links, my_number_like=suspicious)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else ""
