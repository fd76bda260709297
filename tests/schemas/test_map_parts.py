"""What several procedures ask alike stands in one part; a map may change or leave out single rows of it."""

from datetime import date
from typing import Any

import pytest

from schemas.map_files import read_procedure
from schemas.map_parts import CatalogueError
from tests.schemas.test_maps import a_plan

TEXT = {"section": "who", "scope": "person", "type": "text", "label": {"ja": "氏名", "en": "Name"}}
PART: dict[str, Any] = {
    "sections": [{"id": "who", "scope": "person", "ja": "人", "en": "Who"}],
    "fields": [{"id": "first", **TEXT}, {"id": "second", **TEXT}],
    "rules": ["ALL-FLD-01"],
    "provenance": {"source": "of-the-part", "verified_on": date(2026, 1, 1), "verification": "primary"},
}


def a_map(**own: Any) -> dict[str, Any]:
    plan = a_plan().model_dump(exclude={"fields", "documents", "sections", "rules"})
    provenance = {key: plan[key] for key in ("source", "verified_on", "verification")}
    return {**plan, "documents": [], "rules": [], "uses": ["who"], "provenance": provenance, **own}


def test_a_map_has_the_rows_and_rules_of_its_parts_with_their_own_sources() -> None:
    procedure = read_procedure("map.toml", a_map(), {"who": PART})

    assert [row.id for row in procedure.fields] == ["first", "second"]
    assert {row.source for row in procedure.fields} == {"of-the-part"}
    assert procedure.rules == ("ALL-FLD-01",)


def test_a_map_changes_one_thing_of_a_row_in_its_place_and_adds_its_own() -> None:
    own = [{"id": "third", **TEXT}, {"id": "first", "required": False}]

    procedure = read_procedure("map.toml", a_map(fields=own, rules=["ALL-SET-01"]), {"who": PART})

    assert [(row.id, row.required) for row in procedure.fields] == [
        ("first", False),
        ("second", True),
        ("third", True),
    ]
    assert [row.source == "of-the-part" for row in procedure.fields] == [True, True, False]
    assert procedure.rules == ("ALL-FLD-01", "ALL-SET-01")


def test_a_later_part_is_laid_over_an_earlier_one() -> None:
    over = {"fields": [{"id": "second", "label": {"ja": "名", "en": "Given name"}}]}

    procedure = read_procedure("map.toml", a_map(uses=["who", "over"]), {"who": PART, "over": over})

    assert procedure.fields[1].label.en == "Given name"


def test_a_map_leaves_out_rows_and_rules_of_a_part() -> None:
    procedure = read_procedure("map.toml", a_map(without=["second", "ALL-FLD-01"]), {"who": PART})

    assert [row.id for row in procedure.fields] == ["first"]
    assert procedure.rules == ()


def test_documents_of_all_parts_stand_in_the_order_of_the_authoritys_list() -> None:
    row = {"ja": "書類", "en": "Paper", "scope": "person"}
    part = {**PART, "documents": [{"id": "last", "order": 30, **row}, {"id": "first", "order": 10, **row}]}
    own = [{"id": "between", "order": 20, **row}]

    procedure = read_procedure("map.toml", a_map(documents=own), {"who": part})

    assert [document.id for document in procedure.documents] == ["first", "between", "last"]


def test_a_part_leaves_out_what_the_parts_before_it_ask() -> None:
    without = {"without": ["second"]}

    procedure = read_procedure("map.toml", a_map(uses=["who", "over"]), {"who": PART, "over": without})

    assert [row.id for row in procedure.fields] == ["first"]


def test_a_part_that_leaves_out_what_is_not_there_is_refused_by_its_name() -> None:
    without = {"without": ["fourth"]}

    with pytest.raises(CatalogueError) as refusal:
        read_procedure("map.toml", a_map(uses=["over", "who"]), {"who": PART, "over": without})

    assert (refusal.value.file, refusal.value.place) == ("over.toml", "without.fourth")


def test_what_is_left_out_must_be_there() -> None:
    with pytest.raises(CatalogueError) as refusal:
        read_procedure("map.toml", a_map(without=["fourth"]), {"who": PART})

    assert refusal.value.place == "without.fourth"
