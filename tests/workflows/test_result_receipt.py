"""What comes from the authority: requests, results wherever a person is meanwhile, delivery and closing."""

from datetime import date

import pytest

from schemas.commands import (
    AbsentConfirmed,
    ArrivedVerdict,
    Chased,
    HandedOver,
    RecordMoreRequested,
    RecordResult,
    Withdraw,
)
from schemas.filing import FilingState, ResultKind
from schemas.findings import FindingSource
from schemas.refusals import Refused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind
from tests.builders import (
    HANDLER,
    MONDAY,
    OTHER_HANDLER,
    PaperRoad,
    a_plan,
    at_review,
    lodged,
    ready,
    receipt_of,
)
from workflows import result_receipt, withdrawal

HAND_OVER = a_plan(delivery="hand_over")


def asked_again(*persons: str) -> PaperRoad:
    road = lodged(*persons)
    road.ask_for_more(*persons)
    return road


def supplement_begun() -> PaperRoad:
    road = asked_again("p1")
    road.come_back("p1")
    road.begin()
    return road


def test_a_request_for_more_asks_the_client_with_a_deadline() -> None:
    road = asked_again("p1")

    assert (road.person().stage, road.person().holder) == (Stage.MORE_REQUESTED, Holder.CLIENT)
    assert road.standing.findings[0].source is FindingSource.AUTHORITY
    assert [each.kind for each in road.standing.running_deadlines()] == ["more_requested"]


def test_the_authoritys_own_date_is_the_deadline() -> None:
    road = lodged()

    road.ask_for_more(due_on=date(2026, 12, 18))

    assert road.standing.running_deadlines()[0].due_at.isoformat() == "2026-12-18T15:00:00+00:00"


def test_the_authority_may_ask_again_before_it_was_answered() -> None:
    road = asked_again("p1")

    road.ask_for_more()

    assert road.person().stage is Stage.MORE_REQUESTED
    assert len(road.standing.findings) == 2


def test_a_second_request_takes_an_answer_out_of_the_filing_that_waits() -> None:
    road = asked_again("p1")
    road.come_back("p1")

    road.ask_for_more()

    assert road.filing().state is FilingState.CANCELLED
    assert road.person().stage is Stage.MORE_REQUESTED


@pytest.mark.parametrize("road", [at_review(), ready()])
def test_nothing_is_asked_about_who_is_not_lodged(road: PaperRoad) -> None:
    with pytest.raises(Refused, match="no_result_pending"):
        road.ask_for_more()


def test_nothing_is_asked_about_who_is_decided() -> None:
    road = lodged("p1", "p2")
    road.result("p1")

    with pytest.raises(Refused, match="no_result_pending"):
        road.ask_for_more("p1")


def test_a_request_waits_while_a_lodging_is_under_way() -> None:
    road = supplement_begun()

    with pytest.raises(Refused, match="filing_under_way"):
        road.ask_for_more()


def test_a_request_does_not_undo_a_withdrawal() -> None:
    road = lodged()
    road.act(withdrawal.withdraw, road.ask(Withdraw, HANDLER))

    with pytest.raises(Refused, match="filing_under_way"):
        road.ask_for_more()


@pytest.mark.parametrize(
    ("persons", "remark", "code"),
    [
        ((), "remark", "unknown_person"),
        (("p9",), "remark", "unknown_person"),
        (("p1",), None, "reason_missing"),
    ],
)
def test_a_request_names_persons_and_words(persons: tuple[str, ...], remark: str | None, code: str) -> None:
    road = lodged()
    command = road.ask(RecordMoreRequested, HANDLER, persons=persons, remark_id=remark)

    with pytest.raises(Refused, match=code):
        result_receipt.more_requested(road.situation, command)


def test_the_answer_is_reviewed_and_lodged_as_a_supplement() -> None:
    road = asked_again("p1")
    road.come_back("p1")

    road.lodge()

    assert road.person().stage is Stage.LODGED
    assert [each.kind for each in road.standing.filings] == ["first", "supplement"]


def test_who_is_lodged_stays_with_his_office_when_he_moves() -> None:
    road = asked_again("p1")

    road.come_back("p1", p1="osaka")

    assert road.filing().office == "tokyo"


def test_a_result_is_released_to_the_client_and_closes() -> None:
    road = lodged()

    road.result()

    assert (road.person().stage, road.person().result) == (Stage.CLOSED, ResultKind.ACCREDITED)
    assert road.standing.closed_at == MONDAY


def test_the_application_stays_open_until_the_last_result() -> None:
    road = lodged("p1", "p2")

    road.result("p1")
    still_open = road.standing.closed_at
    road.result("p2", ResultKind.REFUSED)

    assert still_open is None
    assert road.standing.closed_at == MONDAY


def test_originals_are_handed_over_by_a_person() -> None:
    road = lodged(plan=HAND_OVER)
    road.result()
    waiting = road.person()

    road.decide(TaskKind.HAND_OVER, HandedOver(), HANDLER)

    assert (waiting.stage, waiting.holder) == (Stage.DECIDED, Holder.DELIVERY)
    assert road.person().stage is Stage.CLOSED


