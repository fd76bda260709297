"""A result that differs from the recorded one is kept beside it until a manager says, with a reason, which holds."""

from datetime import date

import pytest

from schemas.application import RoadPlan
from schemas.commands import ContradictionSettled
from schemas.filing import ResultKind
from schemas.refusals import Refused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind
from tests.builders import MANAGER, PaperRoad, a_plan, lodged


def contradicted(plan: RoadPlan | None = None) -> PaperRoad:
    road = lodged("p1", "p2", plan=plan) if plan else lodged("p1", "p2")
    road.result("p1")
    road.result("p1", ResultKind.REFUSED)
    return road


def holds(verdict: str, remark_id: str | None = "why") -> ContradictionSettled:
    return ContradictionSettled.model_validate({"holds": verdict, "remark_id": remark_id})


def test_a_result_that_is_contradicted_takes_no_day_until_it_is_settled() -> None:
    road = contradicted()

    assert road.result("p1", ResultKind.REFUSED, valid_to=date(2027, 11, 30)) == []


def test_a_later_result_that_holds_loses_the_day_of_the_first() -> None:
    road = lodged("p1", "p2")
    road.result("p1", valid_to=date(2027, 11, 30))
    road.result("p1", ResultKind.REFUSED)

    road.decide(TaskKind.CONTRADICTION, holds("later"), MANAGER)

    assert (road.person("p1").result, road.person("p1").valid_to) == (ResultKind.REFUSED, None)


def test_another_result_is_kept_beside_the_first() -> None:
    road = lodged("p1", "p2")
    road.result("p1")

    road.result("p1", ResultKind.REFUSED)

    assert road.person("p1").result is ResultKind.ACCREDITED
    assert road.kinds[-2:] == ["result_contradicted", "task_opened"]
    assert road.task(TaskKind.CONTRADICTION).persons == ("p1",)
    assert road.person("p1").holder is Holder.DESK


def test_the_same_contradiction_again_asks_nobody_twice() -> None:
    road = contradicted()

    assert road.result("p1", ResultKind.REFUSED) == []
    assert len(road.standing.open_tasks(TaskKind.CONTRADICTION)) == 1


def test_which_of_two_results_holds_is_decided_with_a_written_reason() -> None:
    road = contradicted()

    with pytest.raises(Refused, match="reason_missing"):
        road.decide(TaskKind.CONTRADICTION, holds("later", None), MANAGER)


def test_a_first_result_that_holds_stays_and_nothing_is_delivered_again() -> None:
    road = contradicted()
    delivered = road.kinds.count("results_delivered")

    road.decide(TaskKind.CONTRADICTION, holds("recorded"), MANAGER)

    assert road.person("p1").result is ResultKind.ACCREDITED
    assert (road.person("p1").stage, road.kinds.count("results_delivered")) == (Stage.CLOSED, delivered)
    assert not road.standing.contradictions


def test_a_later_result_that_holds_is_delivered_anew() -> None:
    road = contradicted(a_plan(delivery="hand_over"))

    road.decide(TaskKind.CONTRADICTION, holds("later"), MANAGER)

    assert (road.person("p1").result, road.person("p1").stage) == (ResultKind.REFUSED, Stage.DECIDED)
    assert road.task(TaskKind.HAND_OVER).persons == ("p1",)


def test_an_application_does_not_close_while_two_results_differ() -> None:
    road = contradicted()
    road.result("p2")
    still_open = road.standing.closed_at

    road.decide(TaskKind.CONTRADICTION, holds("later"), MANAGER)

    assert still_open is None
    assert road.standing.closed_at is not None
