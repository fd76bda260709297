"""Dates on documents: how old official papers are, and that nothing is signed in the future."""

from collections.abc import Iterator

from schemas.asking import Asking
from schemas.calendar import months_before
from schemas.rules import Flaw


def fresh_documents(asking: Asking) -> Iterator[Flaw]:
    """Attached papers issued too long before lodging, or after it; without a date: cannot be decided."""
    for fact in asking.dossier.documents:
        kind = asking.ready.procedure.document(fact.kind)
        if kind is None or kind.issued_within_months is None or fact.omitted or fact.state == "refused":
            continue
        issued_from = months_before(asking.dossier.as_of, kind.issued_within_months)
        if fact.issued_on is not None and issued_from <= fact.issued_on <= asking.dossier.as_of:
            continue
        yield Flaw(
            place_kind="document",
            place=fact.kind,
            person_id=fact.person_id,
            outcome="fails" if fact.issued_on else "cannot_decide",
            missing=() if fact.issued_on else ("issued_on",),
            message_values={"issued_from": issued_from.isoformat()},
        )


def signed_in_time(asking: Asking) -> Iterator[Flaw]:
    """Documents whose date of signature is later than the day of lodging."""
    for fact in asking.dossier.documents:
        if fact.state != "refused" and fact.signed_on is not None and fact.signed_on > asking.dossier.as_of:
            yield Flaw(place_kind="document", place=fact.kind, person_id=fact.person_id)
