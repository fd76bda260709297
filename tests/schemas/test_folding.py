"""Folding: the same events give the same standing, in order only, and hand the ball to exactly one party."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.balls import holder_of
from schemas.events import Closed, Event, Received, TaskClaimed, TaskDone, TaskJoined
from schemas.filing import FilingState
from schemas.folding import OutOfOrder, fold, fold_all
from schemas.parties import ROAD
from schemas.standing import ORDER, Holder, Stage, Standing
from tests.builders import HANDLER, MONDAY, PaperRoad, a_plan, a_remark, at_review, lodged, ready

DAY = lodged("p1", "p2").events


def next_event(road: PaperRoad, body: object) -> Event:
    return Event.model_validate({"seq": len(road.events) + 1, "at": road.now, "actor": ROAD, "body": body})


@given(st.integers(1, len(DAY)))
def test_folding_in_two_halves_is_folding_at_once(cut: int) -> None:
    standing: Standing | None = fold_all(DAY[:cut])
    for event in DAY[cut:]:
        standing = fold(standing, event)

    assert standing == fold_all(DAY)


@given(st.integers(1, len(DAY)))
def test_a_standing_kept_as_json_goes_on_as_if_it_had_not_been(cut: int) -> None:
    kept = Standing.model_validate_json(fold_all(DAY[:cut]).model_dump_json())

    assert kept == fold_all(DAY[:cut])


@pytest.mark.parametrize("seq", [1, 3, 99])
def test_an_event_out_of_order_is_refused(seq: int) -> None:
    road = PaperRoad(steps=False)
    event = next_event(road, Closed()).model_copy(update={"seq": seq})

    with pytest.raises(OutOfOrder):
        fold(road.standing, event)


def test_a_history_begins_with_what_was_received() -> None:
    with pytest.raises(OutOfOrder):
        fold(None, DAY[1])
    with pytest.raises(OutOfOrder):
        fold(None, DAY[0].model_copy(update={"seq": 2}))
    with pytest.raises(OutOfOrder):
        fold_all([])


def test_an_event_of_an_unknown_kind_is_not_read_as_another() -> None:
    with pytest.raises(ValidationError):
        Event.model_validate(DAY[0].model_dump() | {"body": {"kind": "never_heard_of"}})


@pytest.mark.parametrize(
    "body",
    [
        TaskClaimed(task_id="none", assignee="a"),
        TaskDone(task_id="none", outcome="x"),
        TaskJoined(task_id="none", persons=("p1",)),
    ],
)
def test_an_event_about_a_task_that_is_not_there_changes_nothing_but_the_sequence(body: object) -> None:
    road = at_review()

    after = fold(road.standing, next_event(road, body))

    assert after.model_copy(update={"seq": road.standing.seq}) == road.standing


def test_every_stage_has_exactly_one_holder() -> None:
    road = at_review()
    line = road.person()

    holders = {stage: holder_of(road.standing, line.model_copy(update={"stage": stage})) for stage in Stage}

    assert set(holders) == set(Stage)
    assert all(isinstance(holder, Holder) for holder in holders.values())


def test_the_ball_stays_where_it_is_while_nothing_passes_it() -> None:
    road = at_review()
    since = road.person().held_since

    road.wait(days=1)
    road.claim(road.standing.open_tasks()[0].kind, HANDLER)

    assert since == MONDAY
    assert road.person().held_since == road.now


def test_an_application_stands_where_the_person_furthest_behind_stands() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))

    assert road.standing.stage is Stage.CORRECTION
    assert ORDER.index(Stage.CORRECTION) < ORDER.index(road.person("p1").stage)


def test_a_failed_lodging_makes_ready_and_keeps_its_own_state() -> None:
    road = ready("p1")
    road.begin()

    road.end("not_sent")

    assert road.standing.filings[0].state is FilingState.NOT_SENT


def test_who_withdrew_is_not_brought_back_by_the_end_of_a_lodging() -> None:
    road = lodged("p1", "p2", plan=a_plan(delivery="hand_over"))
    road.result("p1")

    assert road.person("p1").stage is Stage.DECIDED


def test_what_is_asked_looks_at_ones_own_findings_and_those_of_all() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"))

    assert road.standing.asks_client("p1")
    assert not road.standing.asks_client("p2")
    assert [finding.person_id for finding in road.standing.unsettled("p2")] == []


def test_received_names_who_and_what() -> None:
    body = DAY[0].body

    assert isinstance(body, Received)
    assert body.persons == ("p1", "p2")
