"""Mutated files are refused or read: none of the thousand ways of being broken may look like our mistake."""

import random
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from activities.documents import reading_images, reading_pdf, reading_workbooks
from activities.documents.refusals import FileRefusedError
from schemas.examination import ExaminationLimits
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
