"""What is missing before an application can be handed in: required answers and documents, all at once."""

from collections.abc import Iterator

from api.problems import ItemAtFault
from schemas.asking import fields_and_subjects, inputs_of, is_required
from schemas.document_list import document_list
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap


def gaps(ready: ProcedureMap, dossier: Dossier) -> list[ItemAtFault]:
    """Every gap, fields first, each named in both languages. Nothing of the content is repeated."""
    return [*_fields(ready, dossier), *_documents(ready, dossier)]


def _fields(ready: ProcedureMap, dossier: Dossier) -> Iterator[ItemAtFault]:
    for person, answers, field in fields_and_subjects(ready, dossier):
        if field.id in answers:
            continue
        if is_required(ready, field, inputs_of(ready, dossier, person)).outcome == "holds":
            yield ItemAtFault(
                "field_missing",
                f"「{field.label.ja}」が未入力です。",
                f"“{field.label.en}” is not answered.",
                field=field.id,
                person_id=person.person_id if person else None,
            )


def _documents(ready: ProcedureMap, dossier: Dossier) -> Iterator[ItemAtFault]:
    for line in document_list(ready, dossier):
        omitted = any(fact.omitted for fact in dossier.documents_of(line.kind, line.person_id))
        is_missing = line.need == "needed" or (line.need == "omittable" and not omitted)
        kind = ready.procedure.document(line.kind)
        if kind is not None and is_missing and not line.present:
            yield ItemAtFault(
                "document_missing",
                f"「{kind.ja}」がありません。",
                f"“{kind.en}” is missing.",
                person_id=line.person_id,
                kind=line.kind,
            )
