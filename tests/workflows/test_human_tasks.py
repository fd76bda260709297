"""Taking, giving back and passing on: a task is one person's, and four eyes hold through delegation."""

import pytest

from schemas.commands import ClaimTask, PassOnTask, ReleaseTask
from schemas.parties import Actor
from schemas.refusals import Refused
from schemas.standing import Holder
from schemas.tasks import TaskKind, TaskState
from tests.builders import MANAGER, OTHER_REVIEWER, REVIEWER, SECOND, PaperRoad, a_plan, at_review
from workflows import human_tasks


def task_id(road: PaperRoad, kind: TaskKind = TaskKind.REVIEW) -> str:
    return road.task(kind).id


def release(road: PaperRoad, by: Actor) -> None:
    road.act(human_tasks.release, road.ask(ReleaseTask, by, task_id=task_id(road)))


def pass_on(road: PaperRoad, to: Actor, by: Actor, kind: TaskKind = TaskKind.REVIEW) -> None:
    road.act(human_tasks.pass_on, road.ask(PassOnTask, by, task_id=task_id(road, kind), to=to.id))


def test_who_takes_a_task_has_the_ball() -> None:
    road = at_review("p1", "p2")
    waiting = road.person().holder

    road.claim(TaskKind.REVIEW, REVIEWER)

    assert waiting is Holder.DESK
    assert {line.holder for line in road.standing.persons} == {Holder.REVIEWER}


def test_taking_ones_own_task_again_changes_nothing() -> None:
    road = at_review()
    road.claim(TaskKind.REVIEW, REVIEWER)
    events = len(road.events)

    road.claim(TaskKind.REVIEW, REVIEWER)

    assert len(road.events) == events


def test_a_taken_task_is_not_taken_by_another() -> None:
    road = at_review()
    road.claim(TaskKind.REVIEW, REVIEWER)

    with pytest.raises(Refused, match="task_of_another"):
        road.claim(TaskKind.REVIEW, OTHER_REVIEWER)
    with pytest.raises(Refused, match="task_of_another"):
        road.review(by=OTHER_REVIEWER)


def test_a_task_given_back_is_anybodys_again() -> None:
    road = at_review()
    road.claim(TaskKind.REVIEW, REVIEWER)

    release(road, REVIEWER)
    road.claim(TaskKind.REVIEW, OTHER_REVIEWER)

    assert road.task(TaskKind.REVIEW).assignee == OTHER_REVIEWER.id


def test_only_its_owner_or_a_manager_gives_a_task_back() -> None:
    road = at_review()
    road.claim(TaskKind.REVIEW, REVIEWER)

    with pytest.raises(Refused, match="task_of_another"):
        release(road, OTHER_REVIEWER)
    release(road, MANAGER)

    assert road.task(TaskKind.REVIEW).state is TaskState.OPEN


def test_what_nobody_took_cannot_be_given_back() -> None:
    road = at_review()

    with pytest.raises(Refused, match="task_not_claimed"):
        release(road, MANAGER)


def test_its_owner_or_a_manager_passes_a_task_on() -> None:
    road = at_review()
    road.claim(TaskKind.REVIEW, REVIEWER)

    with pytest.raises(Refused, match="task_of_another"):
        pass_on(road, OTHER_REVIEWER, OTHER_REVIEWER)
    pass_on(road, OTHER_REVIEWER, REVIEWER)
    pass_on(road, SECOND, MANAGER)

    assert road.task(TaskKind.REVIEW).assignee == SECOND.id


def test_a_second_review_cannot_be_passed_to_the_first_reviewer() -> None:
    road = at_review(plan=a_plan(review_levels=2))
    road.review(by=REVIEWER)

    with pytest.raises(Refused, match="same_person"):
        pass_on(road, REVIEWER, MANAGER, TaskKind.SECOND_REVIEW)
    with pytest.raises(Refused, match="same_person"):
        road.claim(TaskKind.SECOND_REVIEW, REVIEWER)
    pass_on(road, SECOND, MANAGER, TaskKind.SECOND_REVIEW)

    assert road.person().holder is Holder.SECOND_REVIEWER


def test_who_decided_a_delegated_review_is_kept_out_of_the_second() -> None:
    road = at_review(plan=a_plan(review_levels=2))
    road.claim(TaskKind.REVIEW, REVIEWER)
    pass_on(road, OTHER_REVIEWER, REVIEWER)

    road.review(by=OTHER_REVIEWER)

    assert road.task(TaskKind.SECOND_REVIEW).excluded == (OTHER_REVIEWER.id,)


def test_a_task_that_is_over_or_was_never_there_is_refused() -> None:
    road = at_review()
    over = task_id(road)
    road.review()

    with pytest.raises(Refused, match="task_closed"):
        road.act(human_tasks.claim, road.ask(ClaimTask, REVIEWER, task_id=over))
    with pytest.raises(Refused, match="no_such_task"):
        road.act(human_tasks.claim, road.ask(ClaimTask, REVIEWER, task_id="T26.task.99"))
