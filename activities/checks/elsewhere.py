"""What other open applications contradict: the same passport, head counts together, one company told in two ways.

Findings of these are notes for reviewers: clients are never told of them by a rule.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.asking import Asking
from schemas.catalogue import Value
from schemas.elsewhere import (
    CARE_COUNT_FIELD,
    CARE_STAFF_FIELD,
    COMPARATOR_FIELD,
    JOB_FIELD,
    PASSPORT_FIELD,
    STAFF_FIELD,
    WAGE_FIELDS,
    WAITING_FOR,
    WORK_FIELD,
    CaseElsewhere,
)
from schemas.expressions import CelInput
from schemas.maps import ReadyRule
from schemas.named_checks import ELSEWHERE
from schemas.rows_used import Noted, looked_up, noting
from schemas.rules import Flaw


class _HeadCount(NamedTuple):
    """Rules that compare what `grows` by those who wait elsewhere with the `staff`; it is told at `place`."""

    grows: str
    staff: str
    place: str
    per_workplace: bool = False


_OF_STAFF = _HeadCount("person_count", STAFF_FIELD, STAFF_FIELD)
_OF_CARE = _HeadCount(CARE_COUNT_FIELD, CARE_STAFF_FIELD, CARE_COUNT_FIELD, per_workplace=True)


class _Exceeded(NamedTuple):
    """A rule exceeded together with those who wait in `others`, and the rows that it looked up, and no other's."""

    rule: ReadyRule
    others: Sequence[CaseElsewhere]
    noted: Sequence[Noted]


class _Told(NamedTuple):
    case: CaseElsewhere
    value: Value


def passport_in_own_cases(asking: Asking) -> Iterator[Flaw]:
    """Passport numbers that open applications of the same client carry too; their numbers are told."""
    yield from _passports(asking, same_client=True)


def passport_in_cases_of_others(asking: Asking) -> Iterator[Flaw]:
    """The same in applications of other clients; their numbers stand in the explanation alone."""
    yield from _passports(asking, same_client=False)


def head_count_elsewhere(asking: Asking) -> Iterator[Flaw]:
    """Head counts that hold for this application alone, and no more with those who wait in the company's others."""
    yield from _counted_together(asking, _OF_STAFF)


def care_count_elsewhere(asking: Asking) -> Iterator[Flaw]:
    """The same of an establishment of care: with those who wait in the company's others for that establishment."""
    yield from _counted_together(asking, _OF_CARE)


def staff_elsewhere(asking: Asking) -> Iterator[Flaw]:
    """A number of full-time staff that another open application of the client tells otherwise."""
    yield from _told_otherwise(asking, STAFF_FIELD, _of_company(asking))


def wages_elsewhere(asking: Asking) -> Iterator[Flaw]:
    """Pay of the same company for the same work that another open application of the client tells otherwise."""
    job = asking.answers(None).get(JOB_FIELD)
    same_job = [case for case in _of_company(asking) if case.figures.get(JOB_FIELD) == job]
    for field in WAGE_FIELDS:
        yield from _told_otherwise(asking, field, same_job)


def comparators_elsewhere(asking: Asking) -> Iterator[Flaw]:
    """Persons whose Japanese colleague in the same work earns otherwise in another open application of the client."""
    cases = _of_company(asking)
    for person in asking.dossier.persons:
        answers = asking.answers(person)
        work, here = str(answers.get(WORK_FIELD, "")).strip(), answers.get(COMPARATOR_FIELD)
        other = [
            case for case in cases if here is not None and here not in case.comparators.get(work, (here,))
        ]
        if other:
            told = ", ".join(f"{case.number}: {'/'.join(map(str, case.comparators[work]))}" for case in other)
            yield _flaw(COMPARATOR_FIELD, person.person_id, told, {"numbers": _numbers(other)})


