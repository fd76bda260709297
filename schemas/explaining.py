"""Explaining a finding: the values it was decided with, the condition in words, the source, and what would make it pass."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Literal

from schemas.asking import Asking, Subject
from schemas.catalogue import Bilingual, Verification
from schemas.dossier import Dossier, KeptCheck, RowUsed, RuleFinding
from schemas.expression_words import in_words
from schemas.expressions import CelInput, ExpressionError, Formula
from schemas.findings import Severity
from schemas.maps import ProcedureMap, ReadyRule
from schemas.named_checks import CHECK_ROWS, CheckRow
from schemas.rules import filled
from schemas.table_names import table_name
from schemas.tables import Source
from schemas.words import Word

_COMPARED = re.compile(r">=|<=|==|!=|>|<")
_MIRRORED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "==", "!=": "!="}
_BOUNDS: dict[str, tuple[str, str]] = {
    ">=": ("「{what}」が{bound}以上", "“{what}” is {bound} or more"),
    "<=": ("「{what}」が{bound}以下", "“{what}” is {bound} or less"),
    ">": ("「{what}」が{bound}より大きい", "“{what}” is more than {bound}"),
    "<": ("「{what}」が{bound}より小さい", "“{what}” is less than {bound}"),
    "==": ("「{what}」が{bound}", "“{what}” is {bound}"),
    "!=": ("「{what}」が{bound}ではない", "“{what}” is not {bound}"),
}
_BOUNDS_OF_DAYS = _BOUNDS | {
    ">=": ("「{what}」が{bound}以後", "“{what}” is on or after {bound}"),
    "<=": ("「{what}」が{bound}以前", "“{what}” is on or before {bound}"),
    ">": ("「{what}」が{bound}より後", "“{what}” is after {bound}"),
    "<": ("「{what}」が{bound}より前", "“{what}” is before {bound}"),
}


class UsedValue(Word):
    """One value the rule used; `value` None is an answer that is missing. Personal."""

    name: str
    label: Bilingual
    kind: Literal["answer", "given", "missing"]
    value: str | None


class UsedRow(Word):
    """A row of a table the rule looked up, by names and figures, with its own source."""

    table: str
    name: Bilingual
    told: Bilingual
    source: Source | None
    verification: Verification
    verified_on: date


class Requirement(Word):
    """What must hold for the finding to go: in words, and the boundary value where it could be computed."""

    clause: str
    words: Bilingual
    bound: str | None = None


class Explanation(Word):
    """Why a rule found what it found, on the day and by the rules it was found with."""

    finding_key: str
    rule_id: str
    severity: Severity
    outcome: Literal["fails", "cannot_decide"]
    title: Bilingual
    message: Bilingual
    hint: Bilingual | None
    pack_version: str
    as_of: date
    legal_source: str
    source: Source | None
    verification: Verification
    verified_on: date
    check: str | None
    check_version: int | None
    reads: tuple[Bilingual, ...]
    compares: Bilingual | None
    applies_when: str
    expression: str | None
    in_words: Bilingual | None
    used: tuple[UsedValue, ...]
    rows: tuple[UsedRow, ...]
    would_pass: tuple[Requirement, ...]


def explain(ready: ProcedureMap, finding: RuleFinding, *, kept: KeptCheck) -> Explanation | None:
    """Explains one finding of a kept check under its own pack; without the dossier no boundary is computed.

    None when the pack has no such rule.
    """
    chosen = ready.rule(finding.rule_id, kept.as_of)
    if chosen is None:
        return None
    rule = chosen.rule
    row = CHECK_ROWS.get(rule.check or "")
    return Explanation(
        finding_key=finding.key,
        rule_id=rule.id,
        severity=finding.severity,
        outcome=finding.outcome,
        title=rule.title,
        message=filled(rule.message, finding.message_values),
        hint=filled(rule.hint, finding.message_values) if rule.hint else None,
        pack_version=ready.pack_version,
        as_of=kept.as_of,
        legal_source=rule.legal_source,
        source=_source(ready, rule.source),
        verification=rule.verification,
        verified_on=rule.verified_on,
        check=rule.check,
        check_version=kept.check_versions.get(rule.id),
        reads=tuple(read_by(ready, row)) if row else (),
        compares=row.compares if row else None,
        applies_when=rule.applies_when,
        expression=rule.expression,
        in_words=in_words(ready, rule.expression) if rule.expression else None,
        used=tuple(_used(ready, finding)),
        rows=tuple(_row(ready, each) for each in finding.rows),
        would_pass=tuple(_requirements(ready, chosen, finding, kept.dossier)),
    )


def _source(ready: ProcedureMap, key: str) -> Source | None:
    return next((row for row in ready.tables.sources if row.key == key), None)


def _row(ready: ProcedureMap, used: RowUsed) -> UsedRow:
    name, source = table_name(used.table), _source(ready, used.source)
    return UsedRow(**(used.model_dump() | {"name": name, "source": source}))


def _used(ready: ProcedureMap, finding: RuleFinding) -> Iterator[UsedValue]:
    for name, value in finding.inputs.items():
        yield UsedValue(name=name, label=_label(ready, name), kind="answer", value=str(value))
    for name, told in finding.given.items():
        yield UsedValue(name=name, label=_label(ready, name), kind="given", value=told)
    for name in finding.missing:
        yield UsedValue(name=name, label=_label(ready, name), kind="missing", value=None)


def read_by(ready: ProcedureMap, row: CheckRow) -> Iterator[Bilingual]:
    """What a named check reads, of fields those that this map has."""
    labels = ((name, _label(ready, name)) for name in row.reads)
    return (label for name, label in labels if label.ja != name)


def _label(ready: ProcedureMap, name: str) -> Bilingual:
    """A name in words; a figure that a table does not have is told by the table."""
    of_table = name.removeprefix("table:")
    if of_table == name:
        return in_words(ready, name)
    named = table_name(of_table)
    return Bilingual(ja=f"表「{named.ja}」の値", en=f"A figure of the table “{named.en}”")


def _requirements(
    ready: ProcedureMap, chosen: ReadyRule, finding: RuleFinding, dossier: Dossier | None
) -> Iterator[Requirement]:
    for name in finding.missing:
        label = _label(ready, name)
        words = Bilingual(ja=f"「{label.ja}」が分かること", en=f"“{label.en}” is known")
        yield Requirement(clause=name, words=words)
    row = CHECK_ROWS.get(chosen.rule.check or "")
    if row is not None and finding.outcome == "fails":
        yield Requirement(clause=chosen.rule.check or "", words=row.passes)
    if chosen.rule.expression is None or finding.outcome != "fails" or dossier is None:
        return
    subject: Subject = dossier.person(finding.person_id) if finding.person_id else None
    inputs = Asking(ready, dossier).inputs(subject)
    for clause in clauses(chosen.rule.expression):
        if ready.condition(clause).decide(inputs).outcome != "holds":
            yield _requirement(ready, clause, inputs)


def _requirement(ready: ProcedureMap, clause: str, inputs: Mapping[str, CelInput]) -> Requirement:
    """A comparison says from which value on it holds; what is no comparison is told in words."""
    parts = _comparison(clause)
    if parts is None:
        return Requirement(clause=clause, words=in_words(ready, clause))
    left, sign, right = parts
    if not _is_field(ready, left) and _is_field(ready, right):
        left, sign, right = right, _MIRRORED[sign], left
    formula = _formula(ready, right)
    bound = formula.compute(inputs) if formula else None
    if formula is None or bound is None:
        return Requirement(clause=clause, words=in_words(ready, clause))
    what, shown = in_words(ready, left), _shown(ready, left, right, bound)
    ja, en = (_BOUNDS_OF_DAYS if formula.is_a_day else _BOUNDS)[sign]
    words = Bilingual(ja=ja.format(what=what.ja, bound=shown.ja), en=en.format(what=what.en, bound=shown.en))
    return Requirement(clause=clause, words=words, bound=bound)


def _shown(ready: ProcedureMap, left: str, right: str, bound: str) -> Bilingual:
    """A boundary as people read it: a choice by its name, a figure as it is."""
    if right.startswith(("'", '"')) or right in ("true", "false"):
        told = in_words(ready, f"{left} == {right}")
        return Bilingual(ja=told.ja.rpartition("= ")[2], en=told.en.rpartition("= ")[2])
    return Bilingual(ja=bound, en=bound)


def _is_field(ready: ProcedureMap, text: str) -> bool:
    return ready.procedure.field(text) is not None


def _formula(ready: ProcedureMap, text: str) -> Formula | None:
    try:
        return ready.vocabulary.formula(text)
    except ExpressionError:
        return None


def clauses(expression: str) -> tuple[str, ...]:
    """The parts of a condition that must all hold: split at `&&` outside brackets and texts."""
    text = _without_outer_brackets(expression.strip())
    if any(_top_level(text, "||")):
        return (text,)
    cuts = list(_top_level(text, "&&"))
    if not cuts:
        return (text,)
    edges = [-2, *cuts, len(text)]
    parts = [text[start + 2 : end].strip() for start, end in pairwise(edges)]
    return tuple(clause for part in parts for clause in clauses(part))


def _comparison(clause: str) -> tuple[str, str, str] | None:
    if any(_top_level(clause, "||")) or any(_top_level(clause, "?")):
        return None
    for found in _COMPARED.finditer(clause):
        if found.start() in set(_top_level(clause, found[0])):
            return clause[: found.start()].strip(), found[0], clause[found.end() :].strip()
    return None


def _without_outer_brackets(text: str) -> str:
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = [depth for _, depth in _depths(text)]
    return all(each > 0 for each in depth[:-1])


def _top_level(text: str, sign: str) -> Iterator[int]:
    """Where a sign stands outside brackets and texts."""
    for place, depth in _depths(text):
        if depth == 0 and text.startswith(sign, place):
            yield place


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Every place outside texts with the depth of brackets there (after a bracket opens, before it has closed)."""
    depth, quote = 0, ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
            continue
        if sign in "'\"":
            quote = sign
            continue
        depth += (sign in "([") - (sign in ")]")
        yield place, depth