def test_a_second_result_joins_originals_that_nobody_took_yet() -> None:
    road = lodged("p1", "p2", plan=HAND_OVER)

    road.result("p1")
    road.result("p2")

    assert [task.persons for task in road.standing.open_tasks()] == [("p1", "p2")]


def test_a_second_result_gets_a_task_of_its_own_beside_a_taken_one() -> None:
    road = lodged("p1", "p2", plan=HAND_OVER)
    road.result("p1")
    road.claim(TaskKind.HAND_OVER, HANDLER)

    road.result("p2")

    assert [task.persons for task in road.standing.open_tasks()] == [("p1",), ("p2",)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"result": ResultKind.ISSUED}, "result_kind"),
        ({"receipt": "another"}, "no_result_pending"),
        ({"person_id": "p9"}, "unknown_person"),
    ],
)
def test_a_result_that_does_not_fit_is_refused(values: dict[str, str], code: str) -> None:
    road = lodged()
    given = {"person_id": "p1", "receipt": receipt_of("p1"), "result": "accredited"} | values
    command = road.ask(RecordResult, HANDLER, decided_on=date(2026, 12, 1), **given)

    with pytest.raises(Refused, match=code):
        result_receipt.record_result(road.situation, command)


def test_a_result_finds_its_person_by_the_number_in_another_spelling() -> None:
    road = lodged("p1", "p2")
    values = {"person_id": "p1", "receipt": "ＯＴＩＴ 26－P1", "result": "accredited"}

    road.act(
        result_receipt.record_result, road.ask(RecordResult, HANDLER, decided_on=MONDAY.date(), **values)
    )

    assert [line.result for line in road.standing.persons] == [ResultKind.ACCREDITED, None]


def test_a_result_before_the_number_is_known_is_refused() -> None:
    road = ready()
    road.begin()

    with pytest.raises(Refused, match="no_result_pending"):
        road.result()


def test_the_same_result_again_changes_nothing() -> None:
    road = lodged("p1", "p2")
    road.result("p1")
    events = len(road.events)

    assert road.result("p1") == []
    assert len(road.events) == events


def test_a_result_may_say_until_when_it_is_good() -> None:
    road = lodged("p1", "p2")

    road.result("p1", valid_to=date(2027, 11, 30))

    assert road.person("p1").valid_to == date(2027, 11, 30)
    assert road.kinds.count("result_dated") == 1


def test_the_day_until_which_a_result_is_good_may_follow_and_is_told_once() -> None:
    road = lodged("p1", "p2")
    road.result("p1")

    road.result("p1", valid_to=date(2027, 11, 30))

    assert road.person("p1").valid_to == date(2027, 11, 30)
    assert road.result("p1", valid_to=date(2027, 11, 30)) == []


@pytest.mark.parametrize("halfway", ["asked", "intake", "review", "ready"])
def test_a_result_is_taken_while_the_person_is_back_at_the_desk(halfway: str) -> None:
    road = asked_again("p1")
    if halfway != "asked":
        road.correct("p1")
    if halfway in ("review", "ready"):
        road.check()
    if halfway == "ready":
        road.pass_all()

    road.result()

    assert road.person().stage is Stage.CLOSED
    assert not road.standing.open_tasks()
    assert road.standing.closed_at is not None


def test_a_result_during_a_supplement_is_kept_and_the_lodging_still_ends() -> None:
    road = supplement_begun()

    road.result()
    open_until_the_act_ends = road.standing.closed_at
    road.end()

    assert open_until_the_act_ends is None
    assert road.person().stage is Stage.CLOSED
    assert road.filing().state is FilingState.CONFIRMED
    assert road.standing.closed_at is not None


def test_a_result_during_an_unknown_supplement_leaves_the_finding_out_to_somebody() -> None:
    road = supplement_begun()
    road.end("unknown")
    road.result()

    verdict = ArrivedVerdict(arrived=False, remark_id="remark-absent")
    road.decide(TaskKind.FIND_OUT, verdict, HANDLER)
    road.decide(TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=True), OTHER_HANDLER)

    assert road.person().stage is Stage.CLOSED
    assert road.standing.closed_at is not None


def test_a_late_result_is_chased_and_looked_for_again_later() -> None:
    road = lodged()
    road.wait(days=61)

    road.decide(TaskKind.CHASE_RESULT, Chased(again_within_days=14), HANDLER)

    assert [each.kind for each in road.standing.running_deadlines()] == ["result_expected"]
    assert not road.standing.open_tasks()


def test_chasing_a_result_that_has_come_leaves_nothing_behind() -> None:
    road = lodged("p1", "p2")
    road.wait(days=61)
    road.claim(TaskKind.CHASE_RESULT, HANDLER)
    road.result("p1")

    road.decide(TaskKind.CHASE_RESULT, Chased(again_within_days=14), HANDLER)

    assert [each.persons for each in road.standing.running_deadlines()] == [("p2",)]


@pytest.mark.parametrize("kind", [TaskKind.CHASE_RESULT, TaskKind.HAND_OVER])
def test_a_verdict_of_another_kind_is_refused(kind: TaskKind) -> None:
    road = lodged(plan=HAND_OVER)
    if kind is TaskKind.HAND_OVER:
        road.result()
    road.wait(days=61)

    with pytest.raises(Refused, match="wrong_task_kind"):
        road.decide(kind, AbsentConfirmed(absent=True), HANDLER)
