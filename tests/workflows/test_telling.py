"""What Temporal's own pages say: the words of the desk's pages, nobody's name, and lines that fit."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import api.pages
from schemas.commands import PlaceHold
from schemas.events import Happening
from schemas.sayings import SAYINGS
from schemas.standing import Holder
from schemas.tasks import TaskKind, TaskState
from tests.builders import MANAGER, REVIEWER, PaperRoad
from workflows import holds, telling
from workflows.telling import current_details, written_down


def on_the_pages(file: str, table: str) -> dict[str, str]:
    folder = Path(api.pages.__file__).parent / "words"
    words: dict[str, dict[str, str]] = tomllib.loads((folder / f"{file}.toml").read_text())[table]
    return {code: f"{each['ja']} {each['en']}" for code, each in words.items()}


@pytest.mark.parametrize(
    ("told", "file", "table"),
    [
        (telling.TASKS, "desk", "task_kind"),
        (telling.STATES, "desk", "task_state"),
        (telling.DEADLINES, "case", "deadline"),
        (telling.HOLDS, "case", "reason"),
    ],
)
def test_the_engine_says_what_the_pages_say(told: Mapping[str, str], file: str, table: str) -> None:
    pages = on_the_pages(file, table)

    assert {code: pages[code] for code in told} == told


def test_nothing_is_without_words() -> None:
    kinds = TypeAdapter(Happening).json_schema()["$defs"].values()
    reasons = PlaceHold.model_json_schema()["properties"]["reason"]["enum"]

    assert set(telling.WORDS) == set(Holder)
    assert set(telling.TASKS) == set(TaskKind)
    assert set(telling.STATES) == set(TaskState)
    assert set(telling.HOLDS) == set(reasons)
    assert {_kind(each) for each in kinds} - {None} <= set(SAYINGS)


def _kind(described: dict[str, Any]) -> str | None:
    kind: str | None = described.get("properties", {}).get("kind", {}).get("const")
    return kind


def test_a_road_tells_who_has_it_what_is_to_be_done_and_why_it_rests() -> None:
    road = PaperRoad("p1", "p2")
    road.check()
    road.claim(TaskKind.REVIEW, REVIEWER)
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="client_asked"))

    told = current_details(road.standing)

    assert "点検担当 reviewer: 2 人 persons" in told
    assert "事前点検 Advance review (担当中 Taken)" in told
    assert "保留中 on hold: 依頼元の申出 The client asked" in told
    assert REVIEWER.id not in told and MANAGER.id not in told


@pytest.mark.parametrize("kind", SAYINGS)
def test_every_kind_of_event_fits_into_a_line_whole(kind: str) -> None:
    told = written_down([kind])

    assert told == " ".join(SAYINGS[kind])


def test_a_line_tells_as_many_kinds_as_fit_and_how_many_more_there_are() -> None:
    told = written_down([*SAYINGS, "received"])

    assert told.startswith("受付 Received · 自動点検 Automatic checks")
    assert len(told.encode()) <= telling.SUMMARY_BYTES
    assert told.endswith(f"+{len(SAYINGS) - told.count(' · ') - 1}")
