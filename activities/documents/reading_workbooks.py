"""Reads Excel workbooks: the archive is measured before and while it is unpacked, then calamine opens it.

Runs only inside the limited process.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from activities.documents.labels import values_in_sheet
from activities.documents.reading import FileRead
from activities.documents.refusals import FileRefusedError
from schemas.examination import ExaminationLimits, RefusalCode, SheetFacts, WorkbookFacts
from schemas.my_number import count_my_numbers, speaks_of_my_number
from schemas.readings import MOST_VALUES, Reading, ValueSeen

READER = f"calamine {version('python-calamine')}"
_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTING = ("vbaproject", "xl/activex/", "xl/embeddings/", "xl/macrosheets/", "customui/")
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".7z", ".rar", ".gz", ".jar")
_ENCRYPTED_FLAG = 0x1
_SMALL_BYTES = 1_000_000
_CHUNK_BYTES = 1 << 20
_LINKS = "xl/externallinks/externallink"
_MY_NUMBER_LENGTH = 12


def read(path: Path, limits: ExaminationLimits) -> FileRead:
    """Refuse what acts, hides, fetches or explodes; then open the workbook, measure its sheets and read its labels."""
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(archive.infolist(), limits)
            _walk(archive, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, KeyError, ValueError):
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    return _opened(path)


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


def _walk(archive: zipfile.ZipFile, limits: ExaminationLimits) -> None:
    """Unpack every entry once, counting real bytes; a link to another workbook is refused."""
    if _WORKBOOK_TYPE not in archive.read(_CONTENT_TYPES):
        raise FileRefusedError(RefusalCode.WRONG_TYPE)
    left = limits.unpacked_bytes
    for entry in archive.infolist():
        left -= _unpack(archive, entry, left)
    if any(entry.filename.lower().startswith(_LINKS) for entry in archive.infolist()):
        raise FileRefusedError(RefusalCode.EXTERNAL_LINKS)


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


class _Sheet(NamedTuple):
    facts: SheetFacts
    my_number_like: int
    speaks_of_my_number: bool
    values: list[ValueSeen]


def _opened(path: Path) -> FileRead:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            told = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            sheets = [_sheet(number, book, each) for number, each in enumerate(told, 1)]
    except CalamineError:
        raise FileRefusedError(RefusalCode.DAMAGED) from None
    if not sheets:
        raise FileRefusedError(RefusalCode.NO_PAGES)
    suspicious = sum(sheet.my_number_like for sheet in sheets)
    if suspicious and any(sheet.speaks_of_my_number for sheet in sheets):
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    values = [value for sheet in sheets for value in sheet.values]
    facts = WorkbookFacts(
        sheets=tuple(sheet.facts for sheet in sheets), external_links=0, my_number_like=suspicious
    )
    return FileRead(facts, Reading(values=tuple(values[:MOST_VALUES])))


def _sheet(number: int, book: CalamineWorkbook, told: SheetMetadata) -> _Sheet:
    sheet = book.get_sheet_by_name(told.name)
    rows = sheet.to_python()
    texts = [_text(cell) for row in rows for cell in row]
    return _Sheet(
        facts=SheetFacts(
            rows=len(rows),
            columns=len(rows[0]) if rows else 0,
            visible=told.visible == SheetVisibleEnum.Visible,
        ),
        my_number_like=sum(count_my_numbers(text) for text in texts)
        + sum(count_my_numbers(" ".join(row)) for row in _digit_rows(rows)),
        speaks_of_my_number=any(speaks_of_my_number(text) for text in texts if text),
        values=values_in_sheet(number, rows, sheet.start or (0, 0)),
    )


def _digit_rows(rows: list[list[Any]]) -> Iterator[list[str]]:
    """Rows with a digit per cell, as forms ask for it: read as one text."""
    for row in rows:
        digits = [text for text in map(_text, row) if text]
        if sum(len(text) == 1 for text in digits) >= _MY_NUMBER_LENGTH:
            yield digits


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else ""
