"""Withdrawal at every stage: before lodging it ends a road, afterwards it becomes a filing of its own."""

from collections.abc import Callable

import pytest

from schemas.commands import Withdraw
from schemas.filing import FilingKind, ResultKind
from schemas.refusals import Refused
from schemas.standing import Stage
from tests.builders import CLIENT, PaperRoad, a_plan, a_remark, at_review, lodged, ready
from workflows import withdrawal


def withdraw(road: PaperRoad, *persons: str) -> None:
    road.act(withdrawal.withdraw, road.ask(Withdraw, CLIENT, persons=persons))


def at_intake() -> PaperRoad:
    return PaperRoad()


def at_second_review() -> PaperRoad:
    road = at_review(plan=a_plan(review_levels=2))
    road.review()
    return road


def at_correction() -> PaperRoad:
    road = at_review()
    road.review(a_remark())
    return road


def overdue() -> PaperRoad:
    road = at_correction()
    road.wait(days=15)
    return road


def asked_for_more() -> PaperRoad:
    road = lodged()
    road.ask_for_more()
    return road


def back_in_review() -> PaperRoad:
    road = asked_for_more()
    road.correct()
    road.check()
    return road


def supplement_prepared() -> PaperRoad:
    road = back_in_review()
    road.pass_all()
    return road


@pytest.mark.parametrize("arrive", [at_intake, at_review, at_second_review, at_correction, overdue, ready])
def test_before_lodging_it_ends_the_road_at_once(arrive: Callable[[], PaperRoad]) -> None:
    road = arrive()

    withdraw(road)

    assert (road.person().stage, road.person().result) == (Stage.CLOSED, ResultKind.WITHDRAWN)
    assert not road.standing.open_tasks()
    assert not road.standing.running_deadlines()
    assert road.standing.closed_at is not None


@pytest.mark.parametrize("arrive", [lodged, asked_for_more, back_in_review, supplement_prepared])
def test_after_lodging_it_becomes_a_withdrawal_filing(arrive: Callable[[], PaperRoad]) -> None:
    road = arrive()

    withdraw(road)

    assert road.filing().kind is FilingKind.WITHDRAWAL
    assert road.filing().parent_id == road.standing.filings[0].id
    assert [task.filing_id for task in road.standing.open_tasks()] == [road.filing().id]


def test_a_lodged_withdrawal_ends_with_the_authoritys_word() -> None:
    road = lodged()
    withdraw(road)
    road.lodge()

    road.result(result=ResultKind.WITHDRAWN)

    assert road.person().result is ResultKind.WITHDRAWN
    assert road.standing.closed_at is not None


def test_a_withdrawal_that_was_not_taken_is_lodged_again() -> None:
    road = lodged()
    withdraw(road)
    road.begin()

    road.end("not_sent")

    assert road.filing().kind is FilingKind.WITHDRAWAL
    assert road.person().stage is Stage.READY


def test_it_waits_while_a_lodging_is_under_way() -> None:
    road = ready()
    road.begin()

    with pytest.raises(Refused, match="filing_under_way"):
        withdraw(road)


def test_one_person_withdraws_and_the_others_go_on() -> None:
    road = at_review("p1", "p2")

    withdraw(road, "p1")

    assert road.person("p1").stage is Stage.CLOSED
    assert road.person("p2").stage is Stage.REVIEW


def test_of_several_persons_each_withdraws_in_his_own_way() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))
    road.lodge()

    withdraw(road)

    assert road.person("p1").lodges_next is FilingKind.WITHDRAWAL
    assert road.person("p2").stage is Stage.CLOSED


def test_it_is_asked_once() -> None:
    road = lodged()
    withdraw(road)

    with pytest.raises(Refused, match="already_closed"):
        withdraw(road)


def test_what_is_decided_cannot_be_withdrawn() -> None:
    road = lodged(plan=a_plan(delivery="hand_over"))
    road.result()

    with pytest.raises(Refused, match="already_closed"):
        withdraw(road)


def test_a_stranger_cannot_be_withdrawn() -> None:
    road = at_review()

    with pytest.raises(Refused, match="unknown_person"):
        withdraw(road, "p9")
