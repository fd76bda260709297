"""Files good, broken, protected, acting or exploding, made on the spot: no third-party file is kept."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import xlsxwriter
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw, ImageFilter

_UNSAID = {"description": "", "mime_type": "", "creation_date": "", "mod_date": ""}
A4 = (595, 842)
VALID_SAMPLE_MY_NUMBER = "1234 5678 9018"
INVALID_SAMPLE_MY_NUMBER = "1234 5678 9012"
EICAR = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-", rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")


def _text_page(pdf: pikepdf.Pdf, text: str, size: tuple[int, int]) -> None:
    page = pdf.add_blank_page(page_size=size)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    page.obj.Contents = Stream(pdf, f"BT /F1 24 Tf 72 {size[1] - 120} Td ({text}) Tj ET".encode())


def _saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, deterministic_id=not how, **how)  # type: ignore[arg-type]
    return target.getvalue()


def pdf_with_text(text: str = "Sample", *, pages: int = 1, size: tuple[int, int] = A4) -> bytes:
    """A clean PDF with one line of Latin text on every page."""
    with pikepdf.new() as pdf:
        for number in range(1, pages + 1):
            _text_page(pdf, f"{text} {number}" if pages > 1 else text, size)
        return _saved(pdf)


def pdf_with_blank_second_page() -> bytes:
    """Text, nothing, text."""
    with pikepdf.new() as pdf:
        _text_page(pdf, "first", A4)
        pdf.add_blank_page(page_size=A4)
        _text_page(pdf, "third", A4)
        return _saved(pdf)


def pdf_turned(text: str = "turned") -> bytes:
    """A portrait sheet that viewers show turned by 90 degrees."""
    with pikepdf.new() as pdf:
        _text_page(pdf, text, A4)
        pdf.pages[0].rotate(90, relative=False)
        return _saved(pdf)


def pdf_protected(*, owner: str = "owner", user: str = "") -> bytes:
    """An encrypted PDF; without a user password anybody can read it, but it is restricted."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(owner=owner, user=user))


def pdf_with_root(**entries: pikepdf.Object) -> bytes:
    """A clean page under a catalogue with extra entries."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        for name, value in entries.items():
            pdf.Root[f"/{name}"] = value
        return _saved(pdf)


def pdf_opening_at_its_page() -> bytes:
    """What ordinary software writes: open at page one, fit to width."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.FitH, 800])
        return _saved(pdf)


