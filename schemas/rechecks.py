"""Checking a further round: what changed between two dossiers, and which earlier results are still right.

A result is carried over only when everything it could have looked at is the same; a rule that uses the day is
asked again on another day. What comes out equals a check of everything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.asking import Asking, Subject
from schemas.catalogue import Rule, Value
from schemas.dossier import DocumentFact, Dossier, KeptCheck, PersonDossier, RuleFinding
from schemas.maps import ProcedureMap, ReadyRule
from schemas.named_checks import ANSWERS, CHANNEL, DAY, DOCUMENTS, ELSEWHERE, looked_at_by, version_of
from schemas.rules import CANNOT_DECIDE, FAILS, Answered, used_by
from schemas.words import Word


class ScopeChange(Word):
    """What changed for one person, or (None) for the application itself: fields and kinds of documents, by id."""

    person_id: str | None
    fields: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


class Changes(Word):
    """What changed between two dossiers of one application."""

    scopes: tuple[ScopeChange, ...] = ()
    persons_added: tuple[str, ...] = ()
    persons_gone: tuple[str, ...] = ()
    as_of_changed: bool = False
    channel_changed: bool = False

    def about(self, person_id: str | None) -> frozenset[str]:
        """The fields and kinds that changed for a person, those of the whole application among them."""
        concerned = [each for each in self.scopes if each.person_id in (None, person_id)]
        return frozenset(name for each in concerned for name in (*each.fields, *each.documents))


def changes_between(before: Dossier, now: Dossier) -> Changes:
    """Compares two dossiers of one application."""
    old, new = ({line.person_id: line for line in each.persons} for each in (before, now))
    scopes = [_scope(before, now, None, before.application, now.application)]
    scopes += [_scope(before, now, each, old[each].values, new[each].values) for each in new if each in old]
    return Changes(
        scopes=tuple(each for each in scopes if each.fields or each.documents),
        persons_added=tuple(each for each in new if each not in old),
        persons_gone=tuple(each for each in old if each not in new),
        as_of_changed=before.as_of != now.as_of,
        channel_changed=before.channel != now.channel,
    )


def _scope(
    before: Dossier, now: Dossier, person_id: str | None, old: Mapping[str, Value], new: Mapping[str, Value]
) -> ScopeChange:
    were, are = _by_kind(before, person_id), _by_kind(now, person_id)
    return ScopeChange(
        person_id=person_id,
        fields=tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name))),
        documents=tuple(sorted(kind for kind in {*were, *are} if were.get(kind) != are.get(kind))),
    )


def _by_kind(dossier: Dossier, person_id: str | None) -> dict[str, list[DocumentFact]]:
    found: dict[str, list[DocumentFact]] = {}
    for fact in dossier.documents:
        if fact.person_id == person_id:
            found.setdefault(fact.kind, []).append(fact)
    return found


@dataclass(frozen=True)
class Earlier:
    """The results of a kept check of the same application under the same pack (`schemas.rules.Known`)."""

    ready: ProcedureMap
    kept: KeptCheck
    before: Dossier
    now: Dossier

    @cached_property
    def _asking(self) -> tuple[Asking, Asking]:
        return Asking(self.ready, self.before), Asking(self.ready, self.now)

    @cached_property
    def _found(self) -> Mapping[str, RuleFinding]:
        return {each.key: each for each in self.kept.findings}

    @cached_property
    def _places(self) -> Mapping[str | None, int]:
        return {line.person_id: place for place, line in enumerate(self.before.persons)} | {None: 0}

    @cached_property
    def _same(self) -> frozenset[str]:
        pairs = {
            ANSWERS: (
                (self.before.application, self.before.persons),
                (self.now.application, self.now.persons),
            ),
            DOCUMENTS: (self.before.documents, self.now.documents),
            DAY: (self.before.as_of, self.now.as_of),
            CHANNEL: (self.before.channel, self.now.channel),
            ELSEWHERE: (
                (self.before.elsewhere, self.before.plans),
                (self.now.elsewhere, self.now.plans),
            ),
        }
        return frozenset(part for part, (old, new) in pairs.items() if old == new)

    def by_condition(self, rule: ReadyRule, subject: Subject) -> Answered | None:
        """How it came out, where every value its conditions name is the same as it was."""
        letters = self.kept.outcomes.get(rule.rule.id)
        was = self._were.get(subject.person_id) if subject else None
        was_asked = letters is not None and rule.rule.in_force(self.before.as_of)
        if letters is None or not was_asked or (subject is not None and was is None):
            return None
        is_untouched = (subject.person_id if subject else None) in self._untouched
        if not is_untouched and not self._rests_on_the_same(rule, was, subject):
            return None
        letter = letters[self._places[was.person_id if was else None]]
        person = f"{subject.person_id if subject else '-'}"
        finding = self._found.get(f"{rule.rule.id}|{person}|{rule.rule.place}")
        return letter, finding if letter in (FAILS, CANNOT_DECIDE) else None

    def by_check(self, rule: Rule) -> tuple[RuleFinding, ...] | None:
        """What it found, where every part of the dossier it looks at is the same as it was, and this very check was run."""
        is_the_same = looked_at_by(rule.check) <= self._same and rule.in_force(self.before.as_of)
        if not is_the_same or self.kept.check_versions.get(rule.id) != version_of(rule.check):
            return None
        return tuple(each for each in self.kept.findings if each.rule_id == rule.id)

    @cached_property
    def _were(self) -> Mapping[str, PersonDossier]:
        return {line.person_id: line for line in self.before.persons}

    @cached_property
    def _untouched(self) -> frozenset[str | None]:
        """About whom nothing at all has changed that a condition could name (None: the application)."""
        whole = self.before.application == self.now.application
        persons = len(self.before.persons) == len(self.now.persons)
        if not (whole and persons and frozenset({DOCUMENTS, DAY, CHANNEL}) <= self._same):
            return frozenset()
        return frozenset(
            {None, *(line.person_id for line in self.now.persons if line == self._were.get(line.person_id))}
        )

    def _rests_on_the_same(self, rule: ReadyRule, was: Subject, subject: Subject) -> bool:
        before, now = self._asking
        old, new = before.inputs(was), now.inputs(subject)
        return all(old.get(name) == new.get(name) for name in self._looked_at(rule))

    def _looked_at(self, rule: ReadyRule) -> Iterator[str]:
        """What a rule names, and what decides whether an answer it names must be there."""
        for name in used_by(rule):
            yield name
            row = self.ready.procedure.field(name)
            if row is not None and row.required_when is not None:
                yield from self.ready.condition(row.required_when).inputs


def earlier_results(ready: ProcedureMap, kept: KeptCheck | None, now: Dossier) -> Earlier | None:
    """The earlier results to build on, or None: another pack, or a report from before dossiers were kept."""
    if kept is None or kept.dossier is None or kept.pack_version != ready.pack_version:
        return None
    return Earlier(ready, kept, kept.dossier, now)
