"""Reads the maps, rules and tables from their TOML files, once per process and folder."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import schemas
from schemas.catalogue import Procedure, Rule
from schemas.map_files import read_procedure, read_rules, read_tables
from schemas.map_parts import CatalogueError
from schemas.maps import Catalogue

SHIPPED = Path(schemas.__file__).parent
SHARED_RULES = "rules_shared.toml"
"""Rules of both authorities are asked before those of one."""


@lru_cache(maxsize=4)
def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue under `folder` (`procedures`, `parts`, `tables`: `*.toml`). Raises CatalogueError."""
    tables = {path.name: _parsed(path) for path in sorted((folder / "tables").glob("*.toml"))}
    rule_names = sorted((name for name in tables if name.startswith("rules_")), key=_shared_first)
    rule_files = {name: tables[name] for name in rule_names}
    parts = {path.stem: _parsed(path) for path in sorted((folder / "parts").glob("*.toml"))}
    maps = [
        read_procedure(path.name, _parsed(path), parts)
        for path in sorted((folder / "procedures").glob("*.toml"))
    ]
    rules = [rule for name, content in rule_files.items() for rule in read_rules(name, content)]
    others = {name: content for name, content in tables.items() if name not in rule_files}
    return Catalogue([_asked_in_order(row, rules) for row in maps], rules, read_tables(others))


def _asked_in_order(procedure: Procedure, rules: Sequence[Rule]) -> Procedure:
    """Rules come with the parts; they are asked in the order of their tables, whichever part brought them."""
    places = {rule.id: place for place, rule in enumerate(rules)}
    chosen = sorted(procedure.rules, key=lambda rule_id: places.get(rule_id, len(places)))
    return procedure.model_copy(update={"rules": tuple(chosen)})


def _shared_first(name: str) -> tuple[bool, str]:
    return name != SHARED_RULES, name


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(path.name, "file", str(error)) from error
