"""What goes along with a filing: all papers first, then only those the authority does not have, and none to withdraw."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.enclosing import LodgedFiling, is_enclosed, is_told_as_omitted
from schemas.filing import FilingKind

SEALED_AT = datetime(2026, 11, 22, tzinfo=UTC)
LATER = SEALED_AT + timedelta(days=30)
A_MOMENT = timedelta(seconds=1)
BEFORE = (
    LodgedFiling(
        filing_id="filing.1",
        persons=frozenset({"p1", "p2"}),
        documents=frozenset({"plan-1", "passport-1"}),
        sealed_at=SEALED_AT,
    ),
    LodgedFiling(
        filing_id="filing.2",
        persons=frozenset({"p1"}),
        documents=frozenset({"plan-2"}),
        sealed_at=LATER,
    ),
)


@pytest.mark.parametrize(
    ("document", "persons", "enclosed"),
    [
        ("plan-1", {"p1", "p2"}, False),
        ("passport-1", {"p1"}, False),
        ("plan-2", {"p1"}, False),
        ("plan-2", {"p2"}, True),
        ("plan-2", {"p1", "p2"}, True),
        ("passport-2", {"p1"}, True),
        ("plan-1", {"p1", "p3"}, True),
    ],
)
def test_a_supplement_encloses_what_the_authority_does_not_have_of_each(
    document: str, persons: set[str], *, enclosed: bool
) -> None:
    assert is_enclosed(FilingKind.SUPPLEMENT, document, frozenset(persons), BEFORE) is enclosed


@pytest.mark.parametrize("document", ["plan-1", "plan-3"])
def test_a_first_filing_encloses_everything_and_a_withdrawal_nothing(document: str) -> None:
    persons = frozenset({"p1"})

    assert is_enclosed(FilingKind.FIRST, document, persons, BEFORE)
    assert not is_enclosed(FilingKind.WITHDRAWAL, document, persons, BEFORE)


@pytest.mark.parametrize(
    ("kind", "declared_at", "person", "told"),
    [
        (FilingKind.FIRST, SEALED_AT, "p1", True),
        (FilingKind.SUPPLEMENT, SEALED_AT, "p2", False),
        (FilingKind.SUPPLEMENT, SEALED_AT + A_MOMENT, "p2", True),
        (FilingKind.SUPPLEMENT, LATER, "p1", False),
        (FilingKind.SUPPLEMENT, LATER + A_MOMENT, "p1", True),
        (FilingKind.WITHDRAWAL, LATER + A_MOMENT, "p1", False),
    ],
)
def test_what_is_left_out_is_told_once_with_the_next_filing_of_each(
    kind: FilingKind, declared_at: datetime, person: str, *, told: bool
) -> None:
    assert is_told_as_omitted(kind, declared_at, frozenset({person}), BEFORE) is told
