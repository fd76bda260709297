"""The advance review: what passes, what is asked of the client, four eyes, rounds, and nobody left waiting."""

import pytest

from schemas.commands import LateCorrectionSeen, OverdueDecision, ReviewVerdict, SecondVerdict, WaiveFinding
from schemas.events import TaskDone
from schemas.findings import FindingState, ItemMark, Severity
from schemas.refusals import Refused
from schemas.standing import Stage
from schemas.tasks import TaskKind, TaskState
from tests.builders import (
    MANAGER,
    OTHER_REVIEWER,
    REVIEWER,
    SECOND,
    PaperRoad,
    a_plan,
    a_remark,
    at_review,
    found,
    lodged,
    settled,
)
from workflows import advance_review

TWO_LEVELS = a_plan(review_levels=2)


def refused_code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_what_a_reviewer_looked_at_stands_with_the_task_that_was_done() -> None:
    road = at_review()
    seen = ItemMark(key="ISA-PH-03:photo:1", mark="seen")

    done = road.decide(TaskKind.REVIEW, ReviewVerdict(looked_at=(seen,)), REVIEWER)

    assert [each.looked_at for each in done if isinstance(each, TaskDone)] == [(seen,)]


def test_a_mark_for_a_stranger_is_refused() -> None:
    road = at_review("p1")
    own, strange = (
        ItemMark(key="ISA-PH-03:photo:1", person_id=each, mark="objected") for each in ("p1", "p9")
    )

    with pytest.raises(Refused) as refusal:
        road.decide(TaskKind.REVIEW, ReviewVerdict(looked_at=(own, strange)), REVIEWER)

    assert refused_code(refusal) == "unknown_person"
    assert any(
        isinstance(each, TaskDone)
        for each in road.decide(TaskKind.REVIEW, ReviewVerdict(looked_at=(own,)), REVIEWER)
    )


def test_an_objection_to_an_item_keeps_the_rule_it_serves() -> None:
    road = at_review()
    objection = a_remark(severity=Severity.WARN).model_copy(update={"rule_id": "ISA-PH-03"})

    road.decide(TaskKind.REVIEW, ReviewVerdict(raised=(objection,)), REVIEWER)

    (raised,) = road.standing.findings
    assert (raised.rule_id, raised.source, raised.state) == ("ISA-PH-03", "reviewer", FindingState.VERIFIED)


def test_everybody_checked_shares_one_review() -> None:
    road = at_review("p1", "p2")

    assert road.standing.at_stage(Stage.REVIEW) == ("p1", "p2")
    assert road.task(TaskKind.REVIEW).persons == ("p1", "p2")


def test_a_clean_review_makes_ready_at_once_where_one_level_is_enough() -> None:
    road = at_review()

    road.review()

    assert road.person().stage is Stage.READY


def test_a_clean_review_goes_to_a_second_person_where_the_map_says_so() -> None:
    road = at_review(plan=TWO_LEVELS)

    road.review()

    assert road.person().stage is Stage.SECOND_REVIEW
    assert road.task(TaskKind.SECOND_REVIEW).excluded == (REVIEWER.id,)


def test_who_has_no_finding_goes_on_while_the_other_corrects() -> None:
    road = at_review("p1", "p2")

    road.review(a_remark("p2"))

    assert road.person("p1").stage is Stage.READY
    assert road.person("p2").stage is Stage.CORRECTION


def test_a_finding_about_the_whole_application_asks_everybody_under_review() -> None:
    road = at_review("p1", "p2")

    road.review(a_remark(None))

    assert road.standing.at_stage(Stage.CORRECTION) == ("p1", "p2")


@pytest.mark.parametrize("severity", [Severity.WARN, Severity.INFO])
def test_a_note_asks_nobody(severity: Severity) -> None:
    road = at_review()

    road.review(a_remark(severity=severity))

    assert road.person().stage is Stage.READY
    assert road.standing.findings[0].state is FindingState.VERIFIED


def test_what_rules_propose_is_asked_unless_the_reviewer_settles_it() -> None:
    road = PaperRoad()
    road.check(found("wage"))

    road.review()

    assert road.person().stage is Stage.CORRECTION
    assert road.standing.findings[0].state is FindingState.OPEN


def test_what_a_rule_cannot_decide_asks_nobody() -> None:
    road = PaperRoad()
    road.check(found("wage").model_copy(update={"cannot_decide": True}))

    road.review()

    assert road.person().stage is Stage.READY


