"""Clean applications of every procedure, and what is found when one thing in them is spoiled.

A file of `clean/` holds answers; every document that these answers call for is attached. Its `defects` each name a
change (`change`, `unanswered`, `each`, `without`, `documents`, `elsewhere`, `plans`, `as_of`, `channel`) and exactly the
rules that then fail. `shows` of a passport's copy: what its zone says otherwise than the answers, and where that was
read (`seen_in`); a document with `omitted` is left out. `variants` change it likewise and nothing may be found. `asks`,
of a file or a variant: documents that are asked there, of the application or its first person, and not in all
circumstances.
Every dossier is read as the desk reads it, from rows as they are kept (`kept_content`).
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from infra.catalogue import load_catalogue
from schemas.document_list import document_list
from schemas.dossier import DocumentFact, Dossier, PersonDossier, RequiredDocument
from schemas.elsewhere import CaseElsewhere
from schemas.maps import ProcedureMap
from schemas.plans_behind import PlanBehind
from schemas.readings import PassportSeen
from tests.schemas.kept_content import a_zone, as_read

LODGED_ON = date(2026, 11, 22)
FOLDER = Path(__file__).parent / "clean"
_FIRST = "p1"


@dataclass(frozen=True)
class Defect:
    """One thing changed in a clean application, and the rules that must find it, no others (a variant: none)."""

    procedure_id: str
    name: str
    found: frozenset[str]
    given: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.procedure_id}-{self.name}"


@cache
def clean_content(procedure_id: str) -> Mapping[str, Any]:
    """The file of a procedure, parsed."""
    return tomllib.loads((FOLDER / f"{procedure_id}.toml").read_text(encoding="utf-8"))


def a_clean_dossier(procedure_id: str) -> Dossier:
    """The sample application of a procedure in which nothing is wrong or missing."""
    ready = load_catalogue().map_for(procedure_id)
    return _with_papers(ready, _answers(ready, clean_content(procedure_id)))


def defects(procedure_id: str) -> Iterator[Defect]:
    """Every seeded defect of a procedure."""
    yield from _changes(procedure_id, "defects")


def variants(procedure_id: str) -> Iterator[Defect]:
    """The same application in other circumstances (construction, care, dispatch, ...), complete and clean again."""
    yield from _changes(procedure_id, "variants")


@cache
def clean_dossiers(procedure_id: str) -> tuple[tuple[Dossier, frozenset[str]], ...]:
    """The clean application and its variants, each with the documents that its file says are asked just then."""
    others = [(spoiled(each), frozenset(each.given.get("asks", ()))) for each in variants(procedure_id)]
    return (a_clean_dossier(procedure_id), frozenset(clean_content(procedure_id).get("asks", ()))), *others


def _changes(procedure_id: str, group: str) -> Iterator[Defect]:
    for given in clean_content(procedure_id).get(group, ()):
        yield Defect(procedure_id, given["name"], frozenset(given.get("found", ())), given)


def spoiled(defect: Defect) -> Dossier:
    """The clean application with the defect in it, at the first person where it concerns persons."""
    content, given = dict(clean_content(defect.procedure_id)), defect.given
    content.update({key: given[key] for key in ("as_of", "channel", "each") if key in given})
    ready = load_catalogue().map_for(defect.procedure_id)
    own, common = _parted(ready, given.get("change", {}))
    gone = set(given.get("unanswered", ()))
    clean = _answers(ready, content)
    first, *others = clean.persons
    changed = clean.model_copy(
        update={
            "application": _laid_over(clean.application, common, gone),
            "persons": (first.model_copy(update={"values": _laid_over(first.values, own, gone)}), *others),
            "elsewhere": tuple(CaseElsewhere.model_validate(row) for row in given.get("elsewhere", ())),
            "plans": tuple(PlanBehind.model_validate(row) for row in given.get("plans", ())),
        }
    )
    return _with_papers(ready, changed, without=given.get("without", ()), altered=given.get("documents", {}))


def a_document(
    ready: ProcedureMap, kind_id: str, person_id: str | None = None, **changed: object
) -> DocumentFact:
    """A released document of a kind: a sound PDF of today, or a photo of the right shape."""
    kind = ready.procedure.document(kind_id)
    if kind is None:
        raise KeyError(kind_id)
    sound: dict[str, object] = {
        "document_id": f"{kind_id}-{person_id or 'all'}",
        "kind": kind_id,
        "scope": kind.scope,
        "person_id": person_id,
        "pages": 1,
        "size_bytes": 100_000,
        "media_type": kind.media_types[0],
        "width_px": 354 if kind_id == "photo" else None,
        "height_px": 472 if kind_id == "photo" else None,
        "issued_on": LODGED_ON if kind.issued_within_months else None,
    }
    return DocumentFact.model_validate({**sound, **changed})


def _answers(ready: ProcedureMap, content: Mapping[str, Any]) -> Dossier:
    each = content.get("each", {})
    lines = max([1, *(len(values) for values in each.values())])
    return Dossier(
        number="T26-4KX7M2QP",
        procedure_id=ready.procedure.id,
        map_version=ready.procedure.version,
        as_of=content["as_of"],
        channel=content.get("channel"),
        application=_plain(content.get("application", {})),
        persons=tuple(
            PersonDossier(
                person_id=f"p{place + 1}", values=_plain(content.get("person", {})) | _own(each, place)
            )
            for place in range(lines)
        ),
    )


def _own(each: Mapping[str, list[Any]], place: int) -> dict[str, Any]:
    return _plain({name: values[place] for name, values in each.items()})


def _plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items()}


def _with_papers(
    ready: ProcedureMap,
    dossier: Dossier,
    *,
    without: Iterable[str] = (),
    altered: Mapping[str, Any] | None = None,
) -> Dossier:
    """Every document that the answers call for is attached, at the first person those left out or altered are not."""
    papers = [
        a_document(ready, line.kind, line.person_id, **_paper(line, dossier, altered or {}))
        for line in document_list(ready, dossier)
        if line.need in ("needed", "omittable")
        and not (line.kind in without and line.person_id in (None, _FIRST))
    ]
    return as_read(dossier.model_copy(update={"documents": tuple(papers)}), ready)


def _paper(line: RequiredDocument, dossier: Dossier, altered: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a paper; a copy of a passport shows the answers of its person."""
    changed = dict(altered.get(line.kind, {})) if line.person_id in (None, _FIRST) else {}
    person = dossier.person(line.person_id) if line.person_id and line.kind == "passport_copy" else None
    return {"issued_on": dossier.as_of, "passports": _shown(person, changed.pop("shows", {})), **changed}


def _shown(person: PersonDossier | None, otherwise: Mapping[str, Any]) -> tuple[PassportSeen, ...]:
    seen_in, wrong = otherwise.get("seen_in", "text"), tuple(otherwise.get("wrong_digits", ()))
    return tuple(
        seen.model_copy(
            update={"seen_in": seen_in, "zone": seen.zone.model_copy(update={"wrong_digits": wrong})}
        )
        for seen in (a_zone({**person.values, **otherwise}) if person else ())
    )


def _parted(ready: ProcedureMap, change: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = {name: ready.procedure.field(name) for name in change}
    unknown = [name for name, row in rows.items() if row is None]
    if unknown:
        raise KeyError(f"{ready.procedure.id} has no field {unknown[0]}")
    own = {name: value for name, value in change.items() if (row := rows[name]) and row.belongs_to_person}
    return _plain(own), _plain({name: value for name, value in change.items() if name not in own})


def _laid_over(below: Mapping[str, Any], change: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    return {name: value for name, value in {**below, **change}.items() if name not in gone}
