"""Facts as the desk keeps them, read back by its own reading: a sample dossier is what a real application's would be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from infra.dossiers import WHOLE, Case, Collected, DocumentRow, Entry, dossier
from schemas.catalogue import Value
from schemas.dossier import DocumentFact, Dossier
from schemas.examination import PDF, XLSX, ImageFacts, PdfFacts, SheetFacts, WorkbookFacts
from schemas.maps import ProcedureMap
from schemas.mrz import check_digit, read_zone
from schemas.readings import PassportSeen, Reading

WRITTEN_AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
_CLIENT = "org-1"


def as_read(facts: Dossier, ready: ProcedureMap) -> Dossier:
    """The dossier that `infra.dossiers` makes of these facts; the channel and other applications are added to it later."""
    read = dossier(kept(facts), ready, facts.as_of)
    added = {name: getattr(facts, name) for name in ("channel", "elsewhere", "plans")}
    return read.model_copy(update=added)


def kept(facts: Dossier) -> Collected:
    """The rows of a handed-in application with these facts, opened."""
    omitted = [fact for fact in facts.documents if fact.omitted is not None]
    files = [fact for fact in facts.documents if fact.omitted is None]
    return Collected(
        case=_case(facts),
        entries={
            WHOLE: _entries(facts.application),
            **{line.person_id: _entries(line.values) for line in facts.persons},
        },
        documents=[_row(facts.number, fact) for fact in files],
        omissions=[_omission(fact) for fact in omitted],
        references={
            fact.document_id: fact.omitted.reference or "" for fact in omitted if fact.omitted is not None
        },
        readings={
            fact.document_id: Reading(passports=fact.passports, values=fact.told)
            for fact in files
            if fact.state != "refused"
        },
    )


def _case(facts: Dossier) -> Case:
    return Case(
        number=facts.number,
        organisation_id=_CLIENT,
        procedure=facts.procedure_id,
        map_version=facts.map_version,
        pack_version=None,
        version=1,
        rounds=1,
        created_at=WRITTEN_AT,
        changed_at=WRITTEN_AT,
        handed_in_at=WRITTEN_AT,
        persons=tuple(line.person_id for line in facts.persons),
    )


def _entries(values: Mapping[str, Value]) -> dict[str, Entry]:
    by = {"by": "client-1", "as": "client", "at": WRITTEN_AT.isoformat()}
    return {field: {"v": value, **by} for field, value in values.items()}


def _row(number: str, fact: DocumentFact) -> DocumentRow:
    found = _examined(fact)
    verdict = {
        "pages": fact.pages,
        "masked_pages": list(fact.masked_pages),
        "facts": found.model_dump(mode="json") if found else None,
    }
    return DocumentRow(
        id=fact.document_id,
        organisation_id=_CLIENT,
        number=number,
        kind=fact.kind,
        scope=fact.scope,
        person_id=fact.person_id,
        version=1,
        state=fact.state,
        refusal=None,
        sealed_file_name=b"",
        media_type=fact.media_type or PDF,
        size_bytes=fact.size_bytes or 0,
        sha256="0" * 64,
        issued_on=fact.issued_on,
        upload_id=None,
        sealed_in_round=1,
        created_at=WRITTEN_AT,
        completed_at=WRITTEN_AT,
        facts=verdict,
        vault_key=None,
        vault_version=None,
    )


def _examined(fact: DocumentFact) -> PdfFacts | ImageFacts | WorkbookFacts | None:
    """What the examination wrote of such a file; nothing of a picture whose size is not known."""
    known = fact.model_dump(exclude={"kind"})
    rest: dict[str, Any]
    if fact.media_type == PDF:
        rest = {"pages": fact.pages or 1, "text_layer": True, "form_fields": False, "signed": False}
        return PdfFacts(**{name: known[name] for name in PdfFacts.model_fields if name in known} | rest)
    if fact.media_type == XLSX:
        sheets = (SheetFacts(rows=1, columns=1, visible=True),)
        return WorkbookFacts(sheets=sheets, external_links=0, my_number_like=fact.my_number_like)
    if fact.width_px is None or fact.height_px is None:
        return None
    rest = {"dpi": None, "colour": True, "turned": False}
    return ImageFacts(**{name: known[name] for name in ImageFacts.model_fields if name in known} | rest)


def _omission(fact: DocumentFact) -> Any:
    return SimpleNamespace(
        id=fact.document_id,
        kind=fact.kind,
        person_id=fact.person_id,
        submitted_on=fact.omitted.handed_in_on if fact.omitted else None,
    )


def a_zone(values: Mapping[str, Value]) -> tuple[PassportSeen, ...]:
    """What a good copy of the passport with these answers shows on its first page; nothing where one is not given."""
    asked = ("name_latin", "passport_number", "nationality", "birth_on", "sex", "passport_expires_on")
    if not all(values.get(name) for name in asked):
        return ()
    name, number, country, birth, sex, expires = (str(values[name]) for name in asked)
    surname, _, given = name.partition(" ")
    first = f"P<{country}{surname}<<{given.replace(' ', '<')}".ljust(44, "<")
    pieces = (number.ljust(9, "<"), _short(birth), _short(expires), "<" * 14)
    number, birth, expires, optional = (f"{piece}{check_digit(piece)}" for piece in pieces)
    whole = check_digit(f"{number}{birth}{expires}{optional}")
    zone = read_zone(first, f"{number}{country}{birth}{sex[0].upper()}{expires}{optional}{whole}")
    return (PassportSeen(page=1, zone=zone, seen_in="text"),) if zone else ()


def _short(day: str) -> str:
    return day[2:].replace("-", "")
