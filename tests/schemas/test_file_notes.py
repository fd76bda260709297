"""What is noted about a file at once: masks, coarse and blank pages, blurred photos, heavy files; on both sides."""

from typing import Any

import pytest

from schemas.catalogue import Channel
from schemas.examination import (
    EXAMINATION_VERSION,
    PDF,
    Examination,
    ImageFacts,
    PdfFacts,
    Scan,
    ScanVerdict,
)
from schemas.file_notes import NOTES, NoteCode, malware_verdict, notes_on
from tests.schemas.cases import EXTENSION, PLAN, a_map

ONLINE = a_map(EXTENSION).procedure.channels
PAPER = a_map(PLAN).procedure.channels
SOUND = PdfFacts(
    pages=3,
    text_layer=True,
    blank_pages=(),
    page_sizes_mm=((210, 297),),
    form_fields=False,
    signed=False,
    my_number_like=0,
)


def a_record(facts: PdfFacts | ImageFacts = SOUND, **changed: Any) -> dict[str, Any]:
    found = Examination(
        version=EXAMINATION_VERSION,
        outcome="released",
        media_type=PDF,
        size_bytes=1,
        sha256="0" * 64,
        facts=facts,
    )
    return found.model_copy(update=changed).model_dump(mode="json")


def codes(
    record: dict[str, Any],
    kind: str = "passport_copy",
    size_bytes: int = 1,
    channels: tuple[Channel, ...] = (),
) -> list[str]:
    return [note.code.value for note in notes_on(record, kind, size_bytes, channels)]


def test_a_file_is_clean_only_where_a_scanner_said_so() -> None:
    scanned = a_record(scan=Scan(verdict=ScanVerdict.CLEAN, scanner="ClamAV"))

    assert malware_verdict(scanned) is ScanVerdict.CLEAN
    assert malware_verdict(a_record()) is ScanVerdict.NOT_SCANNED
    assert malware_verdict({}) is None


def test_a_sound_file_has_no_notes() -> None:
    assert codes(a_record(), channels=ONLINE) == []


def test_pages_are_named() -> None:
    record = a_record(
        SOUND.model_copy(update={"coarse_pages": (1, 3), "blank_pages": (2,)}), masked_pages=(3,)
    )

    notes = notes_on(record, "passport_copy", 1)

    assert [note.code.value for note in notes] == ["masked", "coarse", "blank"]
    assert "pages 3" in notes[0].en
    assert "1, 3" in notes[1].ja


@pytest.mark.parametrize(
    ("blur", "kind", "noted"), [(70, "photo", True), (69, "photo", False), (99, "plan", False)]
)
def test_a_blurred_photo_is_noted(blur: int, kind: str, *, noted: bool) -> None:
    picture = ImageFacts(width_px=1, height_px=1, dpi=None, colour=True, turned=False, blur_percent=blur)

    assert codes(a_record(picture), kind) == (["blurred"] if noted else [])


@pytest.mark.parametrize(("size_bytes", "noted"), [(6_249_999, False), (6_250_000, True)])
def test_a_heavy_file_is_noted_where_the_channel_has_a_limit(size_bytes: int, *, noted: bool) -> None:
    assert codes(a_record(), size_bytes=size_bytes, channels=ONLINE) == (["heavy"] if noted else [])
    assert codes(a_record(), size_bytes=size_bytes, channels=PAPER) == []


def test_records_of_the_first_version_and_files_not_examined_have_none() -> None:
    old = {"outcome": "released", "media_type": PDF, "size_bytes": 1, "sha256": "0" * 64, "pages": 1}

    assert codes(old) == []
    assert Examination.model_validate(old).version == 1
    assert codes({}) == []
    assert codes({**a_record(), "outcome": "refused", "masked_pages": [1]}) == []


def test_every_note_is_told_in_both_languages() -> None:
    assert set(NOTES) == set(NoteCode)
    assert all(words.ja and words.en for words in NOTES.values())
