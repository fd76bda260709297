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
from schemas.map_places import CatalogueTexts
from schemas.maps import Catalogue

SHIPPED = Path(schemas.__file__).parent
SHARED_RULES = "rules_shared.toml"
"""Rules of both authorities are asked before those of one."""


@lru_cache(maxsize=4)
def load_catalogue(folder: Path = SHIPPED) -> Catalogue:
    """The catalogue under `folder` (`procedures`, `parts`, `tables`: `*.toml`). Raises CatalogueError, with the line."""
    texts = CatalogueTexts(*(_texts(folder / kind) for kind in ("procedures", "parts", "tables")))
    try:
        return _loaded(texts)
    except CatalogueError as error:
        raise texts.located(error) from error


def _loaded(texts: CatalogueTexts) -> Catalogue:
    tables = {name: _parsed(name, text) for name, text in texts.tables.items()}
    rule_names = sorted((name for name in tables if name.startswith("rules_")), key=_shared_first)
    rule_files = {name: tables[name] for name in rule_names}
    parts = {name.removesuffix(".toml"): _parsed(name, text) for name, text in texts.parts.items()}
    maps = [read_procedure(name, _parsed(name, text), parts) for name, text in texts.maps.items()]
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


def _texts(folder: Path) -> Mapping[str, str]:
    return {path.name: _text(path) for path in sorted(folder.glob("*.toml"))}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, "file", str(error)) from error


def _parsed(name: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(name, "file", str(error)) from error
