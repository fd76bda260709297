"""The checklist of a review: what rules ask a person to look at on papers, where no machine decides. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from schemas.asking import Asking
from schemas.catalogue import Bilingual, DocumentKind, Procedure, Rule, Verification
from schemas.document_list import lines_of
from schemas.dossier import Dossier, RequiredDocument
from schemas.findings import Severity
from schemas.maps import ProcedureMap
from schemas.tables import ChecklistRow
from schemas.words import Word


class ChecklistItem(Word):
    """One thing to look for. `key` is the same in every round under one map: the rule, its first document, and which prompt.

    `severity` is what an objection usually weighs; `kinds` are the documents to look at; `why` no machine decides it.
    """

    key: str
    rule_id: str
    title: Bilingual
    prompt: Bilingual
    severity: Severity
    legal_source: str
    source: str
    verification: Verification
    verified_on: date
    kinds: tuple[str, ...]
    why: Bilingual | None = None


class Spot(Word):
    """A document to look at: whose, the file where one is attached, and what must be known to say it is needed."""

    kind: str
    person_id: str | None = None
    document_id: str | None = None
    missing: tuple[str, ...] = ()


class ItemToLookAt(ChecklistItem):
    """An item that applies to an application, with the places where it does."""

    spots: tuple[Spot, ...]

    @property
    def persons(self) -> tuple[str, ...]:
        """Whom it concerns, each once, in the order of the application; empty where it is on common documents."""
        return tuple(dict.fromkeys(spot.person_id for spot in self.spots if spot.person_id is not None))


def checklist_items(ready: ProcedureMap, on: date | None) -> tuple[ChecklistItem, ...]:
    """Every item of a map, in the order of its documents; what several documents prompt alike is one item.

    Each is told by its rule of that day (None: of the latest), as `ProcedureMap.rule` chooses it; keys are the same on any.
    """
    kinds: dict[tuple[str, Bilingual], list[DocumentKind]] = {}
    for kind in ready.procedure.documents:
        for asked in _prompts_on(kind, ready):
            kinds.setdefault(asked, []).append(kind)
    rows = {row.id: row for row in ready.tables.checklist}
    begun: Counter[str] = Counter()
    items = []
    for (rule_id, prompt), prompting in kinds.items():
        begins = f"{rule_id}:{prompting[0].id}"
        begun[begins] += 1
        row, chosen = rows.get(rule_id), ready.rule(rule_id, on)
        item = _item(ready.procedure, chosen.rule if chosen else row, rule_id, prompt=prompt, kinds=prompting)
        changes = {"key": f"{begins}:{begun[begins]}", "why": row.why if row else None}
        items.append(item.model_copy(update=changes))
    return tuple(items)


def checklist_of(ready: ProcedureMap, dossier: Dossier) -> tuple[ItemToLookAt, ...]:
    """The items that apply: their document is attached, needed, or not known to be needed; left-out ones are not there."""
    asking = Asking(ready, dossier)
    spots: dict[str, list[Spot]] = {}
    for line in lines_of(asking):
        spots.setdefault(line.kind, []).extend(_spots(asking, line))
    found = (
        ItemToLookAt(**item.model_dump(), spots=tuple(spot for kind in item.kinds for spot in spots[kind]))
        for item in checklist_items(ready, dossier.as_of)
    )
    return tuple(item for item in found if item.spots)


def _spots(asking: Asking, line: RequiredDocument) -> Iterator[Spot]:
    facts = asking.documents(line.kind, line.person_id)
    attached = next((fact.document_id for fact in facts if fact.omitted is None), None)
    is_left_out = bool(facts) and attached is None
    if attached or (line.need in ("needed", "cannot_decide") and not is_left_out):
        missing = () if attached else line.missing
        yield Spot(kind=line.kind, person_id=line.person_id, document_id=attached, missing=missing)


def _prompts_on(kind: DocumentKind, ready: ProcedureMap) -> Iterator[tuple[str, Bilingual]]:
    for prompt in kind.look_for:
        yield prompt.rule, Bilingual(ja=prompt.ja, en=prompt.en)
    for row in ready.tables.checklist if kind.signed_by else ():
        if row.of_signed is not None:
            yield row.id, row.of_signed


def _item(
    procedure: Procedure,
    row: Rule | ChecklistRow | None,
    rule_id: str,
    *,
    prompt: Bilingual,
    kinds: list[DocumentKind],
) -> ChecklistItem:
    """A rule's own title and source; an older map's item that stands in no table has its document's."""
    sourced = row or kinds[0]
    return ChecklistItem(
        key=f"{rule_id}:{kinds[0].id}",
        rule_id=rule_id,
        title=_title(row) or prompt,
        prompt=prompt,
        severity=row.severity if row else Severity.WARN,
        legal_source=row.legal_source if row else procedure.legal_basis.ja,
        source=sourced.source,
        verification=sourced.verification,
        verified_on=sourced.verified_on,
        kinds=tuple(kind.id for kind in kinds),
    )


def _title(row: Rule | ChecklistRow | None) -> Bilingual | None:
    if isinstance(row, ChecklistRow):
        return Bilingual(ja=row.ja, en=row.en)
    return row.title if row else None
