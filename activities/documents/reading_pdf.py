"""Reads PDFs: pikepdf judges the structure strictly, pdfium reads pages as a viewer would.

Runs only inside the limited process.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
from pikepdf import Name

from activities.documents.form_fields import FieldsRead, fields_read
from activities.documents.pages import PDFIUM, PageFacts, look_at_pages
from activities.documents.reading import FileRead
from activities.documents.refusals import FileRefusedError
from schemas.examination import FINE_DPI, ExaminationLimits, PdfFacts, RefusalCode
from schemas.my_number import count_my_numbers
from schemas.readings import Reading, merged

READER = f"pikepdf {pikepdf.__version__}, qpdf {pikepdf.__libqpdf_version__}, {PDFIUM}"
_ACTING_KEYS = ("/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/Collection")
_ACTING_VERBS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/Rendition",
        "/RichMediaExecute",
        "/Sound",
    }
)
_ACTING_TYPES = frozenset({"/EmbeddedFile", "/RichMedia", "/FileAttachment", "/Movie", "/Screen", "/3D"})
_END = b"%%EOF"
_MILLIMETRES_PER_POINT = 25.4 / 72


class _Judged(NamedTuple):
    form_fields: bool
    signed: bool
    sizes_mm: set[tuple[int, int]]
    number_in_field: bool
    fields: FieldsRead


def read(path: Path, limits: ExaminationLimits) -> FileRead:
    """Refuse what is protected, broken, acting, hidden or too much; then look at every page."""
    if not _ends_where_it_says(path):
        raise FileRefusedError(RefusalCode.HIDDEN_CONTENT)
    judged = _judge(path, limits)
    pages = look_at_pages(path)
    in_field = judged.number_in_field and any(page.speaks_of_my_number for page in pages)
    if in_field or any(page.shows_my_number for page in pages):
        raise FileRefusedError(RefusalCode.MY_NUMBER)
    return FileRead(
        _facts(pages, judged),
        merged([*(page.reading for page in pages), Reading(values=judged.fields.values)]),
    )


def _facts(pages: list[PageFacts], judged: _Judged) -> PdfFacts:
    scans = {number: page.scan for number, page in enumerate(pages, 1) if page.scan}
    return PdfFacts(
        pages=len(pages),
        text_layer=any(page.has_text for page in pages),
        blank_pages=tuple(number for number, page in enumerate(pages, 1) if page.blank),
        page_sizes_mm=tuple(sorted(judged.sizes_mm)),
        form_fields=judged.form_fields,
        signed=judged.signed,
        my_number_like=sum(page.my_number_like for page in pages),
        scanned_pages=tuple(scans),
        coarse_pages=tuple(number for number, scan in scans.items() if scan.dpi < FINE_DPI),
        scan_dpi=min((scan.dpi for scan in scans.values()), default=None),
        unread_fields=judged.fields.unread,
    )


def _ends_where_it_says(path: Path) -> bool:
    """Only white space may follow the end mark: a second file of another type would hide there."""
    content = path.read_bytes()
    end = content.rfind(_END)
    return end < 0 or not content[end + len(_END) :].strip(b"\r\n\t \x00")


def _judge(path: Path, limits: ExaminationLimits) -> _Judged:
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise FileRefusedError(RefusalCode.ENCRYPTED)
            _count_pages(pdf, limits)
            _inspect_objects(pdf, limits)
            if pdf.get_warnings():
                raise FileRefusedError(RefusalCode.DAMAGED)
            form = pdf.Root.get(Name.AcroForm, pikepdf.Dictionary())
            return _Judged(
                form_fields=bool(len(form.get(Name.Fields, []))),
                signed=bool(int(form.get(Name.SigFlags, 0)) & 1),
                sizes_mm={_size_mm(page) for page in pdf.pages},
                number_in_field=any(_holds_my_number(each) for each in pdf.objects),
                fields=fields_read(pdf),
            )
    except pikepdf.PasswordError:
        raise FileRefusedError(RefusalCode.ENCRYPTED) from None
    except pikepdf.PdfError as error:
        raise FileRefusedError(_reason(error)) from None
    except (TypeError, ValueError, OverflowError):
        # Wrong kinds of values where the format asks for numbers, names or lists.
        raise FileRefusedError(RefusalCode.DAMAGED) from None


def _reason(error: pikepdf.PdfError) -> RefusalCode:
    """qpdf reports running out of memory as if the file were damaged."""
    return RefusalCode.BOMB if "bad_alloc" in str(error) else RefusalCode.DAMAGED


def _count_pages(pdf: pikepdf.Pdf, limits: ExaminationLimits) -> None:
    if not len(pdf.pages):
        raise FileRefusedError(RefusalCode.NO_PAGES)
    if len(pdf.pages) > limits.pages:
        raise FileRefusedError(RefusalCode.TOO_MANY_PAGES)


def _size_mm(page: pikepdf.Page) -> tuple[int, int]:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    width, height = (round(abs(edge) * _MILLIMETRES_PER_POINT) for edge in (right - left, top - bottom))
    return (height, width) if int(page.obj.get(Name.Rotate, 0)) % 180 else (width, height)


def _inspect_objects(pdf: pikepdf.Pdf, limits: ExaminationLimits) -> None:
    left = limits.unpacked_bytes
    _judge_opening(pdf.Root)
    for found in pdf.objects:
        for each in _nested(found):
            if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
                _judge_dictionary(each)
        if isinstance(found, pikepdf.Stream):
            left -= _unpacked_size(found, limits)
            if left < 0:
                raise FileRefusedError(RefusalCode.BOMB)


def _nested(found: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The object and what is written directly inside it; references are met on their own."""
    waiting = [found]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, pikepdf.Array):
            inner = list(each)
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            inner = [value for _, value in each.items()]
        else:
            continue
        waiting.extend(item for item in inner if isinstance(item, pikepdf.Object) and not item.is_indirect)


