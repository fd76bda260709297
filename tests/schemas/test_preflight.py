"""Will a channel take the set: weight, formats, characters, scans and paper; each obstacle with a way to mend it."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.dossier import DocumentFact
from schemas.examination import XLSX
from schemas.preflight import OBSTACLES, PAPER_STEPS, ObstacleCode, Preflight, preflight, weight_obstacles
from tests.schemas.cases import EXTENSION, PLAN, a_dossier, a_map
from tests.schemas.clean_dossiers import a_document

LIMIT = 25_000_000


def asked(
    *documents: DocumentFact,
    procedure: str = EXTENSION,
    channel: str = "online",
    persons: tuple[str, ...] = ("p1",),
    answers: dict[str, Any] | None = None,
) -> Preflight:
    ready = a_map(procedure)
    way = ready.procedure.channel(channel)
    assert way is not None
    return preflight(ready, a_dossier(ready, answers, persons=2, documents=documents), way, persons)


def a_file(kind: str = "passport_copy", person_id: str | None = "p1", **changed: Any) -> DocumentFact:
    return a_document(a_map(), kind, person_id, **changed)


def codes(shown: Preflight) -> list[str]:
    return [each.code.value for each in shown.obstacles]


def test_a_sound_set_is_taken() -> None:
    shown = asked(a_file(), a_file("photo"))

    assert (shown.takes, shown.obstacles, shown.steps) == (True, (), ())
    assert (shown.size_bytes, shown.limit_bytes) == (200_000, LIMIT)


@pytest.mark.parametrize(
    ("size_bytes", "code"),
    [
        (LIMIT * 80 // 100 - 1, None),
        (LIMIT * 80 // 100, "set_near_limit"),
        (LIMIT, "set_near_limit"),
        (LIMIT + 1, "set_too_large"),
    ],
)
def test_the_weight_of_a_set_is_judged_with_the_photo(size_bytes: int, code: str | None) -> None:
    shown = asked(a_file("photo", size_bytes=1_000), a_file(size_bytes=size_bytes - 1_000))

    assert codes(shown) == ([code] if code else [])
    assert shown.takes is (code != "set_too_large")


def test_common_files_count_for_every_person_and_only_persons_of_the_filing_are_asked() -> None:
    common, own = a_file("document_list", None, size_bytes=20_000_000), a_file(size_bytes=6_000_000)

    assert [each.person_id for each in asked(common, own, persons=("p1",)).obstacles] == ["p1"]
    assert codes(asked(common, own, persons=("p2",))) == ["set_near_limit"]
    assert asked(common, own, persons=("p2",)).size_bytes == 20_000_000


def test_the_heaviest_papers_are_named_first() -> None:
    files = [
        a_file("photo", size_bytes=1),
        a_file(size_bytes=LIMIT),
        a_file("document_list", None, size_bytes=9),
    ]

    shown = asked(*files)

    assert shown.obstacles[0].places == ("passport_copy", "document_list", "photo")


@pytest.mark.parametrize(
    ("media_type", "taken"), [(XLSX, False), ("image/png", True), ("application/pdf", True)]
)
def test_a_format_the_channel_does_not_take_stops_it(media_type: str, *, taken: bool) -> None:
    shown = asked(a_file(media_type=media_type))

    assert shown.takes is taken
    assert codes(shown) == ([] if taken else ["format_not_taken"])


def test_a_file_that_was_not_examined_stops_every_channel() -> None:
    waiting = a_file(state="uploaded")

    assert codes(asked(waiting)) == ["not_released"]
    assert not asked(waiting, procedure=PLAN, channel="post").takes


def test_refused_files_and_omissions_do_not_count() -> None:
    refused = a_file(state="refused", media_type=XLSX, size_bytes=LIMIT * 2)

    assert asked(refused).obstacles == ()


def test_characters_and_widths_are_asked_online_only() -> None:
    answers = {"organisation_name": "髙橋工業1", "name_latin": "NGUYEN VAN AN"}

    shown = asked(answers=answers)

    assert [(each.code.value, each.stops, each.places) for each in shown.obstacles] == [
        ("foreign_characters", True, ("organisation_name",)),
        ("width_unknown", False, ("organisation_name",)),
    ]
    assert asked(procedure=PLAN, channel="counter", answers={"implementer_name": "髙橋1"}).obstacles == ()


@pytest.mark.parametrize(
    ("full_width", "answer", "told"),
    [
        (None, "見本 1", ["width_unknown"]),
        (None, "SAMPLE 1", []),
        (None, "見本１", []),
        (True, "見本 1", ["half_width"]),
        (True, "SAMPLE 1", ["half_width"]),
        (True, "見本１", []),
        (False, "見本 1", []),
    ],
)
def test_a_field_is_said_to_want_full_width_only_where_its_row_says_so(
    *, full_width: bool | None, answer: str, told: list[str]
) -> None:
    ready = a_map()
    rows = [
        row.model_copy(update={"full_width": full_width}) if row.id == "organisation_name" else row
        for row in ready.procedure.fields
    ]
    ready = replace(ready, procedure=ready.procedure.model_copy(update={"fields": tuple(rows)}))
    online = ready.procedure.channel("online")
    assert online is not None

    shown = preflight(ready, a_dossier(ready, {"organisation_name": answer}), online, ("p1",))

    assert codes(shown) == told


def test_nothing_of_an_answer_is_repeated() -> None:
    shown = asked(answers={"organisation_name": "髙橋工業1"})

    assert "橋工業" not in shown.model_dump_json()
    assert shown.obstacles[0].matter.en.startswith("1 characters")


def test_other_persons_answers_are_not_asked() -> None:
    assert codes(asked(answers={"name_kanji": "髙"}, persons=())) == []
    assert codes(asked(answers={"name_kanji": "髙"}, persons=("p2",))) == ["foreign_characters"]


def test_only_what_goes_along_with_a_later_filing_is_weighed() -> None:
    ready, fresh = a_map(), a_file(size_bytes=1_000)
    way = ready.procedure.channel("online")
    facts = a_dossier(ready, persons=2, documents=(fresh, a_file("photo", size_bytes=LIMIT)))
    assert way is not None

    shown = preflight(ready, facts, way, ("p1",), enclosed={fresh.document_id})

    assert (shown.takes, shown.size_bytes, codes(shown)) == (True, 1_000, [])


def test_a_coarse_scan_is_noted_online() -> None:
    coarse = a_file(coarse_pages=(2, 3), scan_dpi=120)

    shown = asked(coarse)

    assert (codes(shown), shown.takes) == (["coarse_scan"], True)
    assert "2, 3" in shown.obstacles[0].matter.ja


@pytest.mark.parametrize(
    ("size_mm", "other"),
    [((210, 297), False), ((297, 210), False), ((214, 293), False), ((215, 297), True), ((297, 420), True)],
)
def test_paper_other_than_a4_is_noted_on_paper_channels(size_mm: tuple[int, int], *, other: bool) -> None:
    ready = a_map(PLAN)
    page = a_document(ready, "passport_copy", "p1", page_sizes_mm=(size_mm,))

    assert codes(asked(page, procedure=PLAN, channel="post")) == (["other_paper"] if other else [])


def test_paper_is_single_sided_in_order_with_the_list_on_top() -> None:
    ready = a_map(PLAN)
    sheet = a_document(ready, "passport_copy", "p1", media_type=XLSX, pages=4)
    paper = a_document(ready, "plan", "p1", pages=7)

    shown = asked(sheet, paper, procedure=PLAN, channel="counter")

    assert (shown.steps, shown.pages, shown.takes) == (PAPER_STEPS, 7, True)
    assert codes(shown) == ["separate_sheets"]


def test_what_stops_comes_first() -> None:
    shown = asked(a_file(coarse_pages=(1,), scan_dpi=90), a_file("photo", media_type=XLSX))

    assert [each.stops for each in shown.obstacles] == [True, False]


def test_every_obstacle_is_told_in_both_languages_with_a_way_to_mend_it() -> None:
    assert set(OBSTACLES) == set(ObstacleCode)
    assert all(
        text
        for each in OBSTACLES.values()
        for both in (each.matter, each.mend)
        for text in (both.ja, both.en)
    )


@pytest.mark.parametrize(("size_bytes", "told"), [(LIMIT * 80 // 100 - 1, []), (LIMIT, ["p1"])])
def test_weights_are_told_while_the_files_are_sent(size_bytes: int, told: list[str]) -> None:
    ready = a_map()
    dossier = a_dossier(ready, persons=2, documents=(a_file(size_bytes=size_bytes, coarse_pages=(1,)),))

    assert [each.person_id for each in weight_obstacles(ready, dossier)] == told


def test_a_rule_of_one_channel_is_asked_when_that_channel_is_looked_at() -> None:
    answers = {"in_japan_on_lodging": False}

    online = asked(procedure="isa.extension.ssw2", answers=answers)
    counter = asked(procedure="isa.extension.ssw2", answers=answers, channel="counter")

    assert [(each.code, each.places, each.stops) for each in online.obstacles] == [
        (ObstacleCode.RULE_OF_CHANNEL, ("in_japan_on_lodging",), True)
    ]
    assert counter.obstacles == ()
