"""Mutated files are refused or read: none of the thousand ways of being broken may look like our mistake."""

import json
import random
import warnings
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest

from activities.documents import reading_images, reading_pdf, reading_workbooks
from activities.documents.opening_mail import LETTER, open_mail
from activities.documents.reading_text import read_text
from activities.documents.refusals import FileRefusedError
from activities.documents.rendering import render
from schemas.examination import PDF, ExaminationLimits
from tests import corpus

SEEDS: dict[str, tuple[ModuleType, Callable[[], bytes]]] = {
    "text": (reading_pdf, corpus.pdf_with_text),
    "form": (reading_pdf, corpus.pdf_with_form_field),
    "script": (reading_pdf, corpus.pdf_with_script_on_a_page),
    "attachment": (reading_pdf, corpus.pdf_with_attachment),
    "drawn": (reading_pdf, lambda: corpus.pdf_with_picture(8, 8)),
    "jpeg": (reading_images, corpus.picture),
    "png": (reading_images, lambda: corpus.picture("PNG")),
    "animated": (reading_images, corpus.png_animated),
    "workbook": (reading_workbooks, corpus.workbook),
}


def mutilated(content: bytes, chance: random.Random) -> bytes:
    broken = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place, act = chance.randrange(len(broken)), chance.random()
        if act < 0.6:
            broken[place] = chance.randrange(256)
        elif act < 0.8:
            del broken[place : place + chance.randrange(1, 60)]
        else:
            broken[place:place] = broken[chance.randrange(len(broken)) :][:40]
    return bytes(broken)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutilated_file_is_read_or_refused(tmp_path: Path, seed: str) -> None:
    reading, make = SEEDS[seed]
    whole, chance, refused = make(), random.Random(seed), 0  # noqa: S311  chance that can be repeated

    for _ in range(60):
        path = corpus.written(tmp_path, mutilated(whole, chance))
        try:
            with warnings.catch_warnings(action="ignore"):
                reading.read(path, ExaminationLimits())
        except FileRefusedError:
            refused += 1

    assert refused > 0


def a_mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "portal@authority.example", "desk@desk.example", "受付完了"
    mail.set_content("申請受付番号：東オン24-001")
    mail.add_alternative("<p>申請受付番号：東オン24-001</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="通知書.pdf")
    return bytes(mail)


def test_a_mutilated_mail_is_opened_as_far_as_it_goes(tmp_path: Path) -> None:
    whole, chance = a_mail(), random.Random("mail")  # noqa: S311  chance that can be repeated
    texts = set()

    for _ in range(200):
        path = corpus.written(tmp_path, mutilated(whole, chance))
        open_mail({"path": str(path), "into": str(tmp_path), "parts": 5})
        texts.add(json.loads((tmp_path / LETTER).read_text(encoding="utf-8"))["text"])

    assert any("東オン24-001" in text for text in texts)
    assert len(texts) > 1


DRAWN_SMALL = {"media_type": PDF, "page": 1, "dpi": 36, "most_pixels": 90_000}
WORKS: dict[str, tuple[Callable[[dict[str, object]], int], dict[str, object]]] = {
    "its text": (read_text, {}),
    "its picture": (render, DRAWN_SMALL),
}


@pytest.mark.parametrize("wanted", WORKS)
@pytest.mark.parametrize("seed", ["text", "form", "drawn"])
def test_a_mutilated_file_gives_what_is_wanted_or_is_refused(tmp_path: Path, seed: str, wanted: str) -> None:
    whole, chance = SEEDS[seed][1](), random.Random(seed)  # noqa: S311  chance that can be repeated
    work, more = WORKS[wanted]
    given = refused = 0

    for _ in range(60):
        path = str(corpus.written(tmp_path, mutilated(whole, chance)))
        try:
            given += work({"path": path, "into": str(tmp_path / "into"), **more}) > 0
        except (FileRefusedError, pypdfium2.PdfiumError):
            refused += 1

    assert given > 0
    assert given + refused == 60
