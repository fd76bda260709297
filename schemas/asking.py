"""Asking a map about a dossier: its values as conditions see them, a rule's subjects, what is required.

`None` stands for the application as a whole; a person also sees the application's answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from schemas.catalogue import FieldRow, Value
from schemas.dossier import DocumentFact, Dossier, PersonDossier
from schemas.expressions import CelInput, Decision, InputType, as_input
from schemas.maps import ProcedureMap

Subject = PersonDossier | None


@dataclass(frozen=True)
class Asking:
    """One map and one dossier together; what was worked out about a subject is kept for the next question."""

    ready: ProcedureMap
    dossier: Dossier
    _answers: dict[str | None, Mapping[str, Value]] = field(default_factory=dict, repr=False)
    _inputs: dict[str | None, Mapping[str, CelInput]] = field(default_factory=dict, repr=False)

    @cached_property
    def _documents(self) -> Mapping[tuple[str, str | None], tuple[DocumentFact, ...]]:
        found: dict[tuple[str, str | None], tuple[DocumentFact, ...]] = {}
        for fact in self.dossier.documents:
            if fact.state != "refused":
                key = (fact.kind, fact.person_id)
                found[key] = (*found.get(key, ()), fact)
        return found

    def documents(self, kind: str, person_id: str | None) -> tuple[DocumentFact, ...]:
        """The documents of a kind, refused ones left out: a person's own, or (None) the application's."""
        return self._documents.get((kind, person_id), ())

    @property
    def channel(self) -> str | None:
        """The channel chosen, or the only one the map has; None while it is open."""
        ways = self.ready.procedure.channels
        return self.dossier.channel or (ways[0].id if len(ways) == 1 else None)

    def answers(self, subject: Subject) -> Mapping[str, Value]:
        """The answered fields among the map's; empty texts and values of a wrong type are no answers."""
        key = subject.person_id if subject else None
        if key not in self._answers:
            given = {**self.dossier.application, **(subject.values if subject else {})}
            self._answers[key] = {
                name: value for name, value in given.items() if self._is_answer(name, value)
            }
        return self._answers[key]

    def inputs(self, subject: Subject) -> Mapping[str, CelInput]:
        """The inputs of conditions: answers and what every condition may use."""
        key = subject.person_id if subject else None
        if key not in self._inputs:
            types = self.ready.vocabulary.inputs
            answers = self.answers(subject)
            values = {name: as_input(types[name], value) for name, value in answers.items()}
            self._inputs[key] = {**values, **self._given(subject, answers)}
        return self._inputs[key]

    def subjects(self, *, per_person: bool) -> tuple[Subject, ...]:
        """Whom a question is asked about: every person, or once the application."""
        return self.dossier.persons if per_person else (None,)

    def decide(self, condition: str, subject: Subject) -> Decision:
        """A condition of the map, for one subject."""
        return self.ready.condition(condition).decide(self.inputs(subject))

    def is_required(self, row: FieldRow, subject: Subject) -> Decision:
        """Whether a field must be answered, given the other answers."""
        if row.required_when is not None:
            return self.decide(row.required_when, subject)
        return Decision("holds" if row.required else "fails")

    def excuses(self, missing: tuple[str, ...], subject: Subject) -> bool:
        """Whether something missing need not be there: then a rule over it is not applicable."""
        rows = (self.ready.procedure.field(name) for name in missing)
        return any(row is not None and self.is_required(row, subject).outcome == "fails" for row in rows)

    def questions(self) -> Iterator[tuple[Subject, FieldRow]]:
        """Every field with whom it is asked about; the application's fields first."""
        for row in self.ready.procedure.fields:
            if not row.belongs_to_person:
                yield None, row
        for person in self.dossier.persons:
            for row in self.ready.procedure.fields:
                if row.belongs_to_person:
                    yield person, row

    def date_of(self, name: str, subject: Subject) -> date | None:
        """A date answer, or None."""
        answer = self.answers(subject).get(name)
        return date.fromisoformat(str(answer)) if answer is not None else None

    def _given(self, subject: Subject, answers: Mapping[str, Value]) -> dict[str, CelInput]:
        given: dict[str, CelInput] = {
            "as_of": as_input("date", self.dossier.as_of),
            "person_count": len(self.dossier.persons),
            "expected_days": self.ready.procedure.expected_days.usual,
            "answered": sorted(answers),
            "documents_present": self._kinds_present(subject),
        }
        if self.channel is not None:
            given["channel"] = self.channel
        return given

    def _kinds_present(self, subject: Subject) -> list[str]:
        whose = {None, subject.person_id if subject else None}
        kinds = (row.id for row in self.ready.procedure.documents)
        return [kind for kind in kinds if any(self._attached(kind, person_id) for person_id in whose)]

    def _attached(self, kind: str, person_id: str | None) -> bool:
        return any(fact.omitted is None for fact in self.documents(kind, person_id))

    def _is_answer(self, name: str, value: Value) -> bool:
        kind = self.ready.vocabulary.inputs.get(name)
        is_field = self.ready.procedure.field(name) is not None
        return is_field and kind is not None and value != "" and _type_accepts(kind, value)


def _type_accepts(kind: InputType, value: Value) -> bool:
    try:
        as_input(kind, value)
    except ValueError:
        return False
    return True
