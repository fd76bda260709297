"""What was read in attached files against the form, and how well they can be read. Offered: never more than a warning."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from datetime import date
from decimal import Decimal

from schemas.asking import Asking
from schemas.calendar import months_before
from schemas.catalogue import FieldRow, Value
from schemas.dossier import DocumentFact, SeenOn
from schemas.examination import BLURRED_PERCENT
from schemas.readings import ValueSeen
from schemas.rows_used import looked_up
from schemas.rules import Flaw

_PHOTO = "photo"
_MOST_CELLS = 5
_LOOKED_AT_FOR_MY_NUMBER = ("ALL-TX-06", "ISA-RC-10")
_NUMBERS = ("integer", "money_yen", "decimal")
_FIELDS_OF: Mapping[str, frozenset[str]] = {
    "employer_in_forms": frozenset({"applicant_name", "applicant_address", "representative_name"}),
    "treatment_in_forms": frozenset(
        {
            "monthly_base_yen",
            "annual_hours",
            "weekly_hours",
            "housing_yen",
            "food_yen",
            "lecture_allowance_yen",
        }
    ),
}
_NOT_LETTERS = re.compile(r"[\W_]")


def forms_agree(asking: Asking) -> Iterator[Flaw]:
    """Answers that an attached form tells otherwise; says in which cells or fields, not what. Other rules' left out."""
    asked = {each.rule.check for each in asking.ready.rules_on(asking.dossier.as_of)}
    of_others = frozenset().union(*(fields for check, fields in _FIELDS_OF.items() if check in asked))
    fields = {row.id for row in asking.ready.procedure.fields} - of_others
    yield from _told_otherwise(asking, fields)


def employer_in_forms(asking: Asking) -> Iterator[Flaw]:
    """Name, address and representative of the employer where a form tells them otherwise."""
    yield from _told_otherwise(asking, _FIELDS_OF["employer_in_forms"])


def treatment_in_forms(asking: Asking) -> Iterator[Flaw]:
    """Pay, hours and charges where a form tells them otherwise."""
    yield from _told_otherwise(asking, _FIELDS_OF["treatment_in_forms"])


def _told_otherwise(asking: Asking, fields: Set[str]) -> Iterator[Flaw]:
    all_told = _told(asking)
    for subject, row in asking.questions():
        answer = asking.answers(subject).get(row.id)
        if answer is None or row.id not in fields:
            continue
        person_id = subject.person_id if subject else None
        others = [
            (fact, told)
            for fact, told in all_told.get((person_id, row.id), ())
            if not _agrees(asking, row, told, answer)
        ][:_MOST_CELLS]
        if others:
            yield Flaw(
                place_kind="field",
                place=row.id,
                person_id=person_id,
                given={"told": ", ".join(f"{told.place}: {told.value}" for _, told in others)},
                message_values={"cells": ", ".join(told.place for _, told in others)},
                seen_on=tuple(dict.fromkeys(_on_page(fact, told) for fact, told in others)),
            )


def _on_page(fact: DocumentFact, told: ValueSeen) -> SeenOn:
    return SeenOn(document_id=fact.document_id, page=told.sheet if told.of == "pdf" else None)


def scan_resolution(asking: Asking) -> Iterator[Flaw]:
    """Scanned pages coarser than the online system advises."""
    for fact in _readable(asking):
        if fact.coarse_pages:
            values = {"pages": _pages(fact.coarse_pages), "dpi": str(fact.scan_dpi)}
            yield _at(fact, values, page=fact.coarse_pages[0])


def blank_pages(asking: Asking) -> Iterator[Flaw]:
    """Files with pages on which nothing is."""
    for fact in _readable(asking):
        if fact.blank_pages:
            yield _at(fact, {"pages": _pages(fact.blank_pages)}, page=fact.blank_pages[0])


def masked_numbers(asking: Asking) -> Iterator[Flaw]:
    """Files in which My Numbers were blacked out here."""
    for fact in _readable(asking):
        if fact.masked_pages:
            yield _at(fact, {"pages": _pages(fact.masked_pages)}, page=fact.masked_pages[0])


