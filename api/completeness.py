"""What is missing before an application can be handed in: required answers and documents, all at once."""

from collections.abc import Iterator

from api.problems import ItemAtFault
from schemas.asking import Asking
from schemas.document_list import lines_of
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap


def gaps(ready: ProcedureMap, dossier: Dossier) -> list[ItemAtFault]:
    """Every gap, fields first, each named in both languages. Nothing of the content is repeated."""
    asking = Asking(ready, dossier)
    return [*_fields(asking), *_documents(asking)]


def _fields(asking: Asking) -> Iterator[ItemAtFault]:
    for subject, field in asking.questions():
        if field.id in asking.answers(subject) or asking.is_required(field, subject).outcome != "holds":
            continue
        yield ItemAtFault(
            "field_missing",
            f"「{field.label.ja}」が未入力です。",
            f"“{field.label.en}” is not answered.",
            field=field.id,
            person_id=subject.person_id if subject else None,
        )


def _documents(asking: Asking) -> Iterator[ItemAtFault]:
    for line in lines_of(asking):
        omitted = any(fact.omitted for fact in asking.dossier.documents_of(line.kind, line.person_id))
        is_missing = line.need == "needed" or (line.need == "omittable" and not omitted)
        kind = asking.ready.procedure.document(line.kind)
        if kind is None or line.present or not is_missing:
            continue
        yield ItemAtFault(
            "document_missing",
            f"「{kind.ja}」がありません。",
            f"“{kind.en}” is missing.",
            person_id=line.person_id,
            kind=line.kind,
        )
