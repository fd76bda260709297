"""The facts of an event as people read them: labels and values in the language of the page."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from api.pages.telling import BETWEEN, NOTHING, day, due, either
from api.pages.terms import Terms
from api.pages.words import Wording, all_words
from schemas.calendar import japan_date
from schemas.refusals import REFUSALS

SHOWN = (
    "persons",
    "person_id",
    "round",
    "task_kind",
    "outcome",
    "instead_of",
    "level",
    "then",
    "found",
    "findings",
    "items",
    "looked_at",
    "deadline_kind",
    "due_at",
    "due_on",
    "reason",
    "office",
    "channel",
    "way",
    "receipts",
    "replaced",
    "not_taken",
    "result",
    "decided_on",
    "valid_to",
    "how",
    "to_number",
    "from_number",
    "other_number",
    "proposed",
    "answer",
    "code",
    "was",
)
"""The facts worth telling, in this order. Ids and digests are left to the exports."""


@dataclass(frozen=True)
class Facts:
    """Tells the facts of one case's events. `people` names persons by their line, never by name."""

    terms: Terms
    people: Mapping[str, str]

    def told(self, facts: Mapping[str, Any], at: datetime) -> list[tuple[str, str]]:
        """Label and value of every fact worth telling, with the names of the day on which it happened."""
        words = Wording(self.terms.locale)
        present = [name for name in SHOWN if facts.get(name) not in (None, (), [], {})]
        return [(words(f"fact.{name}"), self._value(name, facts[name], japan_date(at))) for name in present]

    def _value(self, name: str, value: Any, on: date) -> str:
        tell = self._tellers(on).get(name)
        return tell(value) if tell else self._coded(name, value)

    def _tellers(self, happened_on: date) -> Mapping[str, Callable[[Any], str]]:
        locale, terms = self.terms.locale, self.terms
        office = partial(terms.office, on=happened_on)
        return {
            "persons": self._persons,
            "not_taken": lambda away: self._persons([each["person_id"] for each in away]),
            "person_id": self._person,
            "due_at": lambda at: due(locale, datetime.fromisoformat(at)),
            "due_on": lambda on: day(locale, on),
            "decided_on": lambda on: day(locale, on),
            "valid_to": lambda on: day(locale, on),
            "office": office,
            "channel": terms.channel,
            "result": terms.result,
            "receipts": _numbers,
            "replaced": _numbers,
            "found": lambda found: str(len(found)),
            "findings": lambda found: str(len(found)),
            "items": self._items,
            "looked_at": self._marks,
            "was": office,
            "to_number": _linked,
            "from_number": _linked,
            "other_number": _linked,
            "code": lambda code: either(locale, REFUSALS[code]),
        }

    def _items(self, items: Sequence[Mapping[str, Any]]) -> str:
        """How many findings, and what changed where they are asked about again."""
        changed = dict.fromkeys(name for each in items for name in each.get("changed", ()))
        names = (self.terms.kind(self.terms.field(name)) for name in changed)
        return " · ".join((str(len(items)), *names))

    def _marks(self, marks: Sequence[Mapping[str, str]]) -> str:
        """How many items of the checklist came out how."""
        counted = Counter(self._coded("mark", each["mark"]) for each in marks)
        return " · ".join(f"{told} {count}" for told, count in counted.items())

    def _persons(self, persons: Sequence[str]) -> str:
        return either(self.terms.locale, BETWEEN).join(self._person(each) for each in persons)

    def _person(self, person_id: str) -> str:
        return self.people.get(person_id, NOTHING)

    def _coded(self, name: str, value: Any) -> str:
        key = f"{CODES.get(name, name)}.{value}"
        return all_words()[key][self.terms.locale] if key in all_words() else str(value)


def _numbers(given: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(each["number"] for each in given)


def _linked(number: str) -> str:
    """An application's number that leads to it."""
    return Markup('<a href="/applications/{}">{}</a>').format(number, number)


CODES = {
    "task_kind": "task_kind",
    "deadline_kind": "deadline",
    "then": "stage",
    "reason": "reason",
    "outcome": "outcome",
    "instead_of": "link",
    "answer": "proposal",
    "mark": "checklist",
}
"""Which words tell the codes of a fact."""
