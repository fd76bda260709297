"""Days, instants, sizes and spans as people of each language write them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from api.pages.telling import NOTHING, actor, day, due, either, exact, moment, size, span, unbroken
from api.pages.visit import drawing
from api.queries import THE_DESK, Named
from schemas.calendar import end_of_day
from schemas.catalogue import Bilingual
from schemas.examination import ScanVerdict

NOON_UTC = datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)


def test_a_day_is_told_in_each_language() -> None:
    assert day("ja", date(2026, 11, 22)) == "2026年11月22日"
    assert day("en", "2026-11-02") == "2 Nov 2026"
    assert day("ja", None) == NOTHING


def test_an_instant_is_told_in_japan_time() -> None:
    assert moment("ja", NOON_UTC) == "2026年11月23日 00:04"
    assert moment("en", NOON_UTC.isoformat()) == "23 Nov 2026 00:04"
    assert exact("en", NOON_UTC) == "23 Nov 2026 00:04:05"
    assert day("ja", NOON_UTC) == "2026年11月23日"
    assert moment("ja", None) == exact("ja", None) == NOTHING


def test_a_deadline_at_midnight_is_told_by_the_day_it_ends() -> None:
    ends_at = end_of_day(date(2026, 11, 30))

    assert due("ja", ends_at) == "2026年11月30日 24:00"
    assert due("en", ends_at - timedelta(minutes=1)) == "30 Nov 2026 23:59"
    assert due("en", ends_at + timedelta(minutes=1)) == "1 Dec 2026 00:01"
    assert due("ja", None) == NOTHING


@pytest.mark.parametrize(
    ("size_bytes", "told"),
    [
        (None, NOTHING),
        (1, "1 kB"),
        (340_000, "340 kB"),
        (999_999, "1000 kB"),
        (1_000_000, "1 MB"),
        (1_250_000, "1.2 MB"),
    ],
)
def test_sizes_are_rounded_for_people(size_bytes: int | None, told: str) -> None:
    assert size("ja", size_bytes) == told


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (0, "0分", "0 min"),
        (59, "0分", "0 min"),
        (60, "1分", "1 min"),
        (3_600, "1時間", "1 h"),
        (93_784, "1日 2時間", "1 d 2 h"),
    ],
)
def test_a_span_is_told_by_its_two_greatest_units(seconds: int, ja: str, en: str) -> None:
    assert span("ja", seconds) == ja
    assert span("en", seconds) == en


@pytest.mark.parametrize(
    ("who", "ja", "en"),
    [
        (THE_DESK, "取次事務所", "the desk"),
        (Named(id="system:road", name="自動処理 / automatic"), "自動処理", "automatic"),
        (Named(id="reviewer-1", name="見本 / Sample"), "見本 / Sample", "見本 / Sample"),
        (None, "", ""),
    ],
)
def test_the_desk_itself_is_named_in_the_language_of_the_reader(who: Named | None, ja: str, en: str) -> None:
    assert actor("ja", who) == ja
    assert actor("en", who) == en


def test_either_text_of_a_pair_is_found() -> None:
    assert either("ja", Bilingual(ja="名", en="name")) == "名"
    assert either("en", {"ja": "名", "en": "name"}) == "name"
    assert either("en", None) == ""


def test_lines_break_between_day_and_time_only() -> None:
    told = unbroken(moment)

    assert told("en", NOON_UTC) == '<span class="when">23 Nov 2026</span> <span class="when">00:04</span>'
    assert told("ja", None) == f'<span class="when">{NOTHING}</span>'


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (ScanVerdict.CLEAN, '<span class="chip ok">Virus-scanned</span>'),
        (ScanVerdict.NOT_SCANNED, '<span class="chip">Not virus-scanned</span>'),
        (None, ""),
    ],
)
def test_a_file_that_nobody_scanned_is_told_as_such(verdict: ScanVerdict | None, told: str) -> None:
    template = drawing("en").from_string(
        '{% import "macros.html" as m with context %}{{ m.scanned(verdict) }}'
    )

    assert template.render(verdict=verdict).strip() == told
