"""The catalogue is found by what stands on paper: forms, law, messages and prompts, in any width."""

import pytest

from api.pages.catalogue_search import Hit, found
from infra.catalogue import load_catalogue
from schemas.jis import in_full_width

CATALOGUE = load_catalogue()


def hits(search: str) -> list[Hit]:
    return found(CATALOGUE, search)


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
    assert hits("isa-rc-04B") and hits(in_full_width("ISA-RC-04b")) == hits("isa-rc-04B")


def test_a_rule_is_found_by_its_message() -> None:
    assert "ISA-RC-04b" in {each.id for each in hits("満了日まで14日以内です")}


def test_what_is_so_named_comes_before_what_only_mentions_it() -> None:
    named = ["旅券" in each.name.ja for each in hits("旅券")]

    assert named == sorted(named, reverse=True) and set(named) == {True, False}


@pytest.mark.parametrize("search", ["", "   ", "ISA-RC-04b zzz"])
def test_nothing_asked_or_one_word_that_stands_nowhere_finds_nothing(search: str) -> None:
    assert hits(search) == []
