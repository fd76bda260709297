"""Persons who are not lodged yet go on in another application: at every moment each is in exactly one of them."""

from collections.abc import Callable

import pytest

from schemas.commands import PlaceHold, SplitOff, Withdraw
from schemas.events import CorrectionCameLate
from schemas.filing import FilingState
from schemas.findings import FindingSource, FindingState
from schemas.identifiers import application_number
from schemas.parties import ROAD
from schemas.refusals import Refused
from schemas.splitting import Origin, PersonsMoved, SplitRefused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind
from tests.builders import (
    CLIENT,
    HANDLER,
    MANAGER,
    NUMBER,
    PaperRoad,
    a_plan,
    a_remark,
    at_review,
    found,
    lodged,
    ready,
)
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from workflows import holds, splitting, withdrawal

OTHER = application_number(2026, 4_711)


def split(road: PaperRoad, *persons: str, to: str = OTHER, late: bool = False) -> None:
    command = road.ask(SplitOff, CLIENT, persons=persons, to_number=to, is_late=late)
    road.act(splitting.split_off, command)


def refusal(road: PaperRoad, *persons: str) -> str:
    with pytest.raises(Refused) as refused:
        split(road, *persons)
    return refused.value.code


def at_intake(*persons: str) -> PaperRoad:
    return PaperRoad(*persons)


def at_second_review(*persons: str) -> PaperRoad:
    road = at_review(*persons, plan=a_plan(review_levels=2))
    road.pass_all()
    return road


def at_correction(*persons: str) -> PaperRoad:
    road = at_review(*persons)
    road.review(*(a_remark(each, remark_id=f"remark-{each}") for each in persons))
    return road


def overdue(*persons: str) -> PaperRoad:
    road = at_correction(*persons)
    road.wait(days=15)
    return road


@pytest.mark.parametrize("arrive", [at_intake, at_review, at_second_review, at_correction, overdue, ready])
def test_before_lodging_anybody_can_be_split_off(arrive: Callable[..., PaperRoad]) -> None:
    road = arrive("p1", "p2")
    before = road.person("p1")

    split(road, "p2")

    moved = road.person("p2")
    assert (moved.stage, moved.moved_to, moved.result) == (Stage.CLOSED, OTHER, None)
    assert moved.holder is Holder.NOBODY
    assert road.person("p1") == before
    assert all("p2" not in task.persons for task in road.standing.open_tasks())
    assert road.standing.closed_at is None
    insist_on_order(road)
    insist_on_one_history(road)


def test_who_is_split_off_leaves_a_prepared_filing_and_the_others_are_lodged() -> None:
    road = ready("p1", "p2", "p3")

    split(road, "p2")
    road.lodge()

    assert road.filing().persons == ("p1", "p3")
    assert road.person("p2").filing_id is None
    assert road.standing.at_stage(Stage.LODGED) == ("p1", "p3")


def test_a_filing_that_everybody_left_is_cancelled() -> None:
    road = ready("p1", "p2")
    road.correct("p1")

    split(road, "p2")

    assert [each.state for each in road.standing.filings] == [FilingState.CANCELLED]
    assert road.standing.open_tasks(TaskKind.LODGE) == ()


def test_a_deadline_for_which_nobody_is_left_ends() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))

    split(road, "p2")

    assert road.standing.running_deadlines("correction") == ()
    road.wait(days=60)
    assert road.standing.open_tasks(TaskKind.OVERDUE_CORRECTION) == ()


def test_the_road_closes_when_the_others_have_ended() -> None:
    road = lodged("p1")
    grouped = ready("p1", "p2")
    split(grouped, "p2")
    grouped.lodge()

    grouped.result("p1")
    road.result("p1")

    assert grouped.standing.closed_at is not None
    assert road.standing.closed_at is not None


def test_the_last_one_cannot_be_split_off() -> None:
    road = ready("p1", "p2")

    assert refusal(road, "p1", "p2") == "last_person"
    split(road, "p1")
    assert refusal(road, "p2") == "last_person"


def test_who_stays_behind_must_not_be_withdrawn() -> None:
    road = ready("p1", "p2")
    road.act(withdrawal.withdraw, road.ask(Withdraw, CLIENT, persons=("p1",)))

    assert refusal(road, "p2") == "last_person"


