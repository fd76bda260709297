"""The catalogue in use: maps whose every condition was compiled, chosen by day or by pinned version.

A mistake in a map (an unknown field, a wrong type, an unknown rule, check, table or source) is refused here,
with file, place and reason, before any application meets it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from typing import TypeVar

from schemas.catalogue import Choice, FieldRow, Procedure, Rule
from schemas.expressions import Compiled, Condition, Formula, Vocabulary
from schemas.map_checks import check_procedure, check_rule, check_tables, rule_conditions, vocabulary_of
from schemas.map_parts import CatalogueError
from schemas.tables import Tables
from schemas.words import Word

Row = TypeVar("Row")


class UnknownProcedure(Exception):
    """No map has this id (or not this version of it)."""

    def __init__(self, procedure_id: str) -> None:
        super().__init__(procedure_id)
        self.procedure_id = procedure_id


class NotInForce(Exception):
    """The procedure exists, but no version of its map is in force on that day."""

    def __init__(self, procedure_id: str, on: date) -> None:
        super().__init__(f"{procedure_id} on {on.isoformat()}")
        self.procedure_id = procedure_id
        self.on = on


@dataclass(frozen=True)
class ReadyRule:
    """A rule with its compiled conditions; without `holds` a named check decides."""

    rule: Rule
    applies: Condition
    holds: Condition | None
    values: Mapping[str, Formula]
    per_person: bool


@dataclass(frozen=True)
class ProcedureMap:
    """One map, ready to be asked. `pack_version` is the SHA-256 of the map, its rules and the tables.

    Rules of one id follow each other in time, and in `rules`.
    """

    procedure: Procedure
    rules: tuple[ReadyRule, ...]
    tables: Tables
    vocabulary: Vocabulary
    pack_version: str

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[ReadyRule, ...]]:
        return _grouped(self.rules, lambda each: each.rule.id)

    def rule(self, rule_id: str, on: date | None) -> ReadyRule | None:
        """The rule of that id in force on a day; else the latest of that id, or None when the map has none."""
        known = self._by_id.get(rule_id, ())
        in_force = (each for each in known if on is not None and each.rule.in_force(on))
        return next(in_force, known[-1] if known else None)

    def rules_on(self, on: date) -> tuple[ReadyRule, ...]:
        """The rules in force on a day, in their order."""
        return tuple(each for each in self.rules if each.rule.in_force(on))

    def follows_since(self, rule_id: str, on: date) -> date | None:
        """Since when another rule of this id is in force than before; None where it is the first."""
        asked = self.rule(rule_id, on)
        return asked.rule.valid_from if asked and asked is not self._by_id[rule_id][0] else None

    def condition(self, text: str) -> Condition:
        """A condition of this map, compiled once."""
        return self.vocabulary.condition(text)

    def choices_of(self, field: FieldRow, on: date | None = None) -> tuple[Choice, ...]:
        """The answers of a choice field, from its row or from the table it names, there called as on that day."""
        if field.choices_from is not None:
            return self.tables.answers(field.choices_from, on) or ()
        return field.choices


class Catalogue:
    """Every map with its rules and tables. Building one checks all of them: raises CatalogueError."""

    def __init__(self, procedures: Iterable[Procedure], rules: Iterable[Rule], tables: Tables) -> None:
        self.tables = tables
        check_tables(tables)
        known = rules_by_id(rules)
        for rule in (each for following in known.values() for each in following):
            check_rule(rule, tables)
        place = _Place(known, tables)
        self._maps = _by_version(place.ready(procedure) for procedure in procedures)

    def procedure(
        self, procedure_id: str, *, on: date | None = None, version: date | None = None
    ) -> Procedure:
        """The procedure's rows; chosen as `map_for` does."""
        return self.map_for(procedure_id, on=on, version=version).procedure

    def map_for(
        self, procedure_id: str, *, on: date | None = None, version: date | None = None
    ) -> ProcedureMap:
        """The map pinned by `version`, or the latest in force `on` that day, or (neither given) the latest.

        Raises UnknownProcedure or NotInForce.
        """
        versions = self._maps.get(procedure_id)
        if versions is None or (version is not None and version not in versions):
            raise UnknownProcedure(procedure_id)
        if version is not None:
            return versions[version]
        if on is None:
            return versions[max(versions)]
        in_force = [day for day, ready in versions.items() if ready.procedure.in_force(on)]
        if not in_force:
            raise NotInForce(procedure_id, on)
        return versions[max(in_force)]

    def has(self, procedure_id: str, version: date) -> bool:
        """Whether this version of a map is among the shipped ones."""
        return version in self._maps.get(procedure_id, {})

    def maps(self) -> tuple[ProcedureMap, ...]:
        """Every version of every map, ordered by id and version."""
        return tuple(
            versions[version] for _, versions in sorted(self._maps.items()) for version in sorted(versions)
        )

    def procedures(self, *, on: date | None = None) -> tuple[Procedure, ...]:
        """The latest map of every procedure, or those in force on a day, ordered by id."""
        chosen = []
        for procedure_id in sorted(self._maps):
            try:
                chosen.append(self.procedure(procedure_id, on=on))
            except NotInForce:
                continue
        return tuple(chosen)


