"""Reading data files: parsed TOML becomes typed rows, or a `CatalogueError` saying file, place and reason.

Provenance is inherited: `[provenance]` of the file, `[provenance_of.<section>]`, then the keys of the row.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.catalogue import Procedure, Rule, Sourced
from schemas.tables import Tables

TomlTable = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)

_SOURCED_SECTIONS = (
    "fields",
    "documents",
    "window",
    "office",
    "channels",
    "fee",
    "expected_days",
    "review",
    "correction",
    "results",
    "follow_ups",
)
_PROVENANCE_KEYS = ("source", "verified_on", "verification")


class CatalogueError(Exception):
    """A mistake in a data file: which file, which place in it, and why it is refused."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


def read_procedure(file: str, content: TomlTable) -> Procedure:
    """One map from the parsed text of its file. Raises CatalogueError."""
    given = dict(content)
    inherited = _provenance(given)
    for section in _SOURCED_SECTIONS:
        if section in given:
            given[section] = _with_provenance(given[section], inherited(section))
    return _validated(Procedure, file, {**given, **inherited(None)})


def read_rules(file: str, content: TomlTable) -> tuple[Rule, ...]:
    """The rules of one file. Raises CatalogueError."""
    given = dict(content)
    inherited = _provenance(given)
    rows = _with_provenance(given.get("rules", []), inherited("rules"))
    return tuple(_validated(Rule, file, row, place=str(row.get("id", "rules"))) for row in rows)


def read_tables(files: Mapping[str, TomlTable]) -> Tables:
    """Every reference table from the parsed files of `schemas/tables`. Raises CatalogueError."""
    merged: dict[str, Any] = {}
    for file, content in files.items():
        for key, rows in _table_sections(content).items():
            if key not in merged:
                merged[key] = rows
            elif isinstance(rows, list) and isinstance(merged[key], list):
                merged[key] = [*merged[key], *rows]
            else:
                raise CatalogueError(file, key, "given in two files")
    return _validated(Tables, "tables", merged)


def _table_sections(content: TomlTable) -> dict[str, Any]:
    given = dict(content)
    inherited = _provenance(given)
    return {key: _with_provenance(rows, _for_table(key, inherited(key))) for key, rows in given.items()}


def _for_table(key: str, inherited: Mapping[str, Any]) -> Mapping[str, Any]:
    field = Tables.model_fields.get(key)
    row = getattr(field.annotation, "__args__", (None,))[0] if field is not None else None
    return inherited if isinstance(row, type) and issubclass(row, Sourced) else {}


def _provenance(given: dict[str, Any]) -> Any:
    of_file = given.pop("provenance", {})
    of_sections = given.pop("provenance_of", {})

    def inherited(section: str | None) -> dict[str, Any]:
        own = of_sections.get(section, {}) if section else {}
        merged = {**of_file, **own}
        return {key: merged[key] for key in _PROVENANCE_KEYS if key in merged}

    return inherited


def _with_provenance(rows: Any, inherited: Mapping[str, Any]) -> Any:
    if isinstance(rows, Mapping):
        return {**inherited, **rows}
    if isinstance(rows, list) and rows and isinstance(rows[0], Mapping):
        return [{**inherited, **row} for row in rows]
    return rows


def _validated(model: type[Model], file: str, given: Any, *, place: str = "") -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(_names(given, first["loc"]))
        raise CatalogueError(file, ".".join(filter(None, (place, where))), first["msg"]) from error


def _names(given: Any, location: Iterable[str | int]) -> Iterable[str]:
    for step in location:
        try:
            given = given[step]
        except (KeyError, IndexError, TypeError):
            given = None
        named = isinstance(step, int) and isinstance(given, Mapping) and "id" in given
        yield str(given["id"]) if named else str(step)
