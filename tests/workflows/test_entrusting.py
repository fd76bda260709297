"""A filing that was begun is entrusted to a colleague: he looks after it, who lodged it is remembered."""

import pytest

from activities.ledger.rows import filing_row
from schemas.commands import EndLodging, EntrustFiling
from schemas.filing import FilingState
from schemas.parties import Actor
from schemas.refusals import Refused
from schemas.tasks import TaskKind, TaskState
from tests.builders import HANDLER, MANAGER, OTHER_HANDLER, PaperRoad, a_plan, lodged, ready, receipts_for
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from workflows import filing

THIRD = Actor(id="acc-handler-3", capacity="handler")


def entrust(road: PaperRoad, to: Actor = OTHER_HANDLER, by: Actor = MANAGER) -> None:
    values = {"filing_id": road.standing.filings[0].id, "to": to.id}
    road.act(filing.entrust, road.ask(EntrustFiling, by, **values))


def begun(*, by_two: bool = False) -> PaperRoad:
    road = ready("p1", plan=a_plan(confirmed_by_second=by_two))
    road.begin()
    return road


def end(road: PaperRoad, by: Actor) -> None:
    chosen = road.standing.filings[0]
    values = {"filing_id": chosen.id, "outcome": "confirmed", "receipts": receipts_for(chosen)}
    road.act(filing.end, road.ask(EndLodging, by, **values))


def refusal(road: PaperRoad, by: Actor = MANAGER) -> str:
    with pytest.raises(Refused) as refused:
        entrust(road, by=by)
    return refused.value.code


def test_a_lodged_filing_is_the_colleagues_and_its_row_says_so() -> None:
    road = lodged("p1")

    entrust(road)

    (kept,) = road.standing.filings
    assert (kept.handler, kept.keeper) == (HANDLER.id, OTHER_HANDLER.id)
    assert filing_row(road.standing, kept, at=road.now)["handler"] == OTHER_HANDLER.id
    insist_on_order(road)
    insist_on_one_history(road)


def test_how_a_lodging_under_way_ended_is_the_colleagues_to_say() -> None:
    road = begun()

    entrust(road)
    end(road, OTHER_HANDLER)

    assert road.standing.filings[0].state is FilingState.CONFIRMED


def test_a_task_that_was_passed_on_already_stays_where_it_is() -> None:
    road = begun()
    entrust(road, THIRD)

    entrust(road, OTHER_HANDLER)
    entrust(road, OTHER_HANDLER)

    assert road.task(TaskKind.LODGE).assignee == OTHER_HANDLER.id
    assert road.kinds.count("filing_entrusted") == 2


def test_where_two_confirm_it_is_still_two_who_saw_it() -> None:
    road = begun(by_two=True)
    end(road, HANDLER)

    entrust(road)
    waiting = road.task(TaskKind.LODGE)
    end(road, OTHER_HANDLER)

    assert (waiting.state, HANDLER.id in waiting.excluded) == (TaskState.OPEN, True)
    assert road.standing.filings[0].state is FilingState.CONFIRMED


def test_only_managers_and_who_has_it_entrust_it() -> None:
    road = lodged("p1")

    assert refusal(road, by=OTHER_HANDLER) == "task_of_another"
    entrust(road, by=HANDLER)
    assert refusal(road, by=HANDLER) == "task_of_another"


def test_what_is_not_begun_or_has_failed_is_nobodys_to_entrust() -> None:
    failed = begun()
    failed.end("not_sent")

    assert refusal(ready("p1")) == "filing_not_open"
    assert refusal(failed) == "filing_not_open"