def _holds_my_number(found: pikepdf.Object) -> bool:
    """Whether a form field or a note holds what looks like a My Number: pages show it, their text does not."""
    if not isinstance(found, pikepdf.Dictionary):
        return False
    told = (found.get(key) for key in ("/V", "/Contents"))
    return any(isinstance(each, pikepdf.String) and count_my_numbers(str(each)) > 0 for each in told)


def _judge_opening(root: pikepdf.Object) -> None:
    """Opening at a page is harmless and common; opening by any other act is not."""
    opening = root.get(Name.OpenAction)
    if isinstance(opening, pikepdf.Dictionary) and _name(opening, "/S") != "/GoTo":
        raise FileRefusedError(RefusalCode.ACTIVE_CONTENT)


def _judge_dictionary(each: pikepdf.Object) -> None:
    acts = (
        any(key in each for key in _ACTING_KEYS)
        or _name(each, "/S") in _ACTING_VERBS
        or _name(each, "/Type") in _ACTING_TYPES
        or _name(each, "/Subtype") in _ACTING_TYPES
    )
    if acts:
        raise FileRefusedError(RefusalCode.ACTIVE_CONTENT)


def _name(each: pikepdf.Object, key: str) -> str:
    value = each.get(key)
    return bytes(value).decode("latin-1") if isinstance(value, pikepdf.Name) else ""


def _unpacked_size(stream: pikepdf.Object, limits: ExaminationLimits) -> int:
    """Bytes of a stream once unpacked. Pictures are judged in pixels; viewers decode no more."""
    if _name(stream, "/Subtype") == "/Image":
        if int(stream.get(Name.Width, 0)) * int(stream.get(Name.Height, 0)) > limits.pixels:
            raise FileRefusedError(RefusalCode.TOO_MANY_PIXELS)
        return 0
    return len(stream.read_bytes())