class _Place:
    """Where maps are made ready: all rules, the tables, and what was compiled for the maps before."""

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]], tables: Tables) -> None:
        self._rules = rules
        self._tables = tables
        self._tables_text = as_text(tables)
        self._compiled = Compiled(tables)
        self._rule_texts = cache(lambda rule_id: tuple(as_text(each) for each in rules[rule_id]))

    def ready(self, procedure: Procedure) -> ProcedureMap:
        """The map with its conditions compiled. Raises CatalogueError."""
        vocabulary = vocabulary_of(procedure, self._tables, self._compiled)
        check_procedure(procedure, self._tables, vocabulary, frozenset(self._rules))
        chosen = (each for rule_id in procedure.rules for each in self._rules[rule_id])
        return ProcedureMap(
            procedure=procedure,
            rules=tuple(ready_rule(procedure, rule, vocabulary) for rule in chosen),
            tables=self._tables,
            vocabulary=vocabulary,
            pack_version=self._fingerprint(procedure),
        )

    def _fingerprint(self, procedure: Procedure) -> str:
        rules = (text for rule_id in sorted(procedure.rules) for text in self._rule_texts(rule_id))
        texts = [as_text(procedure), *rules]
        return hashlib.sha256(f"[{', '.join([*texts, self._tables_text])}]".encode()).hexdigest()


def ready_rule(procedure: Procedure, rule: Rule, vocabulary: Vocabulary) -> ReadyRule:
    """A rule compiled within one map. Raises CatalogueError."""
    applies, holds, values = rule_conditions(procedure, rule, vocabulary)
    rows = (procedure.field(name) for name in (*rule.inputs, rule.place))
    of_persons = any(row is not None and row.belongs_to_person for row in rows)
    per_person = rule.scope == "person" or (rule.scope == "inputs" and of_persons)
    return ReadyRule(rule, applies, holds, values, per_person)


def as_text(part: Word) -> str:
    """Rows as canonical JSON: keys sorted, so that the same rows are the same text."""
    return json.dumps(part.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def rules_by_id(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """The rules of each id as they follow each other. Raises CatalogueError where two of them hold on one day."""
    known = _grouped(sorted(rules, key=lambda rule: rule.valid_from), lambda rule: rule.id)
    for following in known.values():
        for before, after in pairwise(following):
            if before.in_force(after.valid_from):
                since = f"from {before.valid_from} and from {after.valid_from}"
                raise CatalogueError("rules", after.id, f"given twice for the same day: {since}")
    return known


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, tuple[Row, ...]]:
    """Rows by id, in their order."""
    known: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        known[key(row)] = (*known.get(key(row), ()), row)
    return known


def _by_version(maps: Iterable[ProcedureMap]) -> dict[str, dict[date, ProcedureMap]]:
    known: dict[str, dict[date, ProcedureMap]] = {}
    for ready in maps:
        versions = known.setdefault(ready.procedure.id, {})
        if ready.procedure.version in versions:
            raise CatalogueError(ready.procedure.id, "version", "two maps have the same version")
        versions[ready.procedure.version] = ready
    return known
