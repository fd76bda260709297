"""Evaluating the rules of a map over a dossier: pure, deterministic, all findings together.

A rule holds, fails, cannot be decided, or is not applicable (its `applies_when` fails, or an input is missing
that need not be answered). Checks written in code are handed in by name.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from pydantic import Field

from schemas.asking import Asking, Subject
from schemas.catalogue import Rule
from schemas.dossier import CheckReport, Dossier, PlaceKind, RuleFinding
from schemas.expressions import CelInput, Decision
from schemas.map_checks import GIVEN_INPUTS
from schemas.maps import ProcedureMap, ReadyRule
from schemas.words import Word


class Flaw(Word):
    """What a named check found at one place; `message_values` name nobody, `given` is shown to staff only."""

    place_kind: PlaceKind
    place: str
    person_id: str | None = None
    outcome: Literal["fails", "cannot_decide"] = "fails"
    missing: tuple[str, ...] = ()
    given: Mapping[str, str] = Field(default_factory=dict)
    message_values: Mapping[str, str] = Field(default_factory=dict)


NamedCheck: TypeAlias = Callable[[Asking], Iterable[Flaw]]


Answered: TypeAlias = tuple[str, RuleFinding | None]
"""How one rule came out for one subject (`HOLDS`, …), and the finding where it does not hold."""
HOLDS, FAILS, CANNOT_DECIDE, NOT_APPLICABLE = "hfcn"


class Known(Protocol):
    """Results of an earlier check that are still right, because what they rest on has not changed."""

    def by_condition(self, rule: ReadyRule, subject: Subject) -> Answered | None:
        """How the rule came out for this subject, or None when it must be asked."""

    def by_check(self, rule: Rule) -> tuple[RuleFinding, ...] | None:
        """What the named check found, or None when it must be run."""


def evaluate(
    ready: ProcedureMap,
    dossier: Dossier,
    *,
    named_checks: Mapping[str, NamedCheck],
    known: Known | None = None,
) -> CheckReport:
    """Asks every rule in force on `dossier.as_of`, of all it concerns; never raises for missing values.

    What is `known` already is not asked again.
    """
    asking = Asking(ready, dossier)
    findings: list[RuleFinding] = []
    outcomes: dict[str, str] = {}
    decided_by_check = 0
    for rule in (each for each in ready.rules if each.rule.in_force(dossier.as_of)):
        if rule.rule.check is not None:
            findings.extend(_checked(asking, rule.rule, named_checks[rule.rule.check], known))
            decided_by_check += 1
            continue
        answers = [
            _answered(asking, rule, subject, known) for subject in asking.subjects(per_person=rule.per_person)
        ]
        outcomes[rule.rule.id] = "".join(letter for letter, _ in answers)
        findings.extend(finding for _, finding in answers if finding is not None)
    letters = Counter("".join(outcomes.values()))
    return CheckReport(
        pack_version=ready.pack_version,
        as_of=dossier.as_of,
        findings=tuple(findings),
        decided=decided_by_check + letters[HOLDS] + letters[FAILS],
        not_applicable=letters[NOT_APPLICABLE],
        outcomes=outcomes,
    )


def message_of(rule: Rule, finding: RuleFinding, locale: Literal["ja", "en"]) -> str:
    """The message of a finding in one language; a value that could not be computed shows as `?`."""
    text: str = getattr(rule.message, locale)
    shown = {name: finding.message_values.get(name, "?") for name in _placeholders(text)}
    return text.format_map(shown)


def _placeholders(text: str) -> Iterator[str]:
    for part in text.split("{")[1:]:
        yield part.split("}")[0]


def _checked(asking: Asking, rule: Rule, check: NamedCheck, known: Known | None) -> tuple[RuleFinding, ...]:
    before = known.by_check(rule) if known else None
    if before is not None:
        return before
    return tuple(
        RuleFinding(rule_id=rule.id, severity=rule.severity, **flaw.model_dump()) for flaw in check(asking)
    )


def _answered(asking: Asking, rule: ReadyRule, subject: Subject, known: Known | None) -> Answered:
    before = known.by_condition(rule, subject) if known else None
    if before is not None:
        return before
    decision = _decide(asking, rule, subject)
    if decision is None:
        return NOT_APPLICABLE, None
    if decision.outcome == "holds":
        return HOLDS, None
    letter = FAILS if decision.outcome == "fails" else CANNOT_DECIDE
    return letter, _finding(asking, rule, subject, decision)


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
        given=_given(asking, rule, subject),
        missing=decision.missing,
        message_values={name: text for name, text in computed.items() if text is not None},
    )


def _given(asking: Asking, rule: ReadyRule, subject: Subject) -> dict[str, str]:
    """What the rule used besides answers: the day of lodging, the channel, how many persons, which are answered or there."""
    values = asking.inputs(subject)
    return {name: _told(values[name]) for name in used_by(rule) if name in GIVEN_INPUTS and name in values}


def used_by(rule: ReadyRule) -> tuple[str, ...]:
    """Every input that a rule's conditions and shown values name."""
    conditions = (rule.applies, *((rule.holds,) if rule.holds else ()), *rule.values.values())
    return tuple(dict.fromkeys(name for each in conditions for name in each.inputs))


def _told(value: CelInput) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return ", ".join(value) if isinstance(value, list) else str(value)


def _place_kind(ready: ProcedureMap, place: str) -> PlaceKind:
    if ready.procedure.field(place) is not None:
        return "field"
    if ready.procedure.document(place) is not None:
        return "document"
    return "person" if place == "person" else "application"
