"""Foreign mail is taken apart under hard bounds: bad charsets, nested bombs, heavy and broken mail."""

import json
import time
from base64 import encodebytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from activities.documents.limited import Bounds, ReaderExhaustedError, ReaderFaultError, run_reader

BOUNDS = Bounds(640 * 1024 * 1024, 60, 120, written_bytes=60_000_000)
PDF_LIKE = b"%PDF-1.7\nnot looked at here"


def opened(folder: Path, raw: bytes, *, parts: int = 30, bounds: Bounds = BOUNDS) -> dict[str, Any]:
    path, into = folder / "raw", folder / "opened"
    path.write_bytes(raw)
    into.mkdir()
    run_reader("open_mail", {"path": str(path), "into": str(into), "parts": parts}, bounds)
    letter: dict[str, Any] = json.loads((into / "mail.json").read_text(encoding="utf-8"))
    return letter


def a_mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "portal@authority.example", "desk@desk.example", "受付完了"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content("申請受付番号：東オン24-001")
    return mail


def test_envelope_text_and_attachment_are_read(tmp_path: Path) -> None:
    mail = a_mail()
    mail.add_attachment(PDF_LIKE, maintype="application", subtype="octet-stream", filename="通知書.pdf")

    letter = opened(tmp_path, bytes(mail))

    assert letter["envelope"]["subject"] == "受付完了"
    assert "東オン24-001" in letter["text"]
    assert letter["parts"] == [
        {
            "name": "通知書.pdf",
            "declared": "application/octet-stream",
            "media_type": "application/pdf",
            "size_bytes": len(PDF_LIKE),
        }
    ]
    assert (tmp_path / "opened" / "part.1").read_bytes() == PDF_LIKE


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"])
def test_every_usual_way_to_write_japanese_is_read(tmp_path: Path, charset: str) -> None:
    body = "資料提出通知".encode(charset)
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + body

    assert opened(tmp_path, raw)["text"] == "資料提出通知"


@pytest.mark.parametrize("declared", ["no-such-charset", "us-ascii", "utf-8", "=?=", "unknown-8bit"])
def test_a_wrong_charset_does_not_hide_the_words(tmp_path: Path, declared: str) -> None:
    body = "審査完了".encode("cp932")
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=" + declared.encode() + b"\r\n\r\n" + body

    assert opened(tmp_path, raw)["text"] == "審査完了"


def test_html_becomes_text_and_nothing_of_it_acts(tmp_path: Path) -> None:
    page = "<style>x{}</style><p>審査<br>完了</p><script>steal()</script><a href='http://x.example'>ここ</a>"
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()

    assert opened(tmp_path, raw)["text"] == "審査\n完了ここ"


def test_a_mail_forwarded_as_an_attachment_is_read_too(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["Subject"] = "転送"
    outer.set_content("届きました")
    outer.add_attachment(a_mail())

    assert "東オン24-001" in opened(tmp_path, bytes(outer))["text"]


def test_names_lead_nowhere(tmp_path: Path) -> None:
    mail = a_mail()
    mail.add_attachment(b"x", maintype="application", subtype="zip", filename="../../etc/passwd\x07")

    part = opened(tmp_path, bytes(mail))["parts"][0]

    assert part["name"] == ".._.._etc_passwd"
    assert part["media_type"] is None


@pytest.mark.parametrize(("parts", "kept", "left_out"), [(3, 3, 2), (5, 5, 0)])
def test_no_more_parts_are_kept_than_allowed(tmp_path: Path, parts: int, kept: int, left_out: int) -> None:
    mail = a_mail()
    for _ in range(5):
        mail.add_attachment(PDF_LIKE, maintype="application", subtype="pdf")

    letter = opened(tmp_path, bytes(mail), parts=parts)

    assert (len(letter["parts"]), letter["left_out"]) == (kept, left_out)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe rubbish",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"Subject: =?no-such?q?x?=\r\n\r\nx",
        b"Subject: =?u\xaff-8?q?x?=\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%",
        b"From: \xff\xff <a@b>\r\nSubject: " + b"a" * 100_000 + b"\r\n\r\n\x00",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%fe\r\n\r\nx",
    ],
)
def test_broken_mail_is_opened_as_far_as_it_goes(tmp_path: Path, raw: bytes) -> None:
    letter = opened(tmp_path, raw)

    assert len(letter["envelope"]["subject"]) <= 1_000
    assert "\x00" not in letter["text"]


def test_a_nest_of_mails_ends_in_the_bounds_and_not_in_the_desk(tmp_path: Path) -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(5_000)
    )

    with pytest.raises((ReaderFaultError, ReaderExhaustedError)):
        opened(tmp_path, raw + b"x")


def test_a_mail_of_twenty_megabytes_is_opened(tmp_path: Path) -> None:
    heavy = PDF_LIKE + b"0" * 15_000_000
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encodebytes(heavy) + b"\r\n--x--\r\n"
    )
    began = time.monotonic()

    letter = opened(tmp_path, raw)

    assert len(raw) > 20_000_000
    assert letter["parts"][0]["size_bytes"] == len(heavy)
    assert time.monotonic() - began < 30


def test_a_mail_heavier_than_the_bounds_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ReaderExhaustedError):
        opened(tmp_path, b"\r\n" + b"a" * 30_000_000, bounds=Bounds(90 * 1024 * 1024, 60, 120))
