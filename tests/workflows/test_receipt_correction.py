"""A receipt number that was typed wrong is put right: for a reason, by two where two confirm; no number is lost."""

import pytest

from schemas.commands import CorrectReceipts, EndLodging
from schemas.filing import Receipt, ResultKind
from schemas.folding import fold_all
from schemas.parties import Actor
from schemas.refusals import Refused
from tests.builders import HANDLER, OTHER_HANDLER, PaperRoad, a_plan, lodged, ready, receipt_of
from workflows import filing, receipt_correction

RIGHT = "OTIT-26-right"


def lodged_with(**numbers: str) -> PaperRoad:
    road = ready(*numbers)
    road.begin()
    receipts = tuple(Receipt(person_id=person, number=number) for person, number in numbers.items())
    values = {"filing_id": road.filing().id, "outcome": "confirmed", "receipts": receipts}
    road.act(filing.end, road.ask(EndLodging, HANDLER, **values))
    return road


def asked(road: PaperRoad, by: Actor = HANDLER, **numbers: str) -> CorrectReceipts:
    receipts = tuple(Receipt(person_id=person, number=number) for person, number in numbers.items())
    values = {"filing_id": road.standing.filings[0].id, "receipts": receipts, "remark_id": "remark"}
    command: CorrectReceipts = road.ask(CorrectReceipts, by, **values)
    return command


def correct(road: PaperRoad, by: Actor = HANDLER, **numbers: str) -> None:
    road.act(receipt_correction.correct, asked(road, by, **numbers))


def refusal(road: PaperRoad, by: Actor = HANDLER, **numbers: str) -> str:
    with pytest.raises(Refused) as refused:
        correct(road, by, **numbers)
    return refused.value.code


def numbers_of(road: PaperRoad) -> list[str | None]:
    return [line.receipt for line in road.standing.persons]


def test_the_result_is_taken_under_the_right_number() -> None:
    road = lodged("p1", "p2")
    before = receipt_of("p1")

    correct(road, p1=RIGHT)

    with pytest.raises(Refused, match="no_result_pending"):
        road.result("p1")
    correct(road, p1=before)
    road.result("p1", ResultKind.ACCREDITED)
    assert numbers_of(road) == [before, receipt_of("p2")]
    assert fold_all(road.events) == road.standing


def test_two_numbers_that_were_mixed_up_change_places_and_are_not_claimed_anew() -> None:
    road = lodged("p1", "p2", "p3")
    command = asked(road, p1=receipt_of("p2"), p2=receipt_of("p1"))
    fresh = receipt_correction.to_claim(road.situation, command)

    road.act(receipt_correction.correct, command)

    assert fresh == ()
    assert numbers_of(road) == [receipt_of("p2"), receipt_of("p1"), receipt_of("p3")]


def test_mixed_up_numbers_change_places_though_they_were_once_written_with_blanks() -> None:
    road = lodged_with(p1="阪永C 24999", p2="阪永C 25000")
    command = asked(road, p1="阪永C25000", p2="阪永C24999")
    fresh = receipt_correction.to_claim(road.situation, command)

    road.act(receipt_correction.correct, command)

    assert fresh == ()
    assert numbers_of(road) == ["阪永C25000", "阪永C24999"]


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ({"p1": "阪永C24999"}, "receipt_unchanged"),
        ({"p1": "阪永C25000"}, "receipt_taken"),
        ({"p1": "26-001", "p2": "26001"}, "receipt_taken"),
    ],
)
def test_another_spelling_is_no_other_number(numbers: dict[str, str], code: str) -> None:
    road = lodged_with(p1="阪永C 24999", p2="阪永C 25000")

    assert refusal(road, HANDLER, **numbers) == code


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ({"p1": receipt_of("p2")}, "receipt_taken"),
        ({"p1": RIGHT, "p2": RIGHT}, "receipt_taken"),
        ({"p1": receipt_of("p1")}, "receipt_unchanged"),
        ({"p1": RIGHT, "p2": receipt_of("p2")}, "receipt_unchanged"),
        ({"p9": RIGHT}, "unknown_person"),
        ({"p1": "阪オン260000001"}, "receipt_form"),
    ],
)
def test_numbers_that_are_nobodys_to_give_are_refused(numbers: dict[str, str], code: str) -> None:
    plan = a_plan(receipt_prefixes={"tokyo": ("東オン",), "osaka": ("阪オン",)})

    assert refusal(lodged("p1", "p2", plan=plan), HANDLER, **numbers) == code


def test_before_the_authority_has_it_there_is_no_number_to_correct() -> None:
    road = ready("p1")
    road.begin()

    assert refusal(road, p1=RIGHT) == "filing_not_open"


def test_where_two_confirm_the_second_says_the_same_and_only_then_it_counts() -> None:
    road = ready("p1", plan=a_plan(confirmed_by_second=True))
    road.begin()
    road.end()
    road.end(by=OTHER_HANDLER)

    correct(road, p1=RIGHT)

    assert numbers_of(road) == [receipt_of("p1")]
    assert receipt_correction.to_claim(road.situation, asked(road, p1=RIGHT)) == ()
    assert refusal(road, p1=RIGHT) == "same_person"
    correct(road, OTHER_HANDLER, p1="OTIT-26-other")
    assert numbers_of(road) == [receipt_of("p1")]
    correct(road, HANDLER, p1="OTIT-26-other")
    assert numbers_of(road) == ["OTIT-26-other"]
    assert road.standing.filings[0].correction is None


def test_a_number_that_became_anybodys_meanwhile_is_not_taken_unclaimed() -> None:
    road = lodged("p1", "p2")
    swapped = asked(road, p1=receipt_of("p2"), p2=receipt_of("p1"))
    decide = receipt_correction.when_claimed(receipt_correction.to_claim(road.situation, swapped))
    correct(road, p2=RIGHT)

    with pytest.raises(Refused, match="receipt_taken"):
        decide(road.situation, swapped)
