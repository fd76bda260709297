"""What must be right in a map before it is used: names, types, conditions, places, tables and sources."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from schemas.catalogue import DocumentKind, FieldRow, Procedure, Rule
from schemas.expressions import (
    Compiled,
    Condition,
    ExpressionError,
    Formula,
    InputType,
    Vocabulary,
    input_type,
)
from schemas.map_parts import CatalogueError
from schemas.named_checks import CHECK_ROWS
from schemas.offices import area_faults, days_of_change, office_named, offices_of
from schemas.tables import Listed, Tables

GIVEN_INPUTS: dict[str, InputType] = {
    "as_of": "date",
    "person_count": "integer",
    "expected_days": "integer",
    "channel": "text",
    "answered": "texts",
    "documents_present": "texts",
}
"""Inputs of every condition: day of lodging, persons, usual days to the result, channel, answered fields, kinds attached."""

_PLACES_WITHOUT_ROW = ("application", "person")
_CHOICE_COMPARED = re.compile(r"\b([a-z][a-z0-9_]*)\s*[=!]=\s*'([^']*)'")


def vocabulary_of(procedure: Procedure, tables: Tables, compiled: Compiled | None = None) -> Vocabulary:
    """The inputs of a map's conditions: its fields and the given ones; `compiled` is shared between maps."""
    fields = {row.id: input_type(row.type) for row in procedure.fields}
    return Vocabulary({**fields, **GIVEN_INPUTS}, tables, compiled)


def check_tables(tables: Tables) -> None:
    """Rows of an id follow each other; each prefecture is served once per authority on every day. Raises CatalogueError."""
    for name in type(tables).model_fields:
        _one_on_a_day(name, tables.listed(name) or ())
    for authority in ("otit", "isa"):
        for on in days_of_change(offices_of(tables, authority, None)):
            for fault in area_faults(offices_of(tables, authority, on), tables.prefectures):
                raise CatalogueError("tables", f"offices.{authority}", f"{fault} from {on}")
    _all_sourced("tables", tables, [*tables.offices, *tables.fees, *tables.minimum_wages])
    _all_sourced("tables", tables, [*tables.cut_offs, *tables.law_starts, *tables.ssw_intakes])


def check_procedure(
    procedure: Procedure, tables: Tables, vocabulary: Vocabulary, rules: frozenset[str]
) -> None:
    """Names are unique, references exist, conditions compile. Raises CatalogueError."""
    _no_doubles(procedure)
    _references(procedure, tables, rules)
    for place, text in _conditions(procedure):
        check_condition(procedure, vocabulary, place, text)
    _all_sourced(procedure.id, tables, [procedure, *procedure.fields, *procedure.documents])


def check_rule(rule: Rule, tables: Tables) -> None:
    """A rule has exactly one way to decide, a known check, sourced. Raises CatalogueError."""
    if (rule.expression is None) == (rule.check is None):
        raise CatalogueError("rules", rule.id, "needs an expression or a check, and only one of them")
    if rule.check is not None and rule.check not in CHECK_ROWS:
        raise CatalogueError("rules", f"{rule.id}.check", f"no check is named {rule.check}")
    for name, told in (("message", rule.message), ("hint", rule.hint)):
        asked = set(re.findall(r"{(\w+)}", f"{told.ja} {told.en}")) if told else set()
        if rule.check is None and asked - set(rule.values):
            raise CatalogueError("rules", f"{rule.id}.{name}", "a placeholder has no value")
    _all_sourced("rules", tables, [rule])


