"""The authority takes only some persons of a filing: those have their numbers, the others are ready again."""

from typing import Any

import pytest

from activities.ledger.announcing import tellings
from schemas.commands import ArrivedVerdict, EndLodging
from schemas.filing import FilingKind, FilingState, NotTaken, Receipt
from schemas.folding import fold_all
from schemas.lodging_ends import LodgingConfirmed
from schemas.parties import Actor
from schemas.refusals import Refused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind
from tests.builders import HANDLER, OTHER_HANDLER, PaperRoad, a_plan, lodged, ready, receipt_of
from tests.workflows.orderly import insist_on_order
from workflows import filing


def numbers(*persons: str) -> tuple[Receipt, ...]:
    return tuple(Receipt(person_id=each, number=receipt_of(each)) for each in persons)


def sent_away(*persons: str, why: str | None = "remark-why") -> tuple[NotTaken, ...]:
    return tuple(NotTaken(person_id=each, remark_id=why) for each in persons)


def begun(*persons: str, **plan: Any) -> PaperRoad:
    road = ready(*persons, plan=a_plan(**plan))
    road.begin()
    return road


def end(road: PaperRoad, by: Actor = HANDLER, **said: Any) -> None:
    values = {"filing_id": road.filing().id, "outcome": "confirmed", **said}
    road.act(filing.end, road.ask(EndLodging, by, **values))


def refusal(road: PaperRoad, by: Actor = HANDLER, **said: Any) -> tuple[str, str | None]:
    before = road.standing
    with pytest.raises(Refused) as refused:
        end(road, by, **said)
    assert road.standing == before
    return refused.value.code, refused.value.field


def find_out(road: PaperRoad, **said: Any) -> None:
    road.decide(TaskKind.FIND_OUT, ArrivedVerdict(**said), HANDLER)


def test_those_taken_have_numbers_and_the_others_a_filing_of_their_own() -> None:
    road = begun("p1", "p2", "p3")

    end(road, receipts=numbers("p1", "p3"), not_taken=sent_away("p2"))

    first, second = road.standing.filings
    assert (first.state, first.persons, first.not_taken) == (
        FilingState.CONFIRMED,
        ("p1", "p3"),
        sent_away("p2"),
    )
    assert (second.state, second.persons, second.kind) == (FilingState.PREPARED, ("p2",), FilingKind.FIRST)
    assert [line.stage for line in road.standing.persons] == [Stage.LODGED, Stage.READY, Stage.LODGED]
    assert [line.receipt for line in road.standing.persons] == [receipt_of("p1"), None, receipt_of("p3")]
    assert road.person("p1").holder is Holder.AUTHORITY
    insist_on_order(road)
    assert fold_all(road.events) == road.standing


def test_who_was_sent_away_is_lodged_later_and_everybody_has_one_number() -> None:
    road = begun("p1", "p2")
    end(road, receipts=numbers("p1"), not_taken=sent_away("p2"))

    road.lodge()
    road.result("p1")
    road.result("p2")

    assert [each.persons for each in road.standing.filings] == [("p1",), ("p2",)]
    assert road.standing.closed_at is not None
    insist_on_order(road)


def test_the_result_is_expected_for_those_who_were_taken() -> None:
    road = begun("p1", "p2")

    end(road, receipts=numbers("p2"), not_taken=sent_away("p1"))

    assert [each.persons for each in road.standing.running_deadlines("result_expected")] == [("p2",)]


def test_the_client_is_told_how_many_were_not_taken() -> None:
    road = begun("p1", "p2")

    end(road, receipts=numbers("p1"), not_taken=sent_away("p2"))

    event = next(each for each in road.events if isinstance(each.body, LodgingConfirmed))
    facts = {"receipts": [receipt_of("p1")], "not_taken": 1}
    assert tellings(road.standing, event) == [("lodged", "client", facts)]


