"""Packs: one map with its rules and tables as one canonical text, kept for as long as an application is promised it.

The name of a pack is the SHA-256 of its text. A kept text is never written anew from rows: rows may have gained
optional keys since, and would be another text.
"""

import hashlib
import json
from typing import Any, Protocol

from pydantic import ValidationError

from schemas.catalogue import Procedure, Rule
from schemas.map_checks import vocabulary_of
from schemas.map_parts import CatalogueError
from schemas.maps import ProcedureMap, as_text, ready_rule, rules_by_id
from schemas.tables import Tables

_EMPTY: dict[str, tuple[()]] = {name: () for name, row in Tables.model_fields.items() if row.is_required()}
"""What a pack says of tables that came after it: nothing."""


class PackBroken(Exception):
    """A kept pack can't be used: its text is not the one it is named after, or it can't be read any more."""

    def __init__(self, pack_version: str, reason: str) -> None:
        super().__init__(f"{pack_version}: {reason}")
        self.pack_version = pack_version
        self.reason = reason


class Pinned(Protocol):
    """What is asked of a case to find its pack: `pack_version` is None before packs were kept."""

    @property
    def procedure(self) -> str: ...
    @property
    def map_version(self) -> Any: ...
    @property
    def pack_version(self) -> str | None: ...


def pack_text(ready: ProcedureMap) -> str:
    """The canonical text of a map that was read from data files; its SHA-256 is `ready.pack_version`."""
    rules = sorted((each.rule for each in ready.rules), key=lambda rule: (rule.id, rule.valid_from))
    return f"[{', '.join(as_text(part) for part in (ready.procedure, *rules, ready.tables))}]"


def unpacked(pack_version: str, text: str) -> ProcedureMap:
    """The map of a kept pack, compiled. Keys that rows gained since have their defaults. Raises PackBroken."""
    if hashlib.sha256(text.encode()).hexdigest() != pack_version:
        raise PackBroken(pack_version, "the text is another one")
    try:
        return _compiled(pack_version, json.loads(text))
    except (ValueError, ValidationError, CatalogueError) as error:
        raise PackBroken(pack_version, type(error).__name__) from error


def _compiled(pack_version: str, parts: list[Any]) -> ProcedureMap:
    procedure = Procedure.model_validate(parts[0])
    rules = rules_by_id(Rule.model_validate(row) for row in parts[1:-1])
    for missing in sorted(set(procedure.rules) - set(rules)):
        raise CatalogueError(procedure.id, f"rules.{missing}", "the pack has no such rule")
    chosen = [rule for rule_id in procedure.rules for rule in rules[rule_id]]
    tables = Tables.model_validate({**_EMPTY, **parts[-1]})
    vocabulary = vocabulary_of(procedure, tables)
    return ProcedureMap(
        procedure=procedure,
        rules=tuple(ready_rule(procedure, rule, vocabulary) for rule in chosen),
        tables=tables,
        vocabulary=vocabulary,
        pack_version=pack_version,
    )
