"""What the search of the catalogue finds: also items of the practice pages, sources and plain rows."""

from datetime import date, timedelta

import pytest

from api.pages.catalogue_search import found, prompts_of
from infra.catalogue import load_catalogue
from schemas.findings import Severity
from tests.schemas.cases import LAST_DAY, a_catalogue_followed

CATALOGUE = load_catalogue()
TODAY = date(2026, 11, 23)


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
    assert (kind, id_) in {(hit.kind, hit.id) for hit in found(CATALOGUE, words, TODAY)}


def test_an_item_of_practice_finds_nothing_that_it_does_not_name() -> None:
    (item,) = (each for each in CATALOGUE.tables.practice_items if each.id == "isa:PH-03")

    hits = {hit.id for hit in found(CATALOGUE, item.id, TODAY)}

    assert hits == {*item.by, *item.documents, "practice_items"}


def test_what_a_person_looks_for_is_told_by_the_rule_in_force() -> None:
    next_day = LAST_DAY + timedelta(days=1)
    catalogue = a_catalogue_followed("OTIT-HRS-05", next_day, severity=Severity.WARN)

    told = [prompts_of(catalogue, on, "OTIT-HRS-05")[0].item.severity for on in (LAST_DAY, next_day)]

    assert told == [Severity.CORRECT, Severity.WARN]
