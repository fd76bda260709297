"""What a finding rests on: every answer and document it was decided with, but not the day.

While it rests on the same, what people settled about it stays settled; when it changes, they are asked again.
"""

import json
from datetime import date
from typing import Any

from schemas.asking import Subject
from schemas.dossier import DocumentFact, Dossier, RuleFinding
from schemas.named_checks import CHECK_ROWS, ELSEWHERE, PLAN_BEHIND, CheckRow
from schemas.rechecks import Changes

DAY_OF_LODGING = "as_of"
TOLD_BESIDE = (ELSEWHERE, PLAN_BEHIND)
"""What a named check was told beside answers and documents: other applications, the plan."""


def grounds_of(
    finding: RuleFinding,
    dossier: Dossier,
    *,
    check: str | None = None,
    follows_since: date | None = None,
) -> str:
    """Canonical text of what a finding rests on; personal. Two findings of one key rest on the same when it is equal.

    A condition, and a named check that keeps all, rests on the values it names. Another named check rests on what is at
    its place, or on everything of its subject, as its row says, and on what it was told beside (`TOLD_BESIDE`). A rule
    that follows another of its id (`follows_since`) is a ground of its own.
    """
    row = _beyond_what_is_kept(check)
    named = {name: finding.given[name] for name in TOLD_BESIDE if name in finding.given}
    given = named if row else finding.given
    grounds: dict[str, Any] = {
        "outcome": finding.outcome,
        "missing": list(finding.missing),
        "inputs": {} if row else dict(finding.inputs),
        "given": {name: value for name, value in given.items() if name != DAY_OF_LODGING},
    }
    if follows_since is not None:
        grounds["follows_since"] = follows_since.isoformat()
    if row:
        subject = dossier.person(finding.person_id) if finding.person_id else None
        at_place = row.at_place and finding.place_kind in ("field", "document")
        grounds |= _at_place(finding, dossier, subject) if at_place else _whole(dossier, subject)
    return json.dumps(grounds, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def changed_for(finding: RuleFinding, changes: Changes, *, check: str | None = None) -> tuple[str, ...]:
    """The names of what changed among the things a finding rests on, in order; ids of fields and kinds only."""
    about = changes.about(finding.person_id)
    if _beyond_what_is_kept(check):
        return tuple(sorted(about))
    uses_documents = "documents_present" in finding.given
    named = {*finding.inputs, *finding.missing, finding.place}
    return tuple(sorted(name for name in about if name in named or uses_documents))


def _beyond_what_is_kept(check: str | None) -> CheckRow | None:
    """The row of a named check that rests on more than what is kept with its findings."""
    row = CHECK_ROWS[check] if check else None
    return row if row and not row.keeps_all else None


def _at_place(finding: RuleFinding, dossier: Dossier, subject: Subject) -> dict[str, Any]:
    if finding.place_kind == "field":
        answers = {**dossier.application, **(subject.values if subject else {})}
        return {"answer": answers.get(finding.place)}
    return {"documents": _papers(dossier, finding.person_id, finding.place)}


def _whole(dossier: Dossier, subject: Subject) -> dict[str, Any]:
    own = dict(subject.values) if subject else [dict(line.values) for line in dossier.persons]
    papers = [_papers(dossier, None), _papers(dossier, subject.person_id) if subject else []]
    return {"application": dict(dossier.application), "own": own, "papers": papers}


def _papers(dossier: Dossier, person_id: str | None, kind: str | None = None) -> list[dict[str, Any]]:
    return [
        _plain(fact)
        for fact in dossier.documents
        if fact.person_id == person_id and kind in (None, fact.kind)
    ]


def _plain(fact: DocumentFact) -> dict[str, Any]:
    return fact.model_dump(mode="json", exclude_defaults=True)
