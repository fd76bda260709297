"""Evaluating the rules of a map over a dossier: pure, deterministic, all findings together.

A rule holds, fails, cannot be decided, or is not applicable (its `applies_when` fails, or an input is missing
that need not be answered). Checks written in code are handed in by name.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from pydantic import Field

from schemas.asking import Asking, Subject
from schemas.catalogue import Bilingual, Rule
from schemas.dossier import CheckReport, DocumentFact, Dossier, PlaceKind, RowUsed, RuleFinding, SeenOn
from schemas.expressions import CelInput, Condition, Decision
from schemas.map_checks import GIVEN_INPUTS
from schemas.maps import ProcedureMap, ReadyRule
from schemas.named_checks import CHANNEL, CHECK_ROWS, CheckRow, version_of
from schemas.rows_used import Noted, noting
from schemas.table_names import row_told
from schemas.words import Word


class Flaw(Word):
    """What a named check found at one place; `message_values` name nobody, `given` is shown to staff only.

    `reads` are answers it used beside those its row declares.
    """

    place_kind: PlaceKind
    place: str
    person_id: str | None = None
    outcome: Literal["fails", "cannot_decide"] = "fails"
    missing: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    given: Mapping[str, str] = Field(default_factory=dict)
    message_values: Mapping[str, str] = Field(default_factory=dict)
    seen_on: tuple[SeenOn, ...] = ()


PLACEHOLDER = re.compile(r"{(\w+)}")
NamedCheck: TypeAlias = Callable[[Asking], Iterable[Flaw]]


Answered: TypeAlias = tuple[str, RuleFinding | None]
"""How one rule came out for one subject (`HOLDS`, …), and the finding where it does not hold."""
HOLDS, FAILS, CANNOT_DECIDE, NOT_APPLICABLE = "hfcn"
_TOLD_PLAINLY = frozenset({"as_of", "channel", "person_count"})


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
    versions: dict[str, int] = {}
    for rule in ready.rules_on(dossier.as_of):
        if rule.rule.check is not None:
            findings.extend(_checked(asking, rule.rule, named_checks[rule.rule.check], known))
            versions[rule.rule.id] = version_of(rule.rule.check)
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
        decided=len(versions) + letters[HOLDS] + letters[FAILS],
        not_applicable=letters[NOT_APPLICABLE],
        outcomes=outcomes,
        check_versions=versions,
    )


def filled(text: Bilingual, values: Mapping[str, str], *, unknown: str = "?") -> Bilingual:
    """A message or hint with its values; one that could not be computed shows as `unknown`."""

    def told(template: str) -> str:
        return PLACEHOLDER.sub(lambda found: values.get(found[1], unknown), template)

    return Bilingual(ja=told(text.ja), en=told(text.en))


def _checked(asking: Asking, rule: Rule, check: NamedCheck, known: Known | None) -> tuple[RuleFinding, ...]:
    before = known.by_check(rule) if known else None
    if before is not None:
        return before
    row = CHECK_ROWS[rule.check or ""]
    with noting() as noted:
        found = [_found_by(row, asking, rule, flaw) for flaw in check(asking)]
    rows = tuple(_row_used(asking, each) for each in noted if each.table in row.reads)
    return tuple(each.model_copy(update={"rows": rows}) if rows else each for each in found)


def _found_by(row: CheckRow, asking: Asking, rule: Rule, flaw: Flaw) -> RuleFinding:
    """The finding with every value the check declares to read: answers, facts of the document, day and channel."""
    subject = asking.dossier.person(flaw.person_id) if flaw.person_id else None
    answers, inputs = asking.answers(subject), asking.inputs(subject)
    names = (*row.reads, *flaw.reads, *((flaw.place,) if row.repeats_answer else ()))
    papers = asking.documents(flaw.place, flaw.person_id) if flaw.place_kind == "document" else ()
    given = {name: _told(inputs[name]) for name in names if name in _TOLD_PLAINLY and name in inputs}
    facts = {name: _fact_told(papers, name) for name in row.reads if name in DocumentFact.model_fields}
    return RuleFinding(
        rule_id=rule.id,
        severity=rule.severity,
        inputs={name: answers[name] for name in names if name in answers},
        **flaw.model_dump(exclude={"given", "reads"}),
        given={**given, **{name: told for name, told in facts.items() if told}, **flaw.given},
    )


def _fact_told(papers: Iterable[DocumentFact], name: str) -> str:
    """A fact of the documents at a place; nothing where none has it, or where it is more than a figure or a day."""
    found = [value for fact in papers if (value := getattr(fact, name))]
    plain = [value if isinstance(value, tuple) else (value,) for value in found]
    return ", ".join(str(each) for values in plain for each in values if isinstance(each, int | str | date))


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
    decision = _both(applies, rule.holds, values)
    if decision.outcome == "cannot_decide" and asking.excuses(decision.missing, subject):
        return None
    return decision


def _both(applies: Decision, holds: Condition, values: Mapping[str, CelInput]) -> Decision:
    """While only the channel is open: what holds through every channel is no question for anybody."""
    if applies.outcome == "cannot_decide" and applies.missing != (CHANNEL,):
        return applies
    decision = holds.decide(values)
    return decision if "holds" in (applies.outcome, decision.outcome) else applies


def _finding(asking: Asking, rule: ReadyRule, subject: Subject, decision: Decision) -> RuleFinding:
    answers = asking.answers(subject)
    with noting() as noted:
        _decide(asking, rule, subject)
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
        rows=tuple(_row_used(asking, each) for each in noted),
    )


def _row_used(asking: Asking, noted: Noted) -> RowUsed:
    row = noted.row
    return RowUsed(
        table=noted.table,
        told=row_told(row, asking.ready.tables),
        source=row.source,
        verification=row.verification,
        verified_on=row.verified_on,
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
