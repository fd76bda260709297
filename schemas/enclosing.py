"""What a filing encloses: a first one everything, a supplement what the authority does not have, a withdrawal nothing."""

from collections.abc import Sequence
from datetime import datetime

from schemas.filing import FilingKind
from schemas.words import Word


class LodgedFiling(Word):
    """One filing the authority has: whose it is, and which versions of documents were bound in it."""

    filing_id: str
    persons: frozenset[str]
    documents: frozenset[str]
    sealed_at: datetime


def is_enclosed(
    kind: FilingKind, document_id: str, persons: frozenset[str], before: Sequence[LodgedFiling]
) -> bool:
    """Whether this version of a document, which belongs to these persons of the filing, goes along with it.

    What everybody shares goes along once more as soon as one of them was never lodged with it.
    """
    return _goes_along(kind, persons, [each for each in before if document_id in each.documents])


def is_told_as_omitted(
    kind: FilingKind, declared_at: datetime, persons: frozenset[str], before: Sequence[LodgedFiling]
) -> bool:
    """Whether the authority is told with this filing that a document of these persons is left out."""
    return _goes_along(kind, persons, [each for each in before if declared_at <= each.sealed_at])


def _goes_along(kind: FilingKind, persons: frozenset[str], told: Sequence[LodgedFiling]) -> bool:
    if kind is FilingKind.SUPPLEMENT:
        return not persons <= {person for filing in told for person in filing.persons}
    return kind is FilingKind.FIRST
