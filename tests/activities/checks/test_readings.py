"""What attached files tell: forms that differ from the answers, coarse scans, blank pages, masks, and photos."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.dossier import DocumentFact, SeenOn
from schemas.readings import ValueSeen
from tests.schemas.cases import EXTENSION, LAST_DAY, PLAN, a_dossier, a_map, a_map_followed, check
from tests.schemas.clean_dossiers import LODGED_ON, a_document


def found(
    rule_id: str, document: DocumentFact, answers: dict[str, Any] | None = None
) -> list[tuple[str, Any]]:
    ready = a_map(EXTENSION, only=rule_id)
    report = check(ready, a_dossier(ready, answers, documents=(document,)))
    return [(row.place, dict(row.message_values)) for row in report.findings]


def a_form(field: str, value: str, person_id: str | None = "p1") -> DocumentFact:
    kind = "application_form" if person_id else "document_list"
    told = ValueSeen(field=field, value=value, sheet=2, cell="C5")
    return a_document(a_map(), kind, person_id, told=(told,))


@pytest.mark.parametrize(
    ("field", "told", "answer", "agrees"),
    [
        ("birth_on", "2000-01-02", date(2000, 1, 2), True),
        ("birth_on", "2000-01-03", date(2000, 1, 2), False),
        ("name_latin", "VAN AN NGUYEN", "NGUYEN VAN AN", True),
        ("name_latin", "NGUYEN VAN ANH", "NGUYEN VAN AN", False),
        ("nationality", "ベトナム", "VNM", True),
        ("nationality", "Viet Nam", "VNM", True),
        ("nationality", "インドネシア", "VNM", False),
        ("nationality", "アトランティス", "VNM", True),
        ("sex", "male", "male", True),
        ("sex", "female", "male", False),
        ("passport_number", "C1234567", "C1234567", True),
        ("passport_number", "C1234568", "C1234567", False),
        ("name_kanji", "阮 文安", "阮文安", True),
        ("criminal_record", "false", False, True),
        ("criminal_record", "true", False, False),
    ],
)
def test_a_form_is_compared_by_the_kind_of_answer(
    field: str, told: str, answer: Any, *, agrees: bool
) -> None:
    expected = [] if agrees else [(field, {"cells": "2!C5"})]

    assert found("ALL-DC-12", a_form(field, told), {field: answer}) == expected


def test_an_unanswered_question_is_no_difference() -> None:
    assert found("ALL-DC-12", a_form("birth_on", "2000-01-03"), {}) == []


def test_a_common_form_says_nothing_about_one_person() -> None:
    assert found("ALL-DC-12", a_form("birth_on", "2000-01-03", None), {"birth_on": date(2000, 1, 2)}) == []


def test_a_common_form_is_compared_with_the_common_answers() -> None:
    form = a_form("corporate_number", "7000012050002", None)

    assert found("ALL-DC-12", form, {"corporate_number": "7000012050002"}) == []
    assert found("ALL-DC-12", form, {"corporate_number": "8000012050002"}) == [
        ("corporate_number", {"cells": "2!C5"})
    ]


@pytest.mark.parametrize(
    ("as_of", "rule_id"), [(LAST_DAY, "OTIT-PAY-03"), (LAST_DAY + timedelta(days=1), "ALL-DC-12")]
)
def test_only_a_rule_in_force_takes_its_answers_from_the_general_comparison(
    as_of: date, rule_id: str
) -> None:
    ready = a_map_followed("OTIT-PAY-03", LAST_DAY + timedelta(days=30))
    told = ValueSeen(field="monthly_base_yen", value="180000", sheet=2, cell="C5")
    form = a_document(a_map(PLAN), "trainee_list", None, told=(told,))
    answered = a_dossier(ready, {"monthly_base_yen": 190_000}, as_of=as_of, documents=(form,))

    told_by = {each.rule_id for each in check(ready, answered).findings if each.message_values.get("cells")}

    assert told_by == {rule_id}


def test_a_pdf_form_is_named_by_page_and_place_of_the_field() -> None:
    told = ValueSeen(field="birth_on", value="2000-01-03", sheet=2, cell="7", of="pdf")
    form = a_document(a_map(), "application_form", "p1", told=(told,))

    assert found("ALL-DC-12", form, {"birth_on": date(2000, 1, 2)}) == [("birth_on", {"cells": "p.2#7"})]


def test_what_is_found_in_a_file_leads_to_its_page() -> None:
    ready = a_map(EXTENSION, only="ALL-DC-12")
    on_page = ValueSeen(field="birth_on", value="2000-01-03", sheet=2, cell="7", of="pdf")
    in_cell = ValueSeen(field="birth_on", value="2000-01-04", sheet=2, cell="C5")
    form = a_document(ready, "application_form", "p1", told=(on_page, in_cell))
    scan = a_document(a_map(), "passport_copy", "p1", coarse_pages=(3, 4), scan_dpi=150)
    answered = a_dossier(ready, {"birth_on": date(2000, 1, 2)}, documents=(form,))
    coarse = a_map(EXTENSION, only="ALL-FI-03")

    (otherwise,) = check(ready, answered).findings
    (unfit,) = check(coarse, a_dossier(coarse, documents=(scan,))).findings

    assert otherwise.seen_on == (
        SeenOn(document_id=form.document_id, page=2),
        SeenOn(document_id=form.document_id),
    )
    assert unfit.seen_on == (SeenOn(document_id=scan.document_id, page=3),)


def test_coarse_and_blank_and_masked_pages_are_told_by_their_numbers() -> None:
    ready = a_map()
    scan = a_document(ready, "passport_copy", "p1", coarse_pages=(1, 3), scan_dpi=150)
    blank = a_document(ready, "passport_copy", "p1", blank_pages=tuple(range(1, 13)))
    masked = a_document(ready, "passport_copy", "p1", masked_pages=(2,))

    assert found("ALL-FI-03", scan) == [("passport_copy", {"pages": "1, 3", "dpi": "150"})]
    assert found("ALL-FI-02", blank) == [("passport_copy", {"pages": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"})]
    assert found("ALL-TX-07", masked) == [("passport_copy", {"pages": "2"})]


@pytest.mark.parametrize("rule_id", ["ALL-FI-02", "ALL-FI-03", "ALL-TX-07", "ISA-PH-02b", "ISA-PH-03b"])
def test_a_sound_file_gives_none_of_these(rule_id: str) -> None:
    assert found(rule_id, a_document(a_map(), "photo", "p1")) == []


@pytest.mark.parametrize(("blur", "told"), [(None, 0), (69, 0), (70, 1), (100, 1)])
def test_a_blurred_photo_is_told_from_seventy_percent(blur: int | None, told: int) -> None:
    assert len(found("ISA-PH-03b", a_document(a_map(), "photo", "p1", blur_percent=blur))) == told


def test_only_photos_are_looked_at_for_sharpness() -> None:
    assert found("ISA-PH-03b", a_document(a_map(), "passport_copy", "p1", blur_percent=99)) == []


@pytest.mark.parametrize(
    ("taken_on", "told"),
    [
        (LODGED_ON, False),
        (LODGED_ON.replace(year=LODGED_ON.year + 1), True),
        (date(2026, 5, 22), False),
        (date(2026, 5, 21), True),
        (None, False),
    ],
)
def test_the_camera_s_day_must_lie_within_the_months_of_a_photo(taken_on: date | None, *, told: bool) -> None:
    shown = found("ISA-PH-02b", a_document(a_map(), "photo", "p1", taken_on=taken_on))

    assert bool(shown) is told
    assert shown == ([("photo", {"taken_on": str(taken_on), "months": "6"})] if told else [])


@pytest.mark.parametrize(
    ("lives", "outcomes"),
    [({"months": 7}, []), ({"months": 6}, ["fails"]), ({"valid_to": date(2026, 11, 21)}, ["cannot_decide"])],
)
def test_the_camera_s_day_is_asked_by_the_tables_of_the_pack(
    lives: dict[str, object], outcomes: list[str]
) -> None:
    ready = a_map(EXTENSION, only="ISA-PH-02b")
    rows = tuple(row.model_copy(update=lives) for row in ready.tables.paper_lives)
    under = replace(ready, tables=ready.tables.model_copy(update={"paper_lives": rows}))
    photo = a_document(ready, "photo", "p1", taken_on=date(2026, 5, 21))

    findings = check(under, a_dossier(under, documents=(photo,))).findings

    assert [each.outcome for each in findings] == outcomes
    assert {row.source for each in findings if each.outcome == "fails" for row in each.rows} <= {"isa-photo"}
    assert all(each.rows for each in findings if each.outcome == "fails")
    assert {name for each in findings for name in each.missing} <= {"table:paper_lives"}
