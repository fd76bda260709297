"""Whom an arrival concerns is proposed with reasons; what can't be told apart is doubted."""

from typing import Any

import pytest

from schemas.arrival_matching import matches
from schemas.arrival_reading import recognised
from schemas.arrivals import Candidate, Certainty, Match, Source
from schemas.filing import FilingState
from schemas.identifiers import application_number, filing_id

PREFIXES = {"東オン": "tokyo", "阪オン": "osaka"}
OURS, THEIRS = application_number(2026, 1), application_number(2026, 2)


def person(number: str = OURS, place: int = 1, **known: Any) -> Candidate:
    values = {
        "number": number,
        "person_id": f"{number}.person.{place}",
        "filing_id": filing_id(number, 1),
        "office": "tokyo",
        "state": FilingState.CONFIRMED,
        "awaits_result": True,
    }
    return Candidate.model_validate(values | known)


def proposed(text: str, *candidates: Candidate, subject: str = "") -> tuple[Match, ...]:
    sources = (Source(place="subject", text=subject), Source(place="text", text=text))
    return matches(recognised(sources, PREFIXES), sources, candidates)


def codes(match: Match) -> list[str]:
    return [reason.code for reason in match.reasons]


def test_a_receipt_number_that_is_waited_for_is_a_strong_reason() -> None:
    found = proposed(
        "受付番号 東オン24-001", person(receipt="東オン24001"), person(THEIRS, receipt="東オン24002")
    )

    assert [(each.number, each.certainty) for each in found] == [(OURS, Certainty.STRONG)]
    assert codes(found[0]) == ["receipt_equal", "office_fits"]
    assert "東オン24-001" in (found[0].reasons[0].passage.words if found[0].reasons[0].passage else "")


def test_nothing_is_proposed_without_a_number_or_a_name() -> None:
    assert proposed("資料提出通知", person(receipt="東オン24001", names=("グエン",))) == ()


def test_a_name_alone_is_weak() -> None:
    found = proposed("ＮＧＵＹＥＮ　ＶＡＮ　Ａ 様", person(names=("Nguyen Van A",)))

    assert [each.certainty for each in found] == [Certainty.WEAK]
    assert codes(found[0]) == ["name_found"]


def test_a_number_beside_another_persons_name_is_doubted() -> None:
    text = "受付番号 東オン24001 NGUYEN VAN A"

    found = proposed(
        text,
        person(receipt="東オン24001", names=("TRAN THI B",)),
        person(THEIRS, receipt="東オン24009", names=("NGUYEN VAN A",)),
    )

    assert "other_name" in codes(found[0])
    assert found[0].certainty is Certainty.LIKELY


def test_a_number_of_another_office_is_doubted() -> None:
    found = proposed("受付番号 阪オン24001", person(receipt="阪オン24001"))

    assert "office_differs" in codes(found[0])
    assert found[0].certainty is Certainty.WEAK


def test_persons_of_one_filing_cant_be_told_apart_by_its_reference() -> None:
    found = proposed(filing_id(OURS, 1), person(place=1), person(place=2))

    assert [each.certainty for each in found] == [Certainty.WEAK, Certainty.WEAK]
    assert all("ambiguous" in codes(each) for each in found)


def test_a_reference_with_a_name_tells_them_apart() -> None:
    found = proposed(
        f"{filing_id(OURS, 1)} TRAN THI B",
        person(place=1, names=("NGUYEN A",)),
        person(place=2, names=("Tran Thi B",)),
    )

    assert [each.person_id for each in found] == [f"{OURS}.person.2", f"{OURS}.person.1"]
    assert found[0].certainty is Certainty.STRONG
    assert found[1].certainty is Certainty.WEAK


@pytest.mark.parametrize(
    ("subject", "state", "awaits", "is_awaited"),
    [
        ("受付完了", FilingState.INTENDED, False, True),
        ("受付完了", FilingState.CONFIRMED, True, False),
        ("認定通知書", FilingState.CONFIRMED, True, True),
        ("認定通知書", FilingState.CONFIRMED, False, False),
        ("審査完了", FilingState.CONFIRMED, True, True),
    ],
)
def test_what_is_waited_for_counts(subject: str, state: FilingState, awaits: bool, is_awaited: bool) -> None:
    found = proposed(filing_id(OURS, 1), person(state=state, awaits_result=awaits), subject=subject)

    assert ("awaited" in codes(found[0])) is is_awaited


def test_a_short_name_is_not_looked_for() -> None:
    assert proposed("A社 御中", person(names=("A",))) == ()


def test_no_more_than_a_few_are_proposed() -> None:
    crowd = [person(place=place) for place in range(1, 20)]

    assert len(proposed(filing_id(OURS, 1), *crowd)) == 5
