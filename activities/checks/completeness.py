"""Whether all is there: required fields and documents, grounds for omissions, one office, no doubles."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from schemas.asking import Asking
from schemas.calendar import months_before
from schemas.document_list import lines_of
from schemas.dossier import DocumentFact
from schemas.lodging import office_of
from schemas.rules import Flaw

_PLAN_NUMBERS = ("prior_accreditation_number", "accreditation_number", "plan_number")


def required_fields(asking: Asking) -> Iterator[Flaw]:
    """Every field that must be answered and is not; what hangs on an unanswered field waits for it."""
    if not asking.dossier.persons:
        yield Flaw(place_kind="application", place="persons")
    for subject, row in asking.questions():
        if row.id not in asking.answers(subject) and asking.is_required(row, subject).outcome == "holds":
            yield Flaw(
                place_kind="field",
                place=row.id,
                person_id=subject.person_id if subject else None,
                reads=asking.ready.condition(row.required_when).inputs if row.required_when else (),
            )


def required_documents(asking: Asking) -> Iterator[Flaw]:
    """Every needed document neither attached nor claimed as left out; undecided ones name what is missing."""
    for line in lines_of(asking):
        if line.need == "not_needed" or asking.documents(line.kind, line.person_id):
            continue
        kind = asking.ready.procedure.document(line.kind)
        yield Flaw(
            place_kind="document",
            place=line.kind,
            person_id=line.person_id,
            outcome="cannot_decide" if line.need == "cannot_decide" else "fails",
            missing=line.missing,
            reads=asking.ready.condition(kind.required_when).inputs if kind else (),
        )


def omissions(asking: Asking) -> Iterator[Flaw]:
    """Every document left out without a sufficient ground."""
    claimed = [fact for fact in asking.dossier.documents if fact.omitted is not None]
    needs = {(line.kind, line.person_id): line.need for line in lines_of(asking)} if claimed else {}
    for fact in claimed:
        kind = asking.ready.procedure.document(fact.kind)
        if kind is None:
            continue
        allowed = needs.get((fact.kind, fact.person_id)) != "needed"
        if not allowed or not _grounded(fact, asking.dossier.as_of, kind.omission_within_months):
            yield Flaw(
                place_kind="document",
                place=fact.kind,
                person_id=fact.person_id,
                given={"omitted": _claimed(fact)},
                message_values={"months": str(kind.omission_within_months or "-")},
            )


def one_office(asking: Asking) -> Iterator[Flaw]:
    """Persons whose office differs from the most frequent one of the application."""
    offices = {
        line.person_id: office_of(asking.ready, asking.dossier, line.person_id)
        for line in asking.dossier.persons
    }
    known = Counter(office.id for office in offices.values() if office is not None)
    if len(known) > 1:
        most = max(known, key=lambda office_id: (known[office_id], office_id))
        for person_id, office in offices.items():
            if office is not None and office.id != most:
                yield Flaw(
                    place_kind="field",
                    place=asking.ready.procedure.office.prefecture_field or "",
                    person_id=person_id,
                    given={"offices": f"{office.id} ({most})"},
                )


def distinct_persons(asking: Asking) -> Iterator[Flaw]:
    """Persons who carry the passport number of somebody earlier in the application."""
    yield from _given_before(asking, "passport_number")


def distinct_plans(asking: Asking) -> Iterator[Flaw]:
    """Persons with the accreditation number of somebody earlier in the application: one plan is one trainee's."""
    for field in _PLAN_NUMBERS:
        yield from _given_before(asking, field)


def _given_before(asking: Asking, field: str) -> Iterator[Flaw]:
    seen: set[object] = set()
    for person in asking.dossier.persons:
        answer = asking.answers(person).get(field)
        if answer is not None and answer in seen:
            yield Flaw(place_kind="field", place=field, person_id=person.person_id)
        seen.add(answer)


def _claimed(fact: DocumentFact) -> str:
    omitted = fact.omitted
    told = (omitted.handed_in_on, omitted.reference, omitted.reason) if omitted else ()
    return ", ".join(str(each) for each in told if each)


def _grounded(fact: DocumentFact, as_of: date, within_months: int | None) -> bool:
    omitted = fact.omitted
    if omitted is None or not omitted.reason:
        return False
    if within_months is None:
        return True
    if not omitted.unchanged or not omitted.reference or omitted.handed_in_on is None:
        return False
    return months_before(as_of, within_months) <= omitted.handed_in_on <= as_of