@pytest.mark.parametrize(
    ("taken", "away", "refused"),
    [
        (("p1",), sent_away("p1", "p2"), ("nobody_taken", "not_taken")),
        ((), sent_away("p1", "p2"), ("nobody_taken", "not_taken")),
        (("p1", "p2"), sent_away("p2"), ("not_taken_form", "not_taken")),
        (("p1",), sent_away("p2", "p2"), ("not_taken_form", "not_taken")),
        (("p1",), sent_away("p2", "stranger"), ("unknown_person", "not_taken")),
        (("p1",), (), ("receipt_missing", "receipts")),
        ((), sent_away("p2"), ("receipt_missing", "receipts")),
        (("p1",), sent_away("p2", why=None), ("reason_missing", "not_taken")),
    ],
)
def test_everybody_is_either_taken_or_not_and_why_is_written_down(
    taken: tuple[str, ...], away: tuple[NotTaken, ...], refused: tuple[str, str]
) -> None:
    road = begun("p1", "p2")

    assert refusal(road, receipts=numbers(*taken), not_taken=away) == refused


@pytest.mark.parametrize("outcome", ["unknown", "refused", "not_sent"])
def test_nobody_is_sent_away_where_nobody_was_taken(outcome: str) -> None:
    road = begun("p1", "p2")

    code = refusal(road, outcome=outcome, remark_id="remark", not_taken=sent_away("p2"))

    assert code == ("not_taken_form", "not_taken")


def test_a_supplement_goes_again_for_whom_it_was_not_taken() -> None:
    road = lodged("p1", "p2")
    road.ask_for_more("p1", "p2")
    road.correct("p1", "p2")
    road.check()
    road.pass_all()
    road.begin()

    end(road, not_taken=sent_away("p1"))

    first, taken, again = road.standing.filings
    assert (taken.persons, again.persons) == (("p2",), ("p1",))
    assert (again.kind, again.parent_id) == (FilingKind.SUPPLEMENT, first.id)
    assert (road.person("p1").stage, road.person("p2").stage) == (Stage.READY, Stage.LODGED)


def test_what_is_found_out_can_be_that_some_were_taken() -> None:
    road = begun("p1", "p2")
    end(road, outcome="unknown")

    with pytest.raises(Refused, match="reason_missing"):
        find_out(road, arrived=True, receipts=numbers("p1"), not_taken=sent_away("p2", why=None))
    with pytest.raises(Refused, match="not_taken_form"):
        find_out(road, arrived=False, remark_id="remark", not_taken=sent_away("p2"))
    find_out(road, arrived=True, receipts=numbers("p1"), not_taken=sent_away("p2"))

    assert [each.persons for each in road.standing.filings] == [("p1",), ("p2",)]
    insist_on_order(road)


def test_the_second_who_confirms_names_the_same_persons_and_the_first_ones_reasons_stay() -> None:
    road = begun("p1", "p2", "p3", confirmed_by_second=True)
    end(road, receipts=numbers("p1", "p2"), not_taken=sent_away("p3"))
    reported = road.filing().reported

    himself = refusal(road, receipts=numbers("p1", "p2"), not_taken=sent_away("p3"))
    differently = refusal(
        road, OTHER_HANDLER, receipts=numbers("p1", "p3"), not_taken=sent_away("p2", why=None)
    )
    end(road, OTHER_HANDLER, receipts=numbers("p1", "p2"), not_taken=sent_away("p3", why=None))

    assert reported is not None and reported.not_taken == sent_away("p3")
    assert (himself[0], differently[0]) == ("same_person", "receipts_differ")
    assert road.standing.filings[0].not_taken == sent_away("p3")
    assert road.person("p3").stage is Stage.READY


def test_a_first_report_says_why_somebody_was_not_taken() -> None:
    road = begun("p1", "p2", confirmed_by_second=True)

    code = refusal(road, receipts=numbers("p1"), not_taken=sent_away("p2", why=None))

    assert code == ("reason_missing", "not_taken")


def test_what_was_recorded_before_keeps_its_form() -> None:
    whole = LodgingConfirmed(filing_id="f", receipts=numbers("p1"))
    part = whole.model_copy(update={"not_taken": sent_away("p2")})

    assert set(whole.model_dump()) == {"kind", "filing_id", "receipts"}
    assert LodgingConfirmed.model_validate(part.model_dump()) == part
