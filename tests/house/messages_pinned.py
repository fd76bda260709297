"""Every message that stands in histories, as JSON Schema in one file: `python -m tests.house.messages_pinned` writes it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from activities.ledger.recording import Entry, ReceiptsClaimed
from schemas import checked, commands, events
from schemas.application import HandedIn, Journey, Outcome
from schemas.examination import Examination
from schemas.standing import Standing

PINNED = Path(__file__).parent / "message_schemas.json"
FURTHER: tuple[type[BaseModel], ...] = (
    Entry,
    ReceiptsClaimed,
    HandedIn,
    Journey,
    Outcome,
    Examination,
    Standing,
)


def _defined_in(module: ModuleType) -> list[type[BaseModel]]:
    kinds = vars(module).values()
    return [
        kind
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == module.__name__
    ]


@cache
def present() -> Mapping[str, Any]:
    """The schema of every message today, by name; without its prose, which may change."""
    kinds: list[type[BaseModel]] = [
        *_defined_in(commands),
        *_defined_in(events),
        *_defined_in(checked),
        *FURTHER,
    ]
    _, whole = models_json_schema([(kind, "validation") for kind in kinds])
    defined: dict[str, Any] = _bare(whole["$defs"])
    return defined


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if not _is_prose(key, value)}
    return schema


def _is_prose(key: str, value: Any) -> bool:
    return key in ("title", "description") and isinstance(value, str)


@cache
def pinned() -> Mapping[str, Any]:
    """The schemas as they were last agreed on."""
    kept: dict[str, Any] = json.loads(PINNED.read_text(encoding="utf-8"))
    return kept


if __name__ == "__main__":
    text = json.dumps(present(), indent=1, sort_keys=True, ensure_ascii=False)
    PINNED.write_text(text + "\n", encoding="utf-8")