@pytest.mark.parametrize("state", [FindingState.WAIVED, FindingState.DISMISSED, FindingState.VERIFIED])
def test_passing_over_an_unanswered_finding_takes_a_reason(state: FindingState) -> None:
    road = PaperRoad()
    road.check(found("wage"))
    finding = road.standing.findings[0].id

    with pytest.raises(Refused) as refusal:
        road.review(settled=(settled(finding, state),))
    road.review(settled=(settled(finding, state, "reason-1"),))

    assert refused_code(refusal) == "reason_missing"
    assert road.person().stage is Stage.READY


def test_an_answer_may_be_verified_without_a_reason() -> None:
    road = PaperRoad()
    road.check(found("wage"))
    road.review()
    road.correct()
    road.check(found("wage"))

    road.review(settled=(settled(road.standing.findings[0].id, FindingState.VERIFIED),))

    assert road.person().stage is Stage.READY


def test_a_verified_finding_can_be_reopened_and_asks_again() -> None:
    road = at_review(plan=TWO_LEVELS)
    road.review(a_remark())
    road.correct()
    road.check()
    finding = road.standing.findings[0].id
    road.review(settled=(settled(finding, FindingState.VERIFIED),))
    road.second_review("p1")

    road.review(settled=(settled(finding, FindingState.OPEN),))

    assert road.person().stage is Stage.CORRECTION


def test_a_finding_of_a_person_outside_the_task_cannot_be_settled_here() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))
    road.correct("p2")
    road.check()
    road.review(by=OTHER_REVIEWER, settled=(settled(road.standing.findings[0].id, FindingState.VERIFIED),))
    road.lodge()
    road.ask_for_more("p1")
    road.correct("p1")
    road.check()

    with pytest.raises(Refused) as refusal:
        road.review(settled=(settled(road.standing.findings[0].id, FindingState.OPEN),))

    assert refused_code(refusal) == "no_such_finding"


@pytest.mark.parametrize("person", ["p2", "p9"])
def test_a_finding_about_somebody_not_under_review_is_refused(person: str) -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"))
    road.correct("p1")
    road.check()

    with pytest.raises(Refused) as refusal:
        road.review(a_remark(person))

    assert refused_code(refusal) == "unknown_person"


def test_an_unknown_finding_cannot_be_settled() -> None:
    road = at_review()

    with pytest.raises(Refused) as refusal:
        road.review(settled=(settled("nothing", FindingState.VERIFIED),))

    assert refused_code(refusal) == "no_such_finding"


def test_a_verdict_of_another_kind_is_refused() -> None:
    road = at_review(plan=TWO_LEVELS)

    with pytest.raises(Refused) as first:
        road.decide(TaskKind.REVIEW, SecondVerdict(), REVIEWER)
    road.review()
    with pytest.raises(Refused) as second:
        road.decide(TaskKind.SECOND_REVIEW, ReviewVerdict(), SECOND)

    assert refused_code(first) == refused_code(second) == "wrong_task_kind"


def test_newcomers_join_a_review_that_nobody_has_taken() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"), a_remark("p2", remark_id="remark-2"))
    road.correct("p1")
    road.check()
    road.correct("p2")

    road.check()

    assert len(road.standing.open_tasks(TaskKind.REVIEW)) == 1
    assert road.task(TaskKind.REVIEW).persons == ("p1", "p2")


def test_newcomers_get_a_review_of_their_own_beside_a_taken_one() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"), a_remark("p2", remark_id="remark-2"))
    road.correct("p1")
    road.check()
    road.claim(TaskKind.REVIEW, REVIEWER)
    road.correct("p2")

    road.check()

    assert [task.persons for task in road.standing.open_tasks(TaskKind.REVIEW)] == [("p1",), ("p2",)]


def test_the_first_reviewer_cannot_do_the_second_review() -> None:
    road = at_review(plan=TWO_LEVELS)
    road.review(by=REVIEWER)

    with pytest.raises(Refused) as refusal:
        road.second_review(by=REVIEWER)
    road.second_review(by=SECOND)

    assert refused_code(refusal) == "same_person"
    assert road.person().stage is Stage.READY


