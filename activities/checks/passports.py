"""Passports' machine-readable zones against the form: check digits, fields, names, and whose passport it is.

What was read from a picture is uncertain: the same checks, asked by rules of a lower severity (`…_in_picture`).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from schemas.asking import Asking
from schemas.dossier import DocumentFact, PersonDossier, SeenOn
from schemas.mrz import PassportZone, same_day, same_name, same_number
from schemas.readings import PassportSeen
from schemas.rules import Flaw

Where = Literal["text", "picture"]
_UNSPECIFIED = "unspecified"


class _Found(NamedTuple):
    fact: DocumentFact
    seen: PassportSeen


def passport_digits(asking: Asking) -> Iterator[Flaw]:
    """Zones one of whose check digits does not fit: copied, cut or mistyped."""
    yield from _digits(asking, "text")


def passport_digits_in_picture(asking: Asking) -> Iterator[Flaw]:
    """The same for zones read from a picture, where the reading itself may be wrong."""
    yield from _digits(asking, "picture")


def passport_fields(asking: Asking) -> Iterator[Flaw]:
    """Answers about number, birth, sex, nationality or expiry that the person's passport does not say."""
    yield from _fields(asking, "text")


def passport_fields_in_picture(asking: Asking) -> Iterator[Flaw]:
    """The same for zones read from a picture."""
    yield from _fields(asking, "picture")


def passport_name(asking: Asking) -> Iterator[Flaw]:
    """Names in Latin letters that are not the passport's, in either order."""
    for person, zones in _zones(asking, "text"):
        name = asking.answers(person).get("name_latin")
        if isinstance(name, str) and not any(same_name(found.seen.zone, name) for found in zones):
            yield _at_field("name_latin", person, zones[0])


def passport_of_another(asking: Asking) -> Iterator[Flaw]:
    """Passports attached to one person that carry the number of another person of the application."""
    numbers = {
        person.person_id: str(asking.answers(person).get("passport_number", ""))
        for person in asking.dossier.persons
    }
    for fact in _attached(asking):
        for seen in fact.passports:
            owners = {
                each for each, number in numbers.items() if number and same_number(seen.zone.number, number)
            }
            if owners and fact.person_id not in owners:
                yield _at_document(_Found(fact, seen))
                break


def _digits(asking: Asking, where: Where) -> Iterator[Flaw]:
    for fact in _attached(asking):
        seen = next(
            (each for each in fact.passports if each.seen_in == where and each.zone.wrong_digits), None
        )
        if seen is not None:
            yield _at_document(_Found(fact, seen))


def _fields(asking: Asking, where: Where) -> Iterator[Flaw]:
    for person, zones in _zones(asking, where):
        answers = asking.answers(person)
        meant = _meant(zones, str(answers.get("passport_number", "")))
        for field, agrees in _COMPARED.items():
            answer = answers.get(field)
            if isinstance(answer, str) and not agrees(meant.seen.zone, answer, asking):
                yield _at_field(field, person, meant)


def _meant(zones: list[_Found], number: str) -> _Found:
    """The passport the form speaks of; the first one where none has its number."""
    return next((found for found in zones if same_number(found.seen.zone.number, number)), zones[0])


def _zones(asking: Asking, where: Where) -> Iterator[tuple[PersonDossier, list[_Found]]]:
    by_person: dict[str | None, list[_Found]] = {}
    for fact in _attached(asking):
        for seen in fact.passports:
            if seen.seen_in == where:
                by_person.setdefault(fact.person_id, []).append(_Found(fact, seen))
    for person in asking.dossier.persons:
        zones = by_person.get(person.person_id)
        if zones:
            yield person, zones


def _attached(asking: Asking) -> Iterable[DocumentFact]:
    return (
        fact for fact in asking.dossier.documents if fact.state == "released" and fact.person_id is not None
    )


def _number_agrees(zone: PassportZone, answer: str, _asking: Asking) -> bool:
    return "number" in zone.wrong_digits or same_number(zone.number, answer)


def _birth_agrees(zone: PassportZone, answer: str, _asking: Asking) -> bool:
    return "birth" in zone.wrong_digits or same_day(zone.birth, date.fromisoformat(answer))


def _expiry_agrees(zone: PassportZone, answer: str, _asking: Asking) -> bool:
    return "expiry" in zone.wrong_digits or same_day(zone.expiry, date.fromisoformat(answer))


def _sex_agrees(zone: PassportZone, answer: str, _asking: Asking) -> bool:
    return zone.sex in (_UNSPECIFIED, answer)


def _nationality_agrees(zone: PassportZone, answer: str, asking: Asking) -> bool:
    """A code that is no country's (refugees, organisations, former states) is left to the reviewer."""
    return zone.nationality not in asking.ready.tables.country_codes or zone.nationality == answer


_COMPARED: dict[str, Callable[[PassportZone, str, Asking], bool]] = {
    "passport_number": _number_agrees,
    "birth_on": _birth_agrees,
    "sex": _sex_agrees,
    "nationality": _nationality_agrees,
    "passport_expires_on": _expiry_agrees,
}


_SAYS: dict[str, Callable[[PassportZone], str]] = {
    "passport_number": lambda zone: zone.number,
    "birth_on": lambda zone: zone.birth,
    "sex": lambda zone: zone.sex,
    "nationality": lambda zone: zone.nationality,
    "passport_expires_on": lambda zone: zone.expiry,
    "name_latin": lambda zone: f"{zone.surname} {zone.given_names}",
}
"""What the zone says about a field."""


def _at_field(field: str, person: PersonDossier, found: _Found) -> Flaw:
    return Flaw(
        place_kind="field",
        place=field,
        person_id=person.person_id,
        given={"passport_zone": _SAYS[field](found.seen.zone)},
        message_values={"page": str(found.seen.page)},
        seen_on=(_on_page(found),),
    )


def _at_document(found: _Found) -> Flaw:
    return Flaw(
        place_kind="document",
        place=found.fact.kind,
        person_id=found.fact.person_id,
        given={"passport_zone": ", ".join((found.seen.zone.number, *found.seen.zone.wrong_digits))},
        message_values={"page": str(found.seen.page)},
        seen_on=(_on_page(found),),
    )


def _on_page(found: _Found) -> SeenOn:
    return SeenOn(document_id=found.fact.document_id, page=found.seen.page)
