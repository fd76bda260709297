"""What the examination of an uploaded file found: verdict, facts, and the bounds it was read under."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field, model_validator

from schemas.readings import Reading
from schemas.words import Word

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (PDF, JPEG, PNG, XLSX)
EXAMINATION_VERSION = 3
"""Grows when an examination tells more; records of earlier versions stay readable."""


class RefusalCode(StrEnum):
    """Why a file is not taken. Closed: every code has its telling in `REFUSED_FILES`."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_LENGTH = "wrong_length"
    WRONG_HASH = "wrong_hash"
    WRONG_TYPE = "wrong_type"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    ACTIVE_CONTENT = "active_content"
    HIDDEN_CONTENT = "hidden_content"
    EXTERNAL_LINKS = "external_links"
    BOMB = "bomb"
    INFECTED = "infected"
    MY_NUMBER = "my_number"


class FileTelling(NamedTuple):
    """What is wrong with the file, and what its sender can do about it."""

    title_ja: str
    title_en: str
    hint_ja: str
    hint_en: str


REFUSED_FILES: dict[RefusalCode, FileTelling] = {
    RefusalCode.EMPTY: FileTelling(
        "ファイルが空です。",
        "The file is empty.",
        "元のファイルを開いて内容を確かめ、もう一度アップロードしてください。",
        "Open the original, check that it has content, and upload it again.",
    ),
    RefusalCode.TOO_LARGE: FileTelling(
        "ファイルが大きすぎます。",
        "The file is too large.",
        "解像度を下げるか、ファイルを分けてください。",
        "Lower the resolution or split the file.",
    ),
    RefusalCode.WRONG_LENGTH: FileTelling(
        "届いたファイルの長さが申告と違います。",
        "The length of the file differs from what was declared.",
        "通信の途中で欠けたおそれがあります。もう一度アップロードしてください。",
        "Part of it was probably lost on the way. Upload it again.",
    ),
    RefusalCode.WRONG_HASH: FileTelling(
        "届いたファイルの内容が申告と違います。",
        "The content of the file differs from what was declared.",
        "アップロード中に変更されたおそれがあります。もう一度アップロードしてください。",
        "It was probably changed while it was being uploaded. Upload it again.",
    ),
    RefusalCode.WRONG_TYPE: FileTelling(
        "ファイルの種類が申告と違うか、受け付けていない種類です。",
        "The file is not of the declared type, or of a type that is not accepted.",
        "PDF、JPEG、PNG 又は Excel ブック（.xlsx）として保存し直してください。拡張子の変更では直りません。",
        "Save it as PDF, JPEG, PNG or an Excel workbook (.xlsx). Renaming the file does not help.",
    ),
    RefusalCode.ENCRYPTED: FileTelling(
        "パスワード又は利用制限が設定されています。",
        "The file is protected by a password or by restrictions.",
        "保護を解除して保存し直すか、印刷して読み取ってください。",
        "Remove the protection and save it again, or print and scan it.",
    ),
    RefusalCode.DAMAGED: FileTelling(
        "ファイルが壊れていて正しく開けません。",
        "The file is damaged and does not open cleanly.",
        "元のソフトウェアから保存し直してください。表示できても、一部が欠けていることがあります。",
        "Save it again from the original software. Parts may be missing even if a viewer shows it.",
    ),
    RefusalCode.NO_PAGES: FileTelling(
        "ページ又はシートがありません。",
        "There is no page or sheet in the file.",
        "元のファイルを確かめて保存し直してください。",
        "Check the original and save it again.",
    ),
    RefusalCode.TOO_MANY_PAGES: FileTelling(
        "ページ数が上限を超えています。",
        "There are more pages than allowed.",
        "書類ごとにファイルを分けてください。",
        "Split it into one file per document.",
    ),
    RefusalCode.TOO_MANY_PIXELS: FileTelling(
        "画像が大きすぎます。",
        "A picture is too large.",
        "300dpi 程度で読み取り直すか、画像を縮小してください。",
        "Scan it again at about 300 dpi or reduce the picture.",
    ),
    RefusalCode.ACTIVE_CONTENT: FileTelling(
        "スクリプト、マクロ、添付ファイルなど動作する内容が含まれています。",
        "The file contains something that acts: a script, a macro, an attachment or a dynamic form.",
        "「PDFとして印刷」で保存し直すか、マクロのないブックとして保存してください。",
        "Print it to a new PDF, or save it as a workbook without macros.",
    ),
    RefusalCode.HIDDEN_CONTENT: FileTelling(
        "ファイルの中に、表示されない別のデータが入っています。",
        "The file carries other data that no reader would show.",
        "「PDFとして印刷」などで新しいファイルに保存し直してください。",
        "Save it as a new file, for example by printing it to PDF.",
    ),
    RefusalCode.EXTERNAL_LINKS: FileTelling(
        "ほかのブックへのリンクが含まれています。",
        "The workbook takes values from other workbooks.",
        "Excel の「データ」→「リンクの編集」でリンクを解除し、値だけにして保存し直してください。",
        "In Excel choose Data, Edit Links, Break Link, so that only values remain, and save it again.",
    ),
    RefusalCode.BOMB: FileTelling(
        "ファイルを開くための処理量が大きすぎます。",
        "Opening the file takes more memory or computing than any ordinary document.",
        "印刷して読み取るか、別のソフトウェアで保存し直してください。",
        "Print and scan it, or save it again with other software.",
    ),
    RefusalCode.INFECTED: FileTelling(
        "安全のため受け付けられません。",
        "The file was refused for safety.",
        "お使いの端末をウイルス対策ソフトで確認し、別の端末で作り直したファイルを送ってください。",
        "Check your computer for malware and send a file made afresh on another one.",
    ),
    RefusalCode.MY_NUMBER: FileTelling(
        "個人番号（マイナンバー）が読み取れる状態です。",
        "A My Number (個人番号) can be read in the file.",
        "当方で確実に塗りつぶすことができませんでした。記載のないものを取り直すか、番号を塗りつぶして送ってください。このファイルは保存しません。",
        "It could not be blacked out with certainty here. Send a paper without it, or black it out. This file is not kept.",
    ),
}


