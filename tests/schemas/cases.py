"""Rule cases from data files that an officer can read, and dossiers built from their answers.

A case is asked of every map that has its rule; `maps` (patterns of map ids) limits it to some.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from activities.checks.named import NAMED_CHECKS
from infra.catalogue import load_catalogue
from schemas.catalogue import Value
from schemas.dossier import CheckReport, DocumentFact, Dossier, PersonDossier
from schemas.maps import Catalogue, ProcedureMap
from schemas.rules import evaluate
from tests.schemas.clean_dossiers import LODGED_ON, a_clean_dossier

PLAN = "otit.plan.accreditation.D"
EXTENSION = "isa.extension.ssw1"
LAST_DAY = date(2027, 3, 31)
"""Of a rule that another of its id follows."""
_FOLDER = Path(__file__).parent / "rules"
_NOT_ANSWERS = ("as_of", "channel", "persons", "maps")


@dataclass(frozen=True)
class RuleCase:
    """One line of a data file: a rule, a map, the answers given and what is expected of them."""

    rule_id: str
    procedure_id: str
    expected: str
    given: Mapping[str, Any]
    ordinal: int

    def __str__(self) -> str:
        return f"{self.procedure_id}-{self.rule_id}-{self.expected}-{self.ordinal}"


def rule_cases() -> Iterator[RuleCase]:
    """Every case of every file, for each map that has the rule."""
    for path in sorted(_FOLDER.glob("*.toml")):
        for rule_id, expectations in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for procedure in load_catalogue().procedures():
                if rule_id in procedure.rules:
                    yield from _cases(rule_id, procedure.id, expectations)


def a_map(procedure_id: str = EXTENSION, *, only: str | None = None) -> ProcedureMap:
    """A shipped map, or the same with one rule alone."""
    ready = load_catalogue().map_for(procedure_id)
    if only is None:
        return ready
    return replace(ready, rules=tuple(rule for rule in ready.rules if rule.rule.id == only))


def a_map_followed(rule_id: str, since: date, **otherwise: object) -> ProcedureMap:
    """The map of `a_catalogue_followed`."""
    return a_catalogue_followed(rule_id, since, **otherwise).map_for(PLAN)


def a_catalogue_followed(rule_id: str, since: date, **otherwise: object) -> Catalogue:
    """The plan with this rule until `LAST_DAY`, and another of the same id since a day. Raises CatalogueError."""
    shipped = [each.rule for each in a_map(PLAN).rules]
    rules = [each.model_copy(update={"valid_to": LAST_DAY} if each.id == rule_id else {}) for each in shipped]
    later = {"valid_from": since, **otherwise}
    follows = [each.model_copy(update=later) for each in shipped if each.id == rule_id]
    return Catalogue([a_map(PLAN).procedure], [*follows, *rules], a_map().tables)


def a_dossier(
    ready: ProcedureMap,
    answers: Mapping[str, object] | None = None,
    *,
    persons: int = 1,
    as_of: date = LODGED_ON,
    channel: str | None = None,
    documents: tuple[DocumentFact, ...] = (),
) -> Dossier:
    """A dossier whose answers lie where the map wants them; every person gives the same ones."""
    plain = {name: _plain(value) for name, value in (answers or {}).items()}
    rows = {name: ready.procedure.field(name) for name in plain}
    own = {name: value for name, value in plain.items() if (row := rows[name]) and row.belongs_to_person}
    return Dossier(
        number="T26-4KX7M2QP",
        procedure_id=ready.procedure.id,
        map_version=ready.procedure.version,
        as_of=as_of,
        channel=channel,
        application={name: value for name, value in plain.items() if name not in own},
        persons=tuple(PersonDossier(person_id=f"p{place}", values=own) for place in range(1, persons + 1)),
        documents=documents,
    )


def check(ready: ProcedureMap, dossier: Dossier) -> CheckReport:
    """The report of a map's rules with the shipped named checks."""
    return evaluate(ready, dossier, named_checks=NAMED_CHECKS)


def outcome_of(case: RuleCase, ready: ProcedureMap | None = None) -> str:
    """What the rule says of the case; in another map when one is given."""
    ready = ready or a_map(case.procedure_id, only=case.rule_id)
    answers = {name: value for name, value in case.given.items() if name not in _NOT_ANSWERS}
    dossier = a_dossier(
        ready,
        answers,
        persons=case.given.get("persons", 1),
        as_of=case.given.get("as_of", LODGED_ON),
        channel=case.given.get("channel"),
    )
    report = check(ready, dossier)
    if report.findings:
        return report.findings[0].outcome
    return "not_applicable" if report.not_applicable else "holds"


def _cases(rule_id: str, procedure_id: str, expectations: Mapping[str, Any]) -> Iterator[RuleCase]:
    for expected, givens in expectations.items():
        for ordinal, given in enumerate(givens, 1):
            if any(fnmatchcase(procedure_id, pattern) for pattern in given.get("maps", ["*"])):
                yield RuleCase(rule_id, procedure_id, expected, given, ordinal)


def _plain(value: object) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | bool):
        return value
    raise TypeError(f"no answer is a {type(value).__name__}")


def a_complete_dossier(procedure_id: str) -> Dossier:
    """The sample application of a procedure in which nothing is wrong or missing, from `clean/*.toml`."""
    return a_clean_dossier(procedure_id)