def test_who_stays_behind_may_be_lodged() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))
    road.lodge()

    split(road, "p2")

    assert road.person("p2").moved_to == OTHER


@pytest.mark.parametrize(
    ("begun", "code"), [(True, "filing_under_way"), (False, "not_to_split")], ids=["intended", "lodged"]
)
def test_who_is_on_the_way_to_the_authority_cannot_be_split_off(begun: bool, code: str) -> None:
    road = ready("p1", "p2")
    road.begin()
    if not begun:
        road.end()

    assert refusal(road, "p2") == code


def test_after_a_lodging_that_did_not_happen_it_is_possible_again() -> None:
    road = ready("p1", "p2")
    road.begin()
    road.end("not_sent")

    split(road, "p2")

    assert road.person("p2").moved_to == OTHER


def test_who_is_asked_for_more_stays_with_the_authority() -> None:
    road = lodged("p1", "p2")
    road.ask_for_more("p2")

    assert refusal(road, "p2") == "not_to_split"


def test_nobody_moves_twice_nor_after_withdrawal() -> None:
    road = ready("p1", "p2", "p3")
    split(road, "p2")
    road.act(withdrawal.withdraw, road.ask(Withdraw, CLIENT, persons=("p3",)))

    assert refusal(road, "p2") == "not_to_split"
    assert refusal(road, "p3") == "not_to_split"
    assert refusal(road, "p9") == "unknown_person"
    assert refusal(road) == "no_person"


def test_nobody_moves_while_the_clocks_stand_still() -> None:
    road = ready("p1", "p2")
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="client_asked"))

    assert refusal(road, "p2") == "on_hold"


def test_what_can_no_longer_be_done_when_the_road_hears_late_is_noted_and_everybody_stays() -> None:
    road = ready("p1", "p2")
    road.begin()
    before = road.standing.persons

    split(road, "p2", late=True)

    assert road.events[-1].body == SplitRefused(persons=("p2",), to_number=OTHER, code="filing_under_way")
    assert road.standing.persons == before


def test_a_late_word_that_can_still_be_followed_is_followed() -> None:
    road = ready("p1", "p2")

    split(road, "p2", late=True)

    assert PersonsMoved(persons=("p2",), to_number=OTHER) in [event.body for event in road.events]


def test_a_correction_of_who_has_moved_is_noted_and_changes_nothing() -> None:
    road = at_correction("p1", "p2")
    split(road, "p2")

    road.correct("p2")

    assert road.events[-1].body == CorrectionCameLate(round=2, persons=("p2",))
    assert road.standing.open_tasks(TaskKind.LATE_CORRECTION) == ()
    assert road.person("p2").moved_to == OTHER


def test_the_new_road_begins_with_where_it_came_from_and_what_is_still_asked() -> None:
    old = at_review("p1", "p2")
    old.review(a_remark("p2"))
    asked = old.standing.findings[0].model_copy(
        update={"id": f"{OTHER}.finding.1", "person_id": "q2", "remark_id": "copied"}
    )

    road = PaperRoad("q2", number=OTHER, origin=Origin(number=NUMBER, findings=(asked,)))
    road.check(found("height", "q2"))

    assert road.kinds[:4] == ["received", "came_by_split", "findings_raised", "checks_run"]
    assert [(each.source, each.state) for each in road.standing.findings] == [
        (FindingSource.REVIEWER, FindingState.OPEN),
        (FindingSource.RULE, FindingState.PROPOSED),
    ]
    assert len({each.id for each in road.standing.findings}) == 2
    road.review()
    assert road.person("q2").stage is Stage.CORRECTION
    insist_on_order(road)


def test_a_road_that_nobody_was_split_off_to_begins_as_ever() -> None:
    road = PaperRoad("p1")

    assert road.kinds == ["received"]


def test_the_desk_s_own_round_may_ask_for_it_too() -> None:
    road = ready("p1", "p2")
    command = road.ask(SplitOff, ROAD, persons=("p1",), to_number=OTHER, is_late=True)

    road.act(splitting.split_off, command)

    assert road.person("p1").moved_to == OTHER
    assert road.task(TaskKind.LODGE).persons == ("p2",)
    road.begin(HANDLER)