def test_who_reviewed_a_newcomer_is_kept_out_of_the_second_review_he_would_join() -> None:
    road = at_review("p1", "p2", plan=TWO_LEVELS)
    road.review(a_remark("p2"), by=REVIEWER)
    road.correct("p2")
    road.check()

    road.review(by=OTHER_REVIEWER, settled=(settled(road.standing.findings[0].id, FindingState.VERIFIED),))

    seconds = road.standing.open_tasks(TaskKind.SECOND_REVIEW)
    assert all(OTHER_REVIEWER.id in task.excluded for task in seconds if "p2" in task.persons)
    with pytest.raises(Refused, match="same_person"):
        road.second_review(by=OTHER_REVIEWER)


def test_a_newcomer_joins_a_second_review_that_keeps_his_reviewer_out() -> None:
    road = at_review("p1", "p2", plan=TWO_LEVELS)
    road.review(a_remark("p2"), by=REVIEWER)
    road.correct("p2")
    road.check()

    road.review(by=REVIEWER, settled=(settled(road.standing.findings[0].id, FindingState.VERIFIED),))

    assert road.task(TaskKind.SECOND_REVIEW).persons == ("p1", "p2")


def test_after_being_sent_back_both_first_reviewers_are_kept_out() -> None:
    road = at_review(plan=TWO_LEVELS)
    road.review(by=REVIEWER)
    road.second_review("p1", by=SECOND)

    road.review(by=OTHER_REVIEWER)

    assert road.task(TaskKind.SECOND_REVIEW).excluded == (REVIEWER.id, OTHER_REVIEWER.id)


def test_sending_back_takes_a_reason_and_a_person_of_the_task() -> None:
    road = at_review("p1", "p2", plan=TWO_LEVELS)
    road.review()

    with pytest.raises(Refused) as without_reason:
        road.decide(TaskKind.SECOND_REVIEW, SecondVerdict(sent_back=("p1",)), SECOND)
    with pytest.raises(Refused) as stranger:
        road.second_review("p9")
    road.second_review("p1")

    assert refused_code(without_reason) == "reason_missing"
    assert refused_code(stranger) == "unknown_person"
    assert road.person("p1").stage is Stage.REVIEW
    assert road.person("p2").stage is Stage.READY


def test_a_correction_answers_the_open_findings_of_who_corrects() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"), a_remark("p2", remark_id="remark-2"))

    road.correct("p1")

    assert road.person("p1").stage is Stage.INTAKE
    assert road.person("p2").stage is Stage.CORRECTION
    assert [each.state for each in road.standing.findings] == [FindingState.ANSWERED, FindingState.OPEN]


def test_a_correction_that_comes_after_lodging_is_looked_at_and_not_lost() -> None:
    road = lodged()

    road.correct(round=2)
    late = road.task(TaskKind.LATE_CORRECTION)
    with pytest.raises(Refused, match="reason_missing"):
        road.decide(TaskKind.LATE_CORRECTION, LateCorrectionSeen(), REVIEWER)
    road.decide(TaskKind.LATE_CORRECTION, LateCorrectionSeen(remark_id="why"), REVIEWER)

    assert (late.persons, late.round) == (("p1",), 2)
    assert road.person().stage is Stage.LODGED
    assert (road.standing.round, road.standing.rounds_handed_in) == (2, (2,))
    assert not road.standing.open_tasks()


def test_a_round_that_arrives_twice_is_handed_in_once() -> None:
    road = at_review()
    road.review(a_remark())
    road.correct(round=2)
    road.check()
    road.review(settled=(settled(road.standing.findings[0].id, FindingState.OPEN),))

    road.correct(round=2)

    assert road.person().stage is Stage.CORRECTION
    assert road.kinds.count("correction_handed_in") == 1


def test_rounds_that_arrive_in_the_wrong_order_are_both_handed_in() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p1"), a_remark("p2", remark_id="remark-2"))

    road.correct("p2", round=3)
    road.correct("p1", round=2)

    assert road.standing.at_stage(Stage.INTAKE) == ("p1", "p2")
    assert road.standing.round == 3


def test_a_sealed_correction_is_checked_although_the_desk_went_on_meanwhile() -> None:
    road = at_review()
    road.review(a_remark())
    road.act(advance_review.waive, waiver(road, road.standing.findings[0].id))
    road.review()
    assert road.person().stage is Stage.READY

    road.correct(round=2)

    assert road.person().stage is Stage.INTAKE
    assert not road.standing.open_tasks()


