"""File names as people send them never break a header, hide a type or name a path."""

import pytest

from infra.file_names import content_disposition, harmless_file_name

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("雇用契約書.pdf", "雇用契約書.pdf"),
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ("CON.pdf", "CON.pdf"),
        ("a\r\nSet-Cookie: b=1.pdf", "aSet-Cookie_ b=1.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ('quote" and \\ slash.PDF', "quote_ and _ slash.pdf"),
        ("か\u3099.pdf", "が.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(sent: str, shown: str) -> None:
    assert harmless_file_name(sent, PDF) == shown


def test_the_ending_follows_the_real_type() -> None:
    assert harmless_file_name("photo.jpeg", "image/jpeg") == "photo.jpg"
    assert harmless_file_name("photo.pdf", "image/jpeg") == "photo.pdf.jpg"
    assert harmless_file_name("thing.svg", "image/svg+xml") == "thing.svg.bin"


@pytest.mark.parametrize(("media_type", "manner"), [(PDF, "inline"), ("text/html", "attachment")])
def test_only_pages_and_pictures_are_shown_inline(media_type: str, manner: str) -> None:
    assert content_disposition("a.pdf", media_type, inline=True).startswith(f"{manner};")
    assert content_disposition("a.pdf", media_type, inline=False).startswith("attachment;")


def test_the_header_stays_in_ascii_with_the_full_name_beside() -> None:
    header = content_disposition("契約.pdf", PDF, inline=False)

    assert header == "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%A5%91%E7%B4%84.pdf"