def numbers_in_documents(asking: Asking) -> Iterator[Flaw]:
    """Released files whose text has digits with a My Number's check digit, though it does not speak of one.

    A paper that often shows one and is a picture was not looked at: it can't be decided.
    """
    for fact in _readable(asking):
        if fact.my_number_like:
            yield _at(fact, {"count": str(fact.my_number_like)})
        elif _is_picture(fact) and _often_shows_one(asking, fact.kind):
            not_seen = {"outcome": "cannot_decide", "missing": ("text_in_picture",)}
            yield _at(fact, {"count": "?"}).model_copy(update=not_seen)


def sharp_photo(asking: Asking) -> Iterator[Flaw]:
    """Photos without a sharp edge in them."""
    for fact in _readable(asking):
        if fact.kind == _PHOTO and (fact.blur_percent or 0) >= BLURRED_PERCENT:
            yield _at(fact, {})


def photo_day(asking: Asking) -> Iterator[Flaw]:
    """Photos whose camera wrote a day after lodging or before a photo may be used; many cameras' day is lost."""
    as_of = asking.dossier.as_of
    life = asking.ready.tables.paper_life(_PHOTO, as_of)
    for fact in _readable(asking):
        taken_on = fact.taken_on if fact.kind == _PHOTO else None
        if taken_on is None:
            continue
        told = {"taken_on": taken_on.isoformat()}
        if life is None:
            unknown = {"outcome": "cannot_decide", "missing": ("table:paper_lives",)}
            yield _at(fact, told).model_copy(update=unknown)
        elif not months_before(as_of, looked_up("paper_lives", life).months) <= taken_on <= as_of:
            yield _at(fact, {**told, "months": str(life.months)})


def _is_picture(fact: DocumentFact) -> bool:
    return bool(fact.scanned_pages) or (fact.media_type or "").startswith("image/")


def _often_shows_one(asking: Asking, kind: str) -> bool:
    row = asking.ready.procedure.document(kind)
    return row is not None and any(each.rule in _LOOKED_AT_FOR_MY_NUMBER for each in row.look_for)


def _readable(asking: Asking) -> Iterator[DocumentFact]:
    return (fact for fact in asking.dossier.documents if fact.state == "released" and fact.omitted is None)


def _told(asking: Asking) -> dict[tuple[str | None, str], list[tuple[DocumentFact, ValueSeen]]]:
    """What files say, by person (None: the application's own files) and question."""
    found: dict[tuple[str | None, str], list[tuple[DocumentFact, ValueSeen]]] = {}
    for fact in _readable(asking):
        for told in fact.told:
            found.setdefault((fact.person_id, told.field), []).append((fact, told))
    return found


def _agrees(asking: Asking, row: FieldRow, told: ValueSeen, answer: Value) -> bool:
    if row.type == "date":
        return date.fromisoformat(told.value) == date.fromisoformat(str(answer))
    if row.type in _NUMBERS:
        return Decimal(told.value) == Decimal(str(answer))
    if row.type == "latin_name":
        return _words(told.value) == _words(str(answer))
    if row.type == "country":
        return _country(asking, told.value) in (None, answer)
    return _folded(told.value) == _folded(str(answer))


def _country(asking: Asking, told: str) -> str | None:
    """The code of a country named in either language; None where it is not known by that name."""
    wanted = _folded(told)
    for row in asking.ready.tables.countries:
        if wanted in {_folded(row.code), _folded(row.ja), _folded(row.en)}:
            return row.code
    return None


def _words(name: str) -> list[str]:
    return sorted(_folded(word) for word in re.split(r"[\s,]+", name) if _folded(word))


def _folded(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _pages(pages: tuple[int, ...]) -> str:
    shown = ", ".join(str(page) for page in pages[:10])
    return f"{shown}, …" if len(pages) > 10 else shown


def _at(fact: DocumentFact, values: dict[str, str], page: int | None = None) -> Flaw:
    return Flaw(
        place_kind="document",
        place=fact.kind,
        person_id=fact.person_id,
        message_values=values,
        seen_on=(SeenOn(document_id=fact.document_id, page=page),),
    )