class ExaminationLimits(Word):
    """The bounds a file is read under. Raise them together: a larger picture needs more memory."""

    file_size_bytes: int = 50_000_000
    pages: int = 300
    pixels: int = 40_000_000
    unpacked_bytes: int = 200_000_000
    unpacked_ratio: int = 100
    archive_entries: int = 2_000
    reader_memory_bytes: int = 640 * 1024 * 1024
    reader_cpu_seconds: int = 60
    reader_wall_seconds: int = 180


FINE_DPI = 200
"""From here on scanned pages count as legible (the online system advises it)."""
BLURRED_PERCENT = 70
"""From here on a picture is told to be blurred."""


class PdfFacts(Word):
    """A PDF that opened cleanly. Pages count from 1; sizes are distinct (width, height) in millimetres.

    A scanned page is mostly picture; `scan_dpi` is the effective resolution of the coarsest, `coarse_pages`
    those below `FINE_DPI`; the three are empty in records of version 1. `unread_fields`: fields of a form that are
    filled in and were not read, because no label of ours names them or they are unclear; 0 before version 3.
    """

    kind: Literal["pdf"] = "pdf"
    pages: int
    text_layer: bool
    blank_pages: tuple[int, ...]
    page_sizes_mm: tuple[tuple[int, int], ...]
    form_fields: bool
    signed: bool
    my_number_like: int
    scanned_pages: tuple[int, ...] = ()
    coarse_pages: tuple[int, ...] = ()
    scan_dpi: int | None = None
    unread_fields: int = 0


class ImageFacts(Word):
    """A picture that was decoded whole. `dpi` is None where the file does not say.

    `blur_percent`: 0 sharp to 100 blurred, None for a plain surface. `taken_on`: what the camera wrote.
    """

    kind: Literal["image"] = "image"
    width_px: int
    height_px: int
    dpi: int | None
    colour: bool
    turned: bool
    blur_percent: int | None = None
    taken_on: date | None = None


class SheetFacts(Word):
    """The extent of one worksheet; its name is left out because it may name a person."""

    rows: int
    columns: int
    visible: bool


class WorkbookFacts(Word):
    """A workbook that opened without macros. `external_links` is 0 since version 2: links are refused."""

    kind: Literal["workbook"] = "workbook"
    sheets: tuple[SheetFacts, ...]
    external_links: int
    my_number_like: int


Facts = Annotated[PdfFacts | ImageFacts | WorkbookFacts, Field(discriminator="kind")]


class ScanVerdict(StrEnum):
    """What the malware scanner said. Not scanned is said as such and is never clean."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


class Scan(Word):
    """One verdict, by which scanner and which signatures (as the scanner names them)."""

    verdict: ScanVerdict
    scanner: str | None = None
    signature: str | None = None


class BoundsKept(Word):
    """The limits the reading process ran under; `enforced` is False where the system has none."""

    enforced: bool
    memory_bytes: int
    cpu_seconds: int
    wall_seconds: int


class ReaderReport(Word):
    """What the limited process answers: facts, or the reason why there are none."""

    model_config = ConfigDict(hide_input_in_errors=True)

    refusal: RefusalCode | None = None
    facts: Facts | None = None
    reading: Reading = Reading()
    reader: str
    limits_enforced: bool


class Examination(Word):
    """The verdict on one file. Holds no content of the file in the open, only counts and measures.

    Where `masked_pages` are told, size and hash are those of the masked file: the one that came is not kept.
    `sealed_reading` is a `Reading`, sealed with the application's key, in base64; never sent anywhere.
    """

    version: int = 1
    outcome: Literal["released", "refused"]
    refusal: RefusalCode | None = None
    media_type: str
    size_bytes: int
    sha256: str
    pages: int | None = None
    facts: Facts | None = None
    scan: Scan = Scan(verdict=ScanVerdict.NOT_SCANNED)
    reader: str | None = None
    bounds: BoundsKept | None = None
    masked_pages: tuple[int, ...] = ()
    sealed_reading: str | None = None

    @model_validator(mode="after")
    def _refused_with_a_reason(self) -> "Examination":
        if (self.outcome == "refused") != (self.refusal is not None):
            raise ValueError("a refused file has a reason, a released one has none")
        return self