def _passports(asking: Asking, *, same_client: bool) -> Iterator[Flaw]:
    for person in asking.dossier.persons:
        cases = [
            case
            for case in asking.dossier.elsewhere
            if case.person_id == person.person_id and case.same_client is same_client
        ]
        if cases:
            numbers = {"numbers": _numbers(cases)} if same_client else {}
            yield _flaw(PASSPORT_FIELD, person.person_id, _numbers(cases), numbers)


def _of_company(asking: Asking) -> list[CaseElsewhere]:
    return [case for case in asking.dossier.elsewhere if case.person_id is None]


def _counted_together(asking: Asking, count: _HeadCount) -> Iterator[Flaw]:
    """One flaw that rests on every head count exceeded; how many wait, and the limit, are told of the first."""
    exceeded = list(_exceeded_together(asking, count))
    if not exceeded:
        return
    for table, row in (noted for each in exceeded for noted in each.noted):
        looked_up(table, row)
    first = exceeded[0]
    limit = first.rule.values.get("limit")
    told_limit = limit.compute(asking.inputs(None)) if limit else None
    values = {"waiting": str(_waiting(first.others)), "limit": told_limit or "?"}
    told = {f"{case.number}: {case.undecided}" for each in exceeded for case in each.others}
    reads = dict.fromkeys(name for each in exceeded for name in each.rule.rule.inputs)
    yield _flaw(count.place, None, ", ".join(sorted(told)), values, reads=tuple(reads))


def _exceeded_together(asking: Asking, count: _HeadCount) -> Iterator[_Exceeded]:
    """Head counts that only those who wait elsewhere exceed."""
    inputs = asking.inputs(None)
    for rule in _head_counts(asking, count):
        others, here = _waiting_for(asking, rule, count), inputs.get(count.grows)
        together = {**inputs, count.grows: here + _waiting(others)} if isinstance(here, int) else inputs
        with noting() as noted:
            is_exceeded = bool(others) and _holds(rule, inputs) and not _holds(rule, together)
        if is_exceeded:
            yield _Exceeded(rule, others, noted)


def _head_counts(asking: Asking, count: _HeadCount) -> Iterator[ReadyRule]:
    in_force = asking.ready.rules_on(asking.dossier.as_of)
    return (rule for rule in in_force if rule.holds and set(rule.holds.inputs) >= {count.grows, count.staff})


def _waiting_for(asking: Asking, rule: ReadyRule, count: _HeadCount) -> list[CaseElsewhere]:
    """Applications with persons waiting who add to what a head count counts: those of its procedures, or of this one."""
    now = next((name for name in rule.rule.inputs if name in WAITING_FOR), "")
    counted = WAITING_FOR.get(now, (asking.dossier.procedure_id,))
    cases = (case for case in _of_company(asking) if case.same_workplace or not count.per_workplace)
    return [case for case in cases if case.procedure_id in counted and case.undecided]


def _waiting(cases: Iterable[CaseElsewhere]) -> int:
    return sum(case.undecided for case in cases)


def _holds(rule: ReadyRule, inputs: Mapping[str, CelInput]) -> bool:
    asked = (rule.applies, rule.holds)
    return all(each is not None and each.decide(inputs).outcome == "holds" for each in asked)


def _told_otherwise(asking: Asking, field: str, cases: Iterable[CaseElsewhere]) -> Iterator[Flaw]:
    here = asking.answers(None).get(field)
    told = [_Told(case, case.figures[field]) for case in cases if field in case.figures]
    other = [each for each in told if each.value != here]
    if here is not None and other:
        numbers = {"numbers": _numbers(each.case for each in other)}
        yield _flaw(field, None, ", ".join(f"{each.case.number}: {each.value}" for each in other), numbers)


def _flaw(
    field: str, person_id: str | None, told: str, values: dict[str, str], *, reads: tuple[str, ...] = ()
) -> Flaw:
    return Flaw(
        place_kind="field",
        place=field,
        person_id=person_id,
        reads=reads,
        given={ELSEWHERE: told},
        message_values=values,
    )


def _numbers(cases: Iterable[CaseElsewhere]) -> str:
    return ", ".join(sorted({case.number for case in cases}))