def test_the_last_round_is_taken_and_the_one_after_it_is_not() -> None:
    road = at_review(plan=a_plan(correction_rounds=2))
    road.review(a_remark())
    road.correct(round=2)
    road.check()
    road.review(settled=(settled(road.standing.findings[0].id, FindingState.OPEN),))

    with pytest.raises(Refused) as refusal:
        road.correct(round=3)

    assert refused_code(refusal) == "too_many_rounds"
    assert road.task(TaskKind.TOO_MANY_ROUNDS).persons == ("p1",)


def test_a_manager_can_grant_one_more_round() -> None:
    road = at_review(plan=a_plan(correction_rounds=1))
    road.review(a_remark())

    extend = OverdueDecision(decision="extend", extend_days=5, remark_id="reason")
    road.decide(TaskKind.TOO_MANY_ROUNDS, extend, MANAGER)
    road.correct(round=2)

    assert road.person().stage is Stage.INTAKE


def test_a_round_used_up_by_one_person_leaves_the_other_to_a_manager() -> None:
    road = at_review("p1", "p2", plan=a_plan(correction_rounds=2))
    road.review(a_remark("p1"), a_remark("p2", remark_id="remark-2"))
    assert not road.standing.open_tasks(TaskKind.TOO_MANY_ROUNDS)

    road.correct("p1")

    assert road.task(TaskKind.TOO_MANY_ROUNDS).persons == ("p2",)


def test_when_the_authority_asks_and_no_round_is_left_a_manager_decides() -> None:
    road = lodged(plan=a_plan(correction_rounds=1))

    road.ask_for_more()

    assert road.task(TaskKind.TOO_MANY_ROUNDS).persons == ("p1",)


def test_an_overdue_decision_needs_a_reason() -> None:
    road = at_review()
    road.review(a_remark())
    road.wait(days=15)

    with pytest.raises(Refused) as refusal:
        road.decide(TaskKind.OVERDUE_CORRECTION, OverdueDecision(decision="extend", extend_days=3), MANAGER)

    assert refused_code(refusal) == "reason_missing"


def test_withdrawing_the_overdue_spares_who_has_corrected_meanwhile() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark(None))
    road.wait(days=15)
    road.correct("p1")

    withdraw = OverdueDecision(decision="withdraw", remark_id="reason")
    road.decide(TaskKind.OVERDUE_CORRECTION, withdraw, MANAGER)

    assert road.person("p1").stage is Stage.INTAKE
    assert road.person("p2").stage is Stage.CLOSED


def test_an_overdue_task_ends_when_everybody_has_corrected() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark(None))
    road.wait(days=15)

    road.correct("p1")
    road.correct("p2")

    overdue = next(task for task in road.standing.tasks if task.kind is TaskKind.OVERDUE_CORRECTION)
    assert overdue.state is TaskState.CANCELLED


def test_more_time_takes_the_place_of_the_old_deadline() -> None:
    road = at_review(plan=a_plan(correction_rounds=1))
    road.review(a_remark())

    extend = OverdueDecision(decision="extend", extend_days=30, remark_id="reason")
    road.decide(TaskKind.TOO_MANY_ROUNDS, extend, MANAGER)

    assert [each.due_at.date().isoformat() for each in road.standing.running_deadlines()] == ["2026-12-30"]


def waiver(road: PaperRoad, finding_id: str) -> WaiveFinding:
    command: WaiveFinding = road.ask(WaiveFinding, MANAGER, finding_id=finding_id, remark_id="reason")
    return command


def test_who_was_asked_for_one_thing_that_is_waived_goes_back_to_the_desk() -> None:
    road = at_review()
    road.review(a_remark())

    road.act(advance_review.waive, waiver(road, road.standing.findings[0].id))

    assert road.person().stage is Stage.REVIEW
    assert not road.standing.running_deadlines()


def test_who_was_asked_for_two_things_still_owes_the_other() -> None:
    road = at_review()
    road.review(a_remark(), a_remark(remark_id="remark-2"))

    road.act(advance_review.waive, waiver(road, road.standing.findings[0].id))

    assert road.person().stage is Stage.CORRECTION


def test_what_is_settled_cannot_be_waived_again() -> None:
    road = at_review()
    road.review(a_remark())
    finding = road.standing.findings[0].id
    road.act(advance_review.waive, waiver(road, finding))

    with pytest.raises(Refused) as refusal:
        road.act(advance_review.waive, waiver(road, finding))

    assert refused_code(refusal) == "no_such_finding"