def pdf_with_script() -> bytes:
    """A script that runs when the file is opened."""
    return pdf_with_root(OpenAction=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def pdf_with_script_on_a_page() -> bytes:
    """A script hidden two levels deep, in a page's own actions."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
        return _saved(pdf)


def pdf_launching_a_program() -> bytes:
    """A link that starts a program."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])
        return _saved(pdf)


def pdf_with_attachment() -> bytes:
    """Another file embedded in the PDF."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        pdf.attachments["inner.txt"] = pikepdf.AttachedFileSpec(
            pdf, b"inner", filename="inner.txt", **_UNSAID
        )
        return _saved(pdf)


def pdf_with_dynamic_form() -> bytes:
    """An XFA form."""
    return pdf_with_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>")))


def pdf_with_form_field() -> bytes:
    """A plain text field: allowed and noted."""
    with pikepdf.open(io.BytesIO(pdf_with_text())) as pdf:
        field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("a"), V=String("b")))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        return _saved(pdf)


def pdf_filled(*fields: Mapping[str, Any]) -> bytes:
    """A form on its second page, a field with these entries in each of its boxes."""
    with pikepdf.open(io.BytesIO(pdf_with_text(pages=2))) as pdf:
        drawn = [
            pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **each))
            for each in ({"Subtype": Name.Widget, "FT": Name.Tx, **told} for told in fields)
        ]
        pdf.Root.AcroForm = Dictionary(Fields=Array(drawn))
        pdf.pages[1].obj.Annots = Array(drawn)
        return _saved(pdf)


def pdf_named_in_shift_jis() -> bytes:
    """What older Japanese software writes: names that are not UTF-8."""
    named = pdf_with_text("Sample").replace(b"/BaseFont /Helvetica", b"/BaseFont /#83#7d#8a")
    return named.replace(b"/Subtype /Type1", b"/Subtype /a#83b")


def zipped(block: bytes, times: int) -> bytes:
    """A zlib stream that unpacks to this block so many times; the block is packed once."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed, total = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH), 1
    for _ in range(times):
        total = zlib.adler32(block, total)
    return b"\x78\x01" + packed * times + packer.flush() + total.to_bytes(4, "big")


def pdf_exploding(unpacked_bytes: int) -> bytes:
    """A small file whose page content unpacks to this many bytes."""
    block = b" " * 1_000_000
    packed = zipped(block, unpacked_bytes // len(block))
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        page.obj.Contents = Stream(pdf, packed, Filter=Name.FlateDecode)
        return _saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def pdf_with_picture(width: int, height: int) -> bytes:
    """A page that draws one grey picture announcing this size."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        picture = Stream(pdf, b"\x80" * 64, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
        picture.ColorSpace, picture.BitsPerComponent = Name.DeviceGray, 8
        page.obj.Resources = Dictionary(XObject=Dictionary(I1=pdf.make_indirect(picture)))
        page.obj.Contents = Stream(pdf, b"q 100 0 0 100 72 600 cm /I1 Do Q")
        return _saved(pdf)


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (640, 480), dpi: int = 300, progressive: bool = False
) -> bytes:
    """A picture with something drawn on it."""
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).ellipse((20, 20, size[0] // 2, size[1] // 2), fill="navy")
    target = io.BytesIO()
    drawn.save(target, kind, dpi=(dpi, dpi), progressive=progressive, subsampling=0)
    return target.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A one-bit PNG: many pixels in few bytes."""
    one_bit_grey = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + -(-width // 8))
    chunks = ((b"IHDR", one_bit_grey), (b"IDAT", zipped(row, height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))
        for name, told in chunks
    )


def png_animated() -> bytes:
    """A PNG with a second picture behind the first."""
    first, second = Image.new("RGB", (40, 40), "white"), Image.new("RGB", (40, 40), "black")
    target = io.BytesIO()
    first.save(target, "PNG", save_all=True, append_images=[second])
    return target.getvalue()


def workbook(text: str = "Sample") -> bytes:
    """A workbook with two sheets, the second one hidden."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("One")
        sheet.write_string(0, 0, text)
        sheet.write_number(2, 3, 7)
        book.add_worksheet("Two").hide()
    return target.getvalue()


def workbook_with(name: str, content: bytes) -> bytes:
    """A clean workbook with one more entry in its archive."""
    target = io.BytesIO(workbook())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def workbook_without(name: str) -> bytes:
    """A workbook that lacks one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole, zipfile.ZipFile(target, "w") as archive:
        for entry in whole.infolist():
            if entry.filename != name:
                archive.writestr(entry, whole.read(entry))
    return target.getvalue()


def workbook_with_lying_sizes(unpacked_bytes: int) -> bytes:
    """A workbook one of whose parts unpacks to far more than its directory announces."""
    content = workbook_with("xl/media/a.bin", b"\0" * unpacked_bytes)
    real, told = unpacked_bytes.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    return content.replace(real, told)


def written(directory: Path, content: bytes) -> Path:
    """The content as a file without a telling name."""
    path = directory / "upload"
    path.write_bytes(content)
    return path


def pdf_scanned(
    content: Image.Image | None = None,
    *,
    dpi: int = 200,
    size: tuple[int, int] = A4,
    share: float = 1.0,
    text: str = "",
    times: int = 1,
) -> bytes:
    """A page that is one picture at this resolution (drawn so many times), over this share of its height, under a text."""
    shown = content or _scan(dpi, size, share)
    packed = io.BytesIO()
    shown.convert("RGB").save(packed, "JPEG", quality=80)
    with pikepdf.new() as pdf:
        _text_page(pdf, text, size)
        page = pdf.pages[0]
        lying = Stream(pdf, packed.getvalue(), Type=Name.XObject, Subtype=Name.Image, Filter=Name.DCTDecode)
        lying.Width, lying.Height = shown.size
        lying.ColorSpace, lying.BitsPerComponent = Name.DeviceRGB, 8
        page.obj.Resources.XObject = Dictionary(I1=pdf.make_indirect(lying))
        drawing = f"q {size[0]} 0 0 {size[1] * share} 0 0 cm {'/I1 Do ' * times}Q"
        page.contents_add(drawing.encode(), prepend=True)
        return _saved(pdf)


def _scan(dpi: int, size: tuple[int, int], share: float) -> Image.Image:
    drawn = Image.new("L", (round(size[0] * dpi / 72), round(size[1] * share * dpi / 72)), "white")
    ImageDraw.Draw(drawn).text((60, 60), "scanned", fill="black")
    return drawn


def pdf_lines(*pages: tuple[str, ...], size: tuple[int, int] = A4) -> bytes:
    """Pages of several lines of Latin text each."""
    with pikepdf.new() as pdf:
        for lines in pages:
            _text_page(pdf, "", size)
            moves = " ".join(f"({line}) Tj 0 -30 Td" for line in lines)
            text = f"BT /F1 12 Tf 40 {size[1] - 60} Td {moves} ET"
            pdf.pages[-1].obj.Contents = Stream(pdf, text.encode())
        return _saved(pdf)


def picture_taken(on: str | None, *, blur: float = 0.0) -> bytes:
    """A photo-shaped picture, blurred so much, whose camera wrote this day."""
    drawn = Image.new("RGB", (354, 472), "white")
    ImageDraw.Draw(drawn).ellipse((90, 90, 260, 330), fill="tan", outline="black")
    exif = Image.Exif()
    if on is not None:
        exif.get_ifd(0x8769)[0x9003] = f"{on} 10:00:00"
    target = io.BytesIO()
    drawn.filter(ImageFilter.GaussianBlur(blur)).save(target, "JPEG", quality=95, exif=exif)
    return target.getvalue()


def workbook_of(rows: list[list[str | float | datetime]], *, start: tuple[int, int] = (0, 0)) -> bytes:
    """A workbook with these cells on one sheet, from a place counted from (0, 0)."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("Form")
        for down, row in enumerate(rows, start[0]):
            for across, value in enumerate(row, start[1]):
                sheet.write(down, across, value)
    return target.getvalue()
