"""Every item of the two practice pages is decided by something that exists, or says what of it nothing decides."""

from infra.catalogue import load_catalogue
from schemas.checklist import checklist_items
from schemas.refusals import REFUSALS

CATALOGUE = load_catalogue()
ITEMS = CATALOGUE.tables.practice_items
NUMBERED = {
    "otit": {
        "ID": 12,
        "TIME": 12,
        "HRS": 15,
        "PAY": 12,
        "WRK": 7,
        "CAP": 7,
        "ORG": 13,
        "HSE": 7,
        "MON": 2,
        "SET": 6,
    },
    "isa": {"ID": 6, "PP": 3, "RC": 10, "PH": 5, "FI": 6, "DC": 11, "LK": 9, "SW": 13, "TX": 6, "HD": 7},
}
"""How far each group of the pages is numbered, from one on without a gap."""


def test_every_item_of_the_pages_stands_in_the_table_once() -> None:
    on_the_pages = [
        f"{page}:{group}-{number:02}"
        for page, groups in NUMBERED.items()
        for group, last in groups.items()
        for number in range(1, last + 1)
    ]

    assert len(on_the_pages) == 169
    assert sorted(item.id for item in ITEMS) == sorted(on_the_pages)


def test_an_item_is_decided_by_something_or_says_what_is_not() -> None:
    assert [item.id for item in ITEMS if not (item.by or item.documents or item.doors or item.left_out)] == []


def test_what_decides_an_item_exists() -> None:
    maps = CATALOGUE.maps()
    asked = {each.rule.id for ready in maps for each in ready.rules}
    looked_at = {item.rule_id for ready in maps for item in checklist_items(ready, None)}
    kinds = {kind.id for ready in maps for kind in ready.procedure.documents}

    assert {name for item in ITEMS for name in item.by} <= asked | looked_at
    assert {name for item in ITEMS for name in item.documents} <= kinds
    assert {name for item in ITEMS for name in item.doors} <= set(REFUSALS)


def test_equal_pay_of_the_training_page_is_not_the_rule_of_its_number() -> None:
    by = {item.id: item.by for item in ITEMS}

    assert by["otit:PAY-02"] == ("ALL-PAY-03", "ALL-PAY-04")
    assert "ALL-PAY-02" in by["otit:PAY-01"]


def test_what_nothing_decides_is_said_in_both_languages() -> None:
    said = {item.id: item.left_out for item in ITEMS if item.left_out is not None}

    assert {"otit:HRS-11", "isa:HD-07"} <= set(said)
    assert all(
        text.ja.endswith("。") and text.en.endswith(".") and text.en.isascii() for text in said.values()
    )
