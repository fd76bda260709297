"""The catalogue is found by what stands on paper: forms, law, messages, prompts, practice items, rows; in any width."""

from datetime import date, timedelta

import pytest

from api.pages.catalogue_search import Hit, found, prompts_of
from infra.catalogue import load_catalogue
from schemas.findings import Severity
from schemas.jis import in_full_width
from tests.schemas.cases import LAST_DAY, a_catalogue_followed

CATALOGUE = load_catalogue()
TODAY = date(2026, 11, 23)


def hits(search: str) -> list[Hit]:
    return found(CATALOGUE, search, TODAY)


@pytest.mark.parametrize("search", ["参考様式第1-21号", "1-21", in_full_width("1-21"), "1\u221221"])
def test_a_document_is_found_by_the_number_of_its_form(search: str) -> None:
    assert "参考様式第1-21号" in {
        word for each in hits(search) if each.kind == "document" for word in each.words
    }


def test_a_procedure_is_found_by_the_number_of_its_form() -> None:
    forms = {each.words[0] for each in hits("別記第30号様式") if each.kind == "procedure"}

    assert forms == {"別記第30号様式"}


def test_rules_and_prompts_are_found_by_the_law_they_rest_on() -> None:
    by_law = {each.id for each in hits("労働基準法")}
    prompted = {each.id for each in hits("参考様式第1-10号") if each.kind == "item"}

    assert {"ALL-WRK-01", "ALL-WRK-02"} <= by_law
    assert "OTIT-MON-02" in prompted


def test_full_width_ids_find_their_rules() -> None:
    narrow, wide = hits("isa-rc-04B"), hits(in_full_width("ISA-RC-04b"))

    assert narrow and wide == narrow


def test_a_rule_is_found_by_its_message() -> None:
    assert "ISA-RC-04b" in {each.id for each in hits("満了日まで14日以内です")}


def test_what_is_so_named_comes_before_what_only_mentions_it() -> None:
    named = ["旅券" in each.name.ja for each in hits("旅券")]

    assert named == sorted(named, reverse=True) and set(named) == {True, False}


@pytest.mark.parametrize("search", ["", "   ", "ISA-RC-04b zzz"])
def test_nothing_asked_or_one_word_that_stands_nowhere_finds_nothing(search: str) -> None:
    assert hits(search) == []


@pytest.mark.parametrize(
    ("words", "kind", "id_"),
    [
        ("otit:PAY-02", "rule", "ALL-PAY-03"),
        ("isa:PH-03", "item", "ISA-PH-03"),
        ("isa:PH-05", "document", "photo"),
        ("otit:PAY-02", "table", "practice_items"),
        ("royalri-3936", "table", "sources"),
        ("ベトナム", "table", "countries"),
        ("VNM", "table", "countries"),
        ("東京都", "table", "prefectures"),
    ],
)
def test_the_search_finds_items_of_practice_and_rows_without_a_source_of_their_own(
    words: str, kind: str, id_: str
) -> None:
    assert (kind, id_) in {(hit.kind, hit.id) for hit in hits(words)}


def test_an_item_of_practice_finds_nothing_that_it_does_not_name() -> None:
    (item,) = (each for each in CATALOGUE.tables.practice_items if each.id == "isa:PH-03")

    assert {hit.id for hit in hits(item.id)} == {*item.by, *item.documents, "practice_items"}


def test_what_a_person_looks_for_is_told_by_the_rule_in_force() -> None:
    next_day = LAST_DAY + timedelta(days=1)
    catalogue = a_catalogue_followed("OTIT-HRS-05", next_day, severity=Severity.WARN)

    told = [prompts_of(catalogue, on, "OTIT-HRS-05")[0].item.severity for on in (LAST_DAY, next_day)]

    assert told == [Severity.CORRECT, Severity.WARN]
