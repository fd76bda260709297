"""A further round: what changed is told, what rests on the same is not asked again; the outcome is that of a full check."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from activities.checks.named import NAMED_CHECKS
from schemas import rechecks
from schemas.asking import Subject
from schemas.catalogue import Rule, Value
from schemas.dossier import Dossier, KeptCheck, PersonDossier, RuleFinding
from schemas.findings import Severity
from schemas.maps import ProcedureMap, ReadyRule
from schemas.rechecks import Changes, Earlier, ScopeChange, changes_between, earlier_results
from schemas.rules import Answered, evaluate
from tests.schemas.cases import EXTENSION, LAST_DAY, PLAN, a_complete_dossier, a_map, a_map_followed, check

ANSWERS: tuple[Value, ...] = (
    "",
    "x",
    "13",
    "2026-12-01",
    "2027-04-01",
    "1990-01-01",
    0,
    1,
    250_000,
    True,
    False,
)


def kept(ready: ProcedureMap, dossier: Dossier) -> KeptCheck:
    return KeptCheck.model_validate({**check(ready, dossier).model_dump(), "dossier": dossier})


def again(ready: ProcedureMap, before: Dossier, now: Dossier) -> Earlier:
    earlier = earlier_results(ready, kept(ready, before), now)
    assert earlier is not None
    return earlier


@dataclass(frozen=True)
class Counting:
    """Counts what was asked and what was known already."""

    earlier: Earlier
    known: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def by_condition(self, rule: ReadyRule, subject: Subject) -> Answered | None:
        answer = self.earlier.by_condition(rule, subject)
        whose = subject.person_id if subject else "-"
        (self.asked if answer is None else self.known).append(f"{rule.rule.id}|{whose}")
        return answer

    def by_check(self, rule: Rule) -> tuple[RuleFinding, ...] | None:
        found = self.earlier.by_check(rule)
        (self.asked if found is None else self.known).append(rule.id)
        return found


def with_answers(dossier: Dossier, person: int | None, answers: Mapping[str, Value]) -> Dossier:
    if person is None or not dossier.persons:
        return dossier.model_copy(update={"application": {**dossier.application, **answers}})
    lines = list(dossier.persons)
    line = lines[person % len(lines)]
    lines[person % len(lines)] = line.model_copy(update={"values": {**line.values, **answers}})
    return dossier.model_copy(update={"persons": tuple(lines)})


@some.composite
def rounds(draw: some.DrawFn, procedure_id: str) -> tuple[Dossier, Dossier]:
    """A complete application with mistakes in it, and the next round of it."""
    ready = a_map(procedure_id)
    names = some.sampled_from([row.id for row in ready.procedure.fields])
    changes = some.dictionaries(names, some.sampled_from(ANSWERS), max_size=6)
    whose = some.none() | some.integers(0, 3)
    before = a_complete_dossier(procedure_id)
    before = with_answers(before, draw(whose), draw(changes))
    now = with_answers(before, draw(whose), draw(changes))
    gone = draw(some.sets(some.integers(0, len(now.documents)), max_size=4))
    papers = tuple(each for place, each in enumerate(now.documents) if place not in gone)
    persons = now.persons[draw(some.integers(0, 1)) :]
    if draw(some.booleans()):
        persons = (*persons, PersonDossier(person_id="p-new", values=persons[-1].values if persons else {}))
    later = now.as_of + timedelta(days=draw(some.sampled_from([0, 0, 1, 40, 400])))
    channel = draw(some.sampled_from([now.channel, now.channel, None]))
    return before, now.model_copy(
        update={"documents": papers, "persons": persons, "as_of": later, "channel": channel}
    )


@pytest.mark.parametrize("procedure_id", [EXTENSION, PLAN])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=some.data())
def test_checking_what_changed_comes_to_the_same_as_checking_everything(
    procedure_id: str, data: some.DataObject
) -> None:
    ready = a_map(procedure_id)
    before, now = data.draw(rounds(procedure_id))

    report = evaluate(ready, now, named_checks=NAMED_CHECKS, known=again(ready, before, now))

    assert report == check(ready, now)


@pytest.mark.parametrize("rule_id", ["OTIT-HRS-09", "ALL-ID-06"])
def test_a_rule_that_follows_another_of_its_id_is_asked_anew(rule_id: str) -> None:
    ready = a_map_followed(rule_id, LAST_DAY + timedelta(days=1), severity=Severity.INFO)
    wrong = with_answers(a_complete_dossier(PLAN), None, {"lecture_hours_per_day": 9})
    before, now = (wrong.model_copy(update={"as_of": LAST_DAY + timedelta(days=days)}) for days in range(2))

    report = evaluate(ready, now, named_checks=NAMED_CHECKS, known=again(ready, before, now))

    assert report == check(ready, now)


def test_results_carried_over_too_far_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = a_map(EXTENSION)
    before = a_complete_dossier(EXTENSION)
    now = before.model_copy(update={"documents": ()})
    monkeypatch.setattr(rechecks, "looked_at_by", lambda check: frozenset())

    earlier = earlier_results(ready, kept(ready, before), now)

    assert evaluate(ready, now, named_checks=NAMED_CHECKS, known=earlier) != check(ready, now)


def test_one_answer_of_one_person_asks_only_what_names_it() -> None:
    ready = a_map(PLAN)
    before = a_complete_dossier(PLAN)
    second = before.persons[1].person_id
    name = next(
        name for name in before.persons[1].values if any(name in each.rule.inputs for each in ready.rules)
    )
    now = with_answers(before, 1, {name: ""})
    counting = Counting(again(ready, before, now))

    evaluate(ready, now, named_checks=NAMED_CHECKS, known=counting)

    of_conditions = [each for each in counting.asked if "|" in each]
    assert of_conditions != []
    assert {each.split("|")[1] for each in of_conditions} == {second}
    assert len(of_conditions) < len(counting.known) / 4


def test_when_nothing_changed_nothing_is_asked() -> None:
    ready = a_map(PLAN)
    dossier = a_complete_dossier(PLAN)
    counting = Counting(again(ready, dossier, dossier))

    evaluate(ready, dossier, named_checks=NAMED_CHECKS, known=counting)

    assert counting.asked == []


def test_another_day_asks_again_what_uses_the_day() -> None:
    ready = a_map(EXTENSION)
    before = a_complete_dossier(EXTENSION)
    now = before.model_copy(update={"as_of": before.as_of + timedelta(days=1)})
    counting = Counting(again(ready, before, now))

    evaluate(ready, now, named_checks=NAMED_CHECKS, known=counting)

    uses_day = {
        each.rule.id
        for each in ready.rules
        if each.holds is not None and "as_of" in (*each.applies.inputs, *each.holds.inputs)
    }
    assert uses_day != set()
    assert uses_day <= {each.split("|")[0] for each in counting.asked}


def test_results_of_another_pack_are_not_carried_over() -> None:
    ready = a_map(EXTENSION)
    dossier = a_complete_dossier(EXTENSION)

    without_dossier = kept(ready, dossier).model_copy(update={"dossier": None})

    assert earlier_results(replace(ready, pack_version="1"), kept(ready, dossier), dossier) is None
    assert earlier_results(ready, None, dossier) is None
    assert earlier_results(ready, without_dossier, dossier) is None


def test_a_check_whose_code_changed_since_is_run_again() -> None:
    ready = a_map(EXTENSION)
    dossier = a_complete_dossier(EXTENSION)
    before = kept(ready, dossier)
    earlier_code = before.model_copy(update={"check_versions": {**before.check_versions, "ALL-SET-01": 0}})

    earlier = earlier_results(ready, earlier_code, dossier)

    rules = {each.rule.id: each.rule for each in ready.rules}
    assert earlier is not None
    assert earlier.by_check(rules["ALL-SET-01"]) is None
    assert earlier.by_check(rules["ALL-FLD-01"]) == ()


def test_what_changed_is_told_by_field_document_and_person() -> None:
    before = a_complete_dossier(PLAN)
    first, second = before.persons[0], before.persons[1]
    name = next(iter(first.values))
    changed = first.model_copy(update={"values": {**first.values, name: "changed"}})
    papers = tuple(each for each in before.documents if each.person_id != first.person_id)
    now = before.model_copy(
        update={"persons": (changed, PersonDossier(person_id="p-new")), "documents": papers, "channel": None}
    )

    told = changes_between(before, now)

    kinds = {each.kind for each in before.documents if each.person_id == first.person_id}
    assert [(each.person_id, each.fields) for each in told.scopes] == [(first.person_id, (name,))]
    assert set(told.scopes[0].documents) == kinds
    assert told.persons_added == ("p-new",)
    assert second.person_id in told.persons_gone
    assert (told.as_of_changed, told.channel_changed) == (False, before.channel is not None)
    assert changes_between(before, before) == Changes()


def test_a_change_of_the_application_concerns_every_person() -> None:
    told = Changes(
        scopes=(ScopeChange(person_id=None, fields=("a",)), ScopeChange(person_id="p1", documents=("b",)))
    )

    assert (told.about("p1"), told.about("p2"), told.about(None)) == (
        frozenset("ab"),
        frozenset("a"),
        frozenset("a"),
    )
