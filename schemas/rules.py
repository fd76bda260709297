"""Evaluating the rules of a map over a dossier: pure, deterministic, all findings together.

A rule holds, fails, cannot be decided, or is not applicable (its `applies_when` fails, or an input is missing
that need not be answered). Checks written in code are handed in by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from pydantic import Field

from schemas.asking import Asking, Subject
from schemas.catalogue import Rule
from schemas.dossier import CheckReport, Dossier, PlaceKind, RuleFinding
from schemas.expressions import Decision
from schemas.maps import ProcedureMap, ReadyRule
from schemas.words import Word


class Flaw(Word):
    """What a named check found at one place; `message_values` name nobody."""

    place_kind: PlaceKind
    place: str
    person_id: str | None = None
    outcome: Literal["fails", "cannot_decide"] = "fails"
    missing: tuple[str, ...] = ()
    message_values: Mapping[str, str] = Field(default_factory=dict)


NamedCheck: TypeAlias = Callable[[Asking], Iterable[Flaw]]


class _Tally:
    """What was asked so far."""

    def __init__(self) -> None:
        self.decided = 0
        self.not_applicable = 0


def evaluate(ready: ProcedureMap, dossier: Dossier, *, named_checks: Mapping[str, NamedCheck]) -> CheckReport:
    """Asks every rule in force on `dossier.as_of`, of all it concerns; never raises for missing values."""
    asking = Asking(ready, dossier)
    tally = _Tally()
    findings: list[RuleFinding] = []
    for rule in ready.rules:
        if not rule.rule.in_force(dossier.as_of):
            continue
        if rule.rule.check is not None:
            findings.extend(_by_named_check(asking, rule.rule, named_checks[rule.rule.check]))
            tally.decided += 1
        else:
            findings.extend(_by_condition(asking, rule, tally))
    return CheckReport(
        pack_version=ready.pack_version,
        as_of=dossier.as_of,
        findings=tuple(findings),
        decided=tally.decided,
        not_applicable=tally.not_applicable,
    )


def message_of(rule: Rule, finding: RuleFinding, locale: Literal["ja", "en"]) -> str:
    """The message of a finding in one language; a value that could not be computed shows as `?`."""
    text: str = getattr(rule.message, locale)
    shown = {name: finding.message_values.get(name, "?") for name in _placeholders(text)}
    return text.format_map(shown)


def _placeholders(text: str) -> Iterator[str]:
    for part in text.split("{")[1:]:
        yield part.split("}")[0]


def _by_named_check(asking: Asking, rule: Rule, check: NamedCheck) -> Iterator[RuleFinding]:
    for flaw in check(asking):
        yield RuleFinding(rule_id=rule.id, severity=rule.severity, **flaw.model_dump())


def _by_condition(asking: Asking, rule: ReadyRule, tally: _Tally) -> Iterator[RuleFinding]:
    for subject in asking.subjects(per_person=rule.per_person):
        decision = _decide(asking, rule, subject)
        if decision is None:
            tally.not_applicable += 1
            continue
        if decision.outcome != "cannot_decide":
            tally.decided += 1
        if decision.outcome != "holds":
            yield _finding(asking, rule, subject, decision)


def _decide(asking: Asking, rule: ReadyRule, subject: Subject) -> Decision | None:
    values = asking.inputs(subject)
    applies = rule.applies.decide(values)
    if applies.outcome == "fails" or rule.holds is None:
        return None
    decision = applies if applies.outcome == "cannot_decide" else rule.holds.decide(values)
    if decision.outcome == "cannot_decide" and asking.excuses(decision.missing, subject):
        return None
    return decision


def _finding(asking: Asking, rule: ReadyRule, subject: Subject, decision: Decision) -> RuleFinding:
    answers = asking.answers(subject)
    computed = {name: formula.compute(asking.inputs(subject)) for name, formula in rule.values.items()}
    return RuleFinding(
        rule_id=rule.rule.id,
        severity=rule.rule.severity,
        outcome="fails" if decision.outcome == "fails" else "cannot_decide",
        person_id=subject.person_id if subject else None,
        place_kind=_place_kind(asking.ready, rule.rule.place),
        place=rule.rule.place,
        inputs={name: answers[name] for name in rule.rule.inputs if name in answers},
        missing=decision.missing,
        message_values={name: text for name, text in computed.items() if text is not None},
    )


def _place_kind(ready: ProcedureMap, place: str) -> PlaceKind:
    if ready.procedure.field(place) is not None:
        return "field"
    if ready.procedure.document(place) is not None:
        return "document"
    return "person" if place == "person" else "application"
