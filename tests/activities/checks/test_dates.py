"""Dates on documents: three months to the day, and nothing signed tomorrow."""

from datetime import date

import pytest

from activities.checks.dates import signed_in_time
from schemas.asking import Asking
from tests.schemas.cases import EXTENSION, a_dossier, a_map, check
from tests.schemas.clean_dossiers import a_document


@pytest.mark.parametrize(
    ("issued_on", "outcomes"),
    [
        (date(2026, 8, 22), []),
        (date(2026, 8, 21), ["fails"]),
        (date(2026, 11, 22), []),
        (date(2026, 11, 23), ["fails"]),
        (None, ["cannot_decide"]),
    ],
)
def test_an_official_paper_is_at_most_three_months_old(issued_on: date | None, outcomes: list[str]) -> None:
    ready = a_map(EXTENSION, only="ALL-DC-04")
    paper = a_document(ready, "tax_payment", "p1", issued_on=issued_on)

    report = check(ready, a_dossier(ready, documents=(paper,)))

    assert [finding.outcome for finding in report.findings] == outcomes


def test_the_finding_says_from_when_a_paper_would_do() -> None:
    ready = a_map(EXTENSION, only="ALL-DC-04")
    paper = a_document(ready, "tax_payment", "p1", issued_on=date(2026, 1, 1))

    report = check(ready, a_dossier(ready, documents=(paper,)))

    assert report.findings[0].message_values == {"issued_from": "2026-08-22"}


def test_a_paper_without_a_limit_may_be_old() -> None:
    ready = a_map(EXTENSION, only="ALL-DC-04")
    paper = a_document(ready, "employment_contract", "p1", issued_on=date(2020, 1, 1))

    assert check(ready, a_dossier(ready, documents=(paper,))).findings == ()


@pytest.mark.parametrize(("signed_on", "found"), [(date(2026, 11, 22), 0), (date(2026, 11, 23), 1)])
def test_nothing_is_signed_after_the_day_of_lodging(signed_on: date, found: int) -> None:
    ready = a_map(EXTENSION)
    contract = a_document(ready, "employment_contract", "p1", signed_on=signed_on)

    flaws = list(signed_in_time(Asking(ready, a_dossier(ready, documents=(contract,)))))

    assert len(flaws) == found