def rule_conditions(
    procedure: Procedure, rule: Rule, vocabulary: Vocabulary
) -> tuple[Condition, Condition | None, Mapping[str, Formula]]:
    """The compiled conditions of a rule within one map: when it applies, what must hold, what is shown."""
    _rule_place(procedure, rule)
    texts = [rule.applies_when, rule.expression or "true", *rule.values.values()]
    _rule_inputs(procedure, rule, texts, vocabulary)
    applies = check_condition(procedure, vocabulary, rule.id, rule.applies_when)
    holds = rule.expression and check_condition(procedure, vocabulary, rule.id, rule.expression)
    try:
        values = {name: vocabulary.formula(text) for name, text in rule.values.items()}
    except ExpressionError as error:
        raise CatalogueError(procedure.id, f"{rule.id}.values", str(error)) from error
    return applies, holds or None, values


def check_condition(procedure: Procedure, vocabulary: Vocabulary, place: str, text: str) -> Condition:
    """The compiled condition, its choices checked too. Raises CatalogueError naming the place."""
    try:
        condition = vocabulary.condition(text)
    except ExpressionError as error:
        raise CatalogueError(procedure.id, place, str(error)) from error
    for name, answer in _CHOICE_COMPARED.findall(text):
        field = procedure.field(name)
        if field is not None and _is_no_answer(field, answer, vocabulary.tables):
            raise CatalogueError(procedure.id, place, f"{name} has no choice {answer!r}")
    return condition


def _is_no_answer(field: FieldRow, answer: str, tables: Tables) -> bool:
    offered = tables.answers(field.choices_from) if field.choices_from else field.choices
    return bool(offered) and answer not in {choice.id for choice in offered or ()}


def _conditions(procedure: Procedure) -> Iterator[tuple[str, str]]:
    for field in procedure.fields:
        if field.required_when is not None:
            yield f"fields.{field.id}.required_when", field.required_when
    for document in procedure.documents:
        yield f"documents.{document.id}.required_when", document.required_when
        if document.may_omit_when is not None:
            yield f"documents.{document.id}.may_omit_when", document.may_omit_when
    for name in ("earliest", "latest"):
        bound = getattr(procedure.window, name)
        if bound is not None:
            yield f"window.{name}.when", bound.when
    for row in procedure.follow_ups:
        yield f"follow_ups.{row.id}.when", row.when


def _no_doubles(procedure: Procedure) -> None:
    for section, ids in {
        "sections": [row.id for row in procedure.sections],
        "fields": [*GIVEN_INPUTS, *(row.id for row in procedure.fields)],
        "documents": [row.id for row in procedure.documents],
        "rules": list(procedure.rules),
    }.items():
        for twice in sorted({row for row in ids if ids.count(row) > 1}):
            raise CatalogueError(procedure.id, f"{section}.{twice}", "given twice")


def _references(procedure: Procedure, tables: Tables, rules: frozenset[str]) -> None:
    for field in procedure.fields:
        _field_row(procedure, field)
        if field.choices_from is not None and tables.answers(field.choices_from) is None:
            raise CatalogueError(
                procedure.id, f"fields.{field.id}.choices_from", f"no table of answers {field.choices_from}"
            )
    for document in procedure.documents:
        _document_row(procedure, document)
        _prompts(procedure, document, rules | {row.id for row in tables.checklist})
    _window(procedure, tables)
    _routing(procedure, tables)
    _fee(procedure, tables)
    for unknown in sorted(set(procedure.rules) - rules):
        raise CatalogueError(procedure.id, f"rules.{unknown}", "no rule has this id")


def _fee(procedure: Procedure, tables: Tables) -> None:
    row, wanted = procedure.fee, [procedure.fee.table]
    if row.by is not None:
        field = procedure.field(row.by)
        if field is None or field.belongs_to_person or not field.choices:
            raise CatalogueError(procedure.id, "fee.by", "is not a choice of the application")
        wanted = [f"{row.table}.{choice.id}" for choice in field.choices]
    for table in sorted(set(wanted) - {row.table for row in tables.fees}):
        raise CatalogueError(procedure.id, "fee.table", f"no fees under {table}")


