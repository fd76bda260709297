"""The exact document list of one dossier: what is needed, may be left out, or is not needed, and why."""

from schemas.asking import Asking, Subject
from schemas.catalogue import Bilingual, DocumentKind
from schemas.dossier import Dossier, Need, RequiredDocument
from schemas.expressions import Decision
from schemas.maps import ProcedureMap

_ALWAYS = Bilingual(ja="常に必要です。", en="Always needed.")
_NEEDED_HERE = Bilingual(
    ja="記載された内容により、この申請では必要です。", en="Needed here, by what was answered."
)
_NOT_NEEDED = Bilingual(
    ja="記載された内容により、この申請では不要です。", en="Not needed here, by what was answered."
)


def document_list(ready: ProcedureMap, dossier: Dossier) -> tuple[RequiredDocument, ...]:
    """One line per kind (and per person for kinds of persons), in the authority's order."""
    return lines_of(Asking(ready, dossier))


def lines_of(asking: Asking) -> tuple[RequiredDocument, ...]:
    """The same for a dossier that is being asked already."""
    kinds = sorted(asking.ready.procedure.documents, key=lambda kind: kind.order)
    return tuple(
        _line(asking, kind, person)
        for kind in kinds
        for person in asking.subjects(per_person=kind.belongs_to_person)
    )


def _line(asking: Asking, kind: DocumentKind, person: Subject) -> RequiredDocument:
    required = asking.decide(kind.required_when, person)
    may_omit = kind.may_omit_when is not None and asking.decide(kind.may_omit_when, person).outcome == "holds"
    need, reason = _need(asking.ready, kind, required, may_omit=may_omit)
    person_id = person.person_id if person else None
    facts = asking.documents(kind.id, person_id)
    return RequiredDocument(
        kind=kind.id,
        scope=kind.scope,
        person_id=person_id,
        need=need,
        reason=reason,
        missing=required.missing,
        present=any(fact.omitted is None for fact in facts),
    )


def _need(
    ready: ProcedureMap, kind: DocumentKind, required: Decision, *, may_omit: bool
) -> tuple[Need, Bilingual]:
    if required.outcome == "cannot_decide":
        return "cannot_decide", _undecided(ready, required.missing)
    if required.outcome == "fails":
        return "not_needed", _NOT_NEEDED
    if may_omit and kind.omission is not None:
        return "omittable", kind.omission
    return "needed", _ALWAYS if kind.required_when == "true" else _NEEDED_HERE


def _undecided(ready: ProcedureMap, missing: tuple[str, ...]) -> Bilingual:
    labels = [row.label for name in missing if (row := ready.procedure.field(name)) is not None]
    return Bilingual(
        ja=f"まだ決まりません。未記入の項目: {'、'.join(label.ja for label in labels) or '(その他)'}",
        en=f"Not decided yet; not answered: {', '.join(label.en for label in labels) or '(other)'}",
    )
