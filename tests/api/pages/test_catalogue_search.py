"""What the search of the catalogue finds: also items of the practice pages, sources and plain rows."""

import pytest

from api.pages.catalogue_search import found
from infra.catalogue import load_catalogue

CATALOGUE = load_catalogue()


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
    assert (kind, id_) in {(hit.kind, hit.id) for hit in found(CATALOGUE, words)}


def test_an_item_of_practice_finds_nothing_that_it_does_not_name() -> None:
    (item,) = (each for each in CATALOGUE.tables.practice_items if each.id == "isa:PH-03")

    hits = {hit.id for hit in found(CATALOGUE, item.id)}

    assert hits == {*item.by, *item.documents, "practice_items"}