def _window(procedure: Procedure, tables: Tables) -> None:
    row = procedure.window
    anchor = procedure.field(row.anchor) if row.anchor else None
    if (row.anchor or row.earliest or row.latest) and (anchor is None or anchor.type != "date"):
        raise CatalogueError(procedure.id, "window.anchor", "is not a date field of this map")
    if row.cut_off is not None and tables.cut_off(row.cut_off) is None:
        raise CatalogueError(procedure.id, "window.cut_off", "is not in the table of cut-offs")


def _routing(procedure: Procedure, tables: Tables) -> None:
    row = procedure.office
    if (row.office is None) == (row.prefecture_field is None):
        raise CatalogueError(procedure.id, "office", "names an office or a prefecture field, one of both")
    if row.office is not None and office_named(tables, row.table, row.office, None) is None:
        raise CatalogueError(procedure.id, "office.office", f"no office {row.office}")
    routing = procedure.field(row.prefecture_field) if row.prefecture_field else None
    if row.office is None and (routing is None or routing.type != "prefecture"):
        raise CatalogueError(procedure.id, "office.prefecture_field", "is not a prefecture field of this map")


def _field_row(procedure: Procedure, field: FieldRow) -> None:
    section = next((row for row in procedure.sections if row.id == field.section), None)
    if section is None:
        raise CatalogueError(procedure.id, f"fields.{field.id}.section", f"no section {field.section}")
    if section.scope != field.scope:
        raise CatalogueError(procedure.id, f"fields.{field.id}.scope", "differs from its section's")
    has_choices = bool(field.choices) or field.choices_from is not None
    if (field.type == "choice") != has_choices:
        raise CatalogueError(
            procedure.id, f"fields.{field.id}.choices", "belong to choice fields, and to all"
        )


def _document_row(procedure: Procedure, document: DocumentKind) -> None:
    if (document.may_omit_when is None) != (document.omission is None):
        raise CatalogueError(procedure.id, f"documents.{document.id}.omission", "needs condition and reason")


def _prompts(procedure: Procedure, document: DocumentKind, known: frozenset[str]) -> None:
    for unknown in sorted({prompt.rule for prompt in document.look_for} - known):
        raise CatalogueError(
            procedure.id, f"documents.{document.id}.look_for", f"no rule or checklist row is {unknown}"
        )


def _rule_place(procedure: Procedure, rule: Rule) -> None:
    known = procedure.field(rule.place) or procedure.document(rule.place)
    if known is None and rule.place not in _PLACES_WITHOUT_ROW:
        raise CatalogueError(procedure.id, f"{rule.id}.place", f"no field or document {rule.place}")


def _rule_inputs(procedure: Procedure, rule: Rule, texts: list[str], vocabulary: Vocabulary) -> None:
    used = {name for text in texts for name in vocabulary.names_in(text)} - set(GIVEN_INPUTS)
    for name in sorted(used ^ set(rule.inputs)):
        reason = "is used but not declared" if name in used else "is declared but not used, or no field"
        raise CatalogueError(procedure.id, f"{rule.id}.inputs", f"{name} {reason}")
    for name in rule.inputs:
        field = procedure.field(name)
        if rule.scope == "application" and field is not None and field.belongs_to_person:
            raise CatalogueError(procedure.id, f"{rule.id}.scope", f"{name} belongs to persons")


def _one_on_a_day(table: str, rows: tuple[Listed, ...]) -> None:
    ordered = sorted(rows, key=lambda row: (row.id, row.valid_from or date.min))
    for before, after in pairwise(ordered):
        if before.id == after.id and before.in_force(after.valid_from or date.min):
            raise CatalogueError("tables", f"{table}.{after.id}", "given twice for the same day")


def _all_sourced(place: str, tables: Tables, rows: Iterable[object]) -> None:
    known = tables.source_titles()
    for row in rows:
        source = getattr(row, "source", None)
        if source not in known:
            raise CatalogueError(place, str(getattr(row, "id", type(row).__name__)), f"no source {source}")
