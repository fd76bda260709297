"""Sample files, made on the spot: a one-page PDF that says what it stands for, and a photo-shaped picture."""

import io

from PIL import Image, ImageDraw

PDF = "application/pdf"
JPEG = "image/jpeg"
PHOTO_PX = (472, 630)


def sample_pdf(title: str) -> bytes:
    """A valid one-page PDF with a line of Latin text."""
    words = title.encode("ascii", "replace").decode().replace("(", "[").replace(")", "]")
    drawing = f"BT /F1 14 Tf 60 760 Td (SAMPLE: {words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(drawing)).encode() + b" >>\nstream\n" + drawing + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    body = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    body.seek(0, io.SEEK_END)
    places = []
    for ordinal, each in enumerate(objects, 1):
        places.append(body.tell())
        body.write(f"{ordinal} 0 obj\n".encode() + each + b"\nendobj\n")
    start = body.tell()
    body.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    body.writelines(f"{place:010d} 00000 n \n".encode() for place in places)
    body.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return body.getvalue()


def sample_photo(place: int) -> bytes:
    """A picture of 3:4 with a drawn figure; nobody's photo."""
    picture = Image.new("RGB", PHOTO_PX, (235, 238, 242))
    drawing = ImageDraw.Draw(picture)
    drawing.ellipse((136, 130, 336, 400), fill=(200 - place % 50, 170, 150))
    drawing.rectangle((90, 430, 382, 630), fill=(70, 90 + place % 60, 130))
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=85, dpi=(300, 300))
    return stored.getvalue()
