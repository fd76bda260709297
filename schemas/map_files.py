"""Reading data files: parsed TOML becomes typed rows, or a `CatalogueError` saying file, place and reason.

Provenance is inherited: `[provenance]` of the file, `[provenance_of.<section>]`, then the keys of the row.
A map may name parts (`uses`): what several procedures ask alike stands in one file of `schemas/parts`.
A map, or a part that is laid over others, may leave rows of theirs out (`without`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, create_model

from schemas.catalogue import Procedure, Rule, Sourced
from schemas.map_parts import PROVENANCE_KEYS, CatalogueError, TomlTable, laid_over, left_out
from schemas.tables import Tables

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


def read_procedure(file: str, content: TomlTable, parts: Mapping[str, TomlTable] | None = None) -> Procedure:
    """One map from the parsed text of its file, laid over the parts it uses. Raises CatalogueError."""
    return _validated(Procedure, file, whole_procedure(file, content, parts or {}))


def whole_procedure(file: str, content: TomlTable, parts: Mapping[str, TomlTable]) -> dict[str, Any]:
    """A map and its parts as one table, documents in the order of the list. Raises CatalogueError."""
    whole: dict[str, Any] = {}
    for name in content.get("uses", ()):
        if name not in parts:
            raise CatalogueError(file, f"uses.{name}", "no part has this name")
        whole = _joined(f"{name}.toml", whole, parts[name])
    whole = _joined(file, whole, content)
    if "documents" in whole:
        whole["documents"] = sorted(whole["documents"], key=_order)
    return {**whole, **_provenance(dict(content))(None)}


def _order(row: TomlTable) -> int:
    """The place of a document; one that is no number is refused when the row is read."""
    order = row.get("order")
    return order if isinstance(order, int) else 0


def _joined(file: str, below: TomlTable, content: TomlTable) -> dict[str, Any]:
    own = {key: given for key, given in content.items() if key not in ("uses", "without")}
    return left_out(file, laid_over(below, _sourced(own, below)), content.get("without", ()))


def _sourced(content: TomlTable, below: TomlTable) -> dict[str, Any]:
    """What one file gives. A row that is new gets the provenance of its file; one laid over another keeps that one's."""
    given = dict(content)
    inherited = _provenance(given)
    for section in _SOURCED_SECTIONS:
        if section in given:
            given[section] = _with_provenance(given[section], inherited(section), below.get(section))
    return given


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
    try:
        return _validated(Tables, "tables", merged)
    except CatalogueError:
        _check_alone(files)
        raise


def _check_alone(files: Mapping[str, TomlTable]) -> None:
    """Each file for itself, so that a mistake is told of the file that has it. Raises CatalogueError."""
    for file, content in files.items():
        for key, rows in _table_sections(content).items():
            row = Tables.model_fields.get(key)
            if row is None:
                raise CatalogueError(file, key, "no table has this name")
            alone: Any = {key: (row.annotation, ...)}
            _validated(create_model(key, **alone), file, {key: rows})


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
        return {key: merged[key] for key in PROVENANCE_KEYS if key in merged}

    return inherited


def _with_provenance(rows: Any, inherited: Mapping[str, Any], below: Any = None) -> Any:
    if isinstance(rows, Mapping):
        return rows if below else {**inherited, **rows}
    if isinstance(rows, list) and rows and isinstance(rows[0], Mapping):
        known = {row.get("id") for row in below or ()}
        return [row if row.get("id") in known - {None} else {**inherited, **row} for row in rows]
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
