"""Filing: who is lodged together, intent before act, unknown outcomes, and never a second time by itself."""

from typing import Any

import pytest

from schemas.checked import PackageSealed
from schemas.commands import (
    AbsentConfirmed,
    ArrivedVerdict,
    BeginLodging,
    EndLodging,
    HandedOver,
    LiftHold,
    PassOnTask,
    PlaceHold,
    ReleaseTask,
    Withdraw,
)
from schemas.events import LodgingUnknown
from schemas.filing import FilingKind, FilingState, Receipt, Way
from schemas.parties import ROAD, Actor
from schemas.refusals import Refused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind, TaskState
from tests.builders import (
    HANDLER,
    MANAGER,
    OTHER_HANDLER,
    PaperRoad,
    a_plan,
    a_remark,
    at_review,
    lodged,
    ready,
    receipt_of,
    receipts_for,
)
from workflows import filing, holds, human_tasks, withdrawal

PREFIXES = {"tokyo": ("東オン", "横オン"), "osaka": ("阪オン", "神オン")}


def end_with(road: PaperRoad, outcome: str, *receipts: Receipt, by: Actor = HANDLER) -> None:
    values: dict[str, Any] = {"filing_id": road.filing().id, "outcome": outcome, "receipts": receipts}
    road.act(filing.end, road.ask(EndLodging, by, **values))


def find_out(road: PaperRoad, *, arrived: bool, by: Actor = HANDLER) -> None:
    verdict = ArrivedVerdict(
        arrived=arrived,
        receipts=receipts_for(road.filing()) if arrived else (),
        remark_id=None if arrived else "remark-absent",
    )
    road.decide(TaskKind.FIND_OUT, verdict, by)


def begun(*persons: str) -> PaperRoad:
    road = ready(*persons)
    road.begin()
    return road


def unknown(*persons: str) -> PaperRoad:
    road = begun(*persons)
    road.end("unknown")
    return road


def filed(road: PaperRoad) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.office, each.persons) for each in road.standing.filings]


def test_the_ready_of_one_office_become_one_filing() -> None:
    road = ready("p1", "p2")

    assert filed(road) == [("tokyo", ("p1", "p2"))]
    assert road.task(TaskKind.LODGE).filing_id == road.filing().id


def test_persons_of_two_offices_become_two_filings() -> None:
    road = PaperRoad("p1", "p2", "p3")
    road.check(offices={"p1": "tokyo", "p2": "osaka", "p3": "tokyo"})

    road.review()

    assert filed(road) == [("tokyo", ("p1", "p3")), ("osaka", ("p2",))]


def test_persons_whose_office_is_unknown_are_filed_together() -> None:
    road = PaperRoad("p1", "p2")
    road.check(offices={})
    road.review(a_remark("p2"))

    road.come_back("p2", p9="nowhere")

    assert filed(road) == [("unknown", ("p1", "p2"))]


def test_a_latecomer_joins_a_filing_that_nobody_has_taken() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))

    road.come_back("p2")

    assert filed(road) == [("tokyo", ("p1", "p2"))]
    assert road.person("p2").filing_id == road.filing().id


def test_a_latecomer_gets_a_filing_of_his_own_beside_a_taken_one() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))
    road.claim(TaskKind.LODGE, HANDLER)

    road.come_back("p2")

    assert filed(road) == [("tokyo", ("p1",)), ("tokyo", ("p2",))]


def test_supplements_of_two_filings_stay_two_and_name_their_own() -> None:
    road = at_review("p1", "p2")
    road.review(a_remark("p2"))
    road.lodge()
    road.come_back("p2")
    road.lodge()
    road.ask_for_more("p1", "p2")
    road.correct("p1", "p2")
    road.check()

    road.pass_all()

    first, second, *supplements = road.standing.filings
    assert [(each.kind, each.parent_id, each.persons) for each in supplements] == [
        (FilingKind.SUPPLEMENT, first.id, ("p1",)),
        (FilingKind.SUPPLEMENT, second.id, ("p2",)),
    ]


def test_nothing_is_prepared_on_hold_and_all_of_it_afterwards() -> None:
    road = at_review()
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="other"))
    road.review()
    on_hold = filed(road)

    road.act(holds.lift, road.ask(LiftHold, MANAGER))

    assert on_hold == []
    assert filed(road) == [("tokyo", ("p1",))]


def test_beginning_takes_the_task_and_records_the_intent() -> None:
    road = begun()

    assert road.filing().state is FilingState.INTENDED
    assert road.task(TaskKind.LODGE).assignee == HANDLER.id
    assert (road.person().stage, road.person().holder) == (Stage.FILING, Holder.HANDLER)


def test_a_filing_begins_once() -> None:
    road = begun()

    with pytest.raises(Refused, match="filing_not_open"):
        road.begin()


def test_a_filing_that_another_took_cannot_be_begun() -> None:
    road = ready()
    road.claim(TaskKind.LODGE, OTHER_HANDLER)

    with pytest.raises(Refused, match="task_of_another"):
        road.begin(HANDLER)


def test_nothing_is_begun_on_hold() -> None:
    road = ready()
    road.act(holds.place, road.ask(PlaceHold, MANAGER, reason="other"))

    with pytest.raises(Refused, match="on_hold"):
        road.begin()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"channel": "fax"}, "channel"), ({"channel": "post", "way": Way.MACHINE}, "way")],
)
def test_a_channel_the_plan_does_not_have_is_refused(values: dict[str, Any], field: str) -> None:
    road = ready(plan=a_plan(machine_channel=False))
    command = road.ask(BeginLodging, HANDLER, filing_id=road.filing().id, **values)

    with pytest.raises(Refused, match="channel_not_allowed") as refusal:
        filing.check_begin(road.situation, command)

    assert refusal.value.field == field


def test_a_filing_that_does_not_exist_is_refused() -> None:
    road = ready()

    with pytest.raises(Refused, match="no_such_filing"):
        road.act(
            filing.check_begin, road.ask(BeginLodging, HANDLER, filing_id="T26.filing.9", channel="post")
        )


def test_confirmation_gives_everybody_a_number_and_the_ball_to_the_authority() -> None:
    road = lodged("p1", "p2")

    assert [line.receipt for line in road.standing.persons] == [receipt_of("p1"), receipt_of("p2")]
    assert {line.holder for line in road.standing.persons} == {Holder.AUTHORITY}
    assert [each.kind for each in road.standing.running_deadlines()] == ["result_expected"]


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ({"p1": "1"}, "receipt_missing"),
        ({"p1": "1", "p9": "2"}, "receipt_missing"),
        ({"p1": "1", "p2": "2", "p9": "3"}, "receipt_missing"),
        ({"p1": "1", "p2": "1"}, "receipt_taken"),
    ],
)
def test_numbers_that_do_not_fit_the_persons_are_refused(numbers: dict[str, str], code: str) -> None:
    road = begun("p1", "p2")
    receipts = (Receipt(person_id=person, number=number) for person, number in numbers.items())

    with pytest.raises(Refused, match=code):
        end_with(road, "confirmed", *receipts)


def test_a_supplement_gets_no_new_numbers() -> None:
    road = lodged()
    road.ask_for_more()
    road.come_back("p1")
    road.begin()

    with pytest.raises(Refused, match="receipt_form"):
        end_with(road, "confirmed", Receipt(person_id="p1", number="2"))
    road.end()

    assert road.person().stage is Stage.LODGED
    assert road.person().receipt == receipt_of("p1")


def test_a_filing_is_confirmed_once() -> None:
    road = lodged()

    with pytest.raises(Refused, match="filing_not_open"):
        road.end()


def test_only_the_handler_says_how_it_ended() -> None:
    road = begun()

    with pytest.raises(Refused, match="task_of_another"):
        road.end(by=OTHER_HANDLER)
    road.end(by=HANDLER)

    assert road.filing().state is FilingState.CONFIRMED


def test_who_was_given_the_task_of_an_absent_handler_can_end_it() -> None:
    road = begun()
    task_id = road.task(TaskKind.LODGE).id
    road.act(human_tasks.pass_on, road.ask(PassOnTask, MANAGER, task_id=task_id, to=OTHER_HANDLER.id))

    road.end(by=OTHER_HANDLER)

    assert road.filing().state is FilingState.CONFIRMED


def test_a_task_given_back_in_the_middle_of_a_lodging_can_be_taken_by_another() -> None:
    road = begun()
    task_id = road.task(TaskKind.LODGE).id
    road.act(human_tasks.release, road.ask(ReleaseTask, MANAGER, task_id=task_id))
    road.claim(TaskKind.LODGE, OTHER_HANDLER)

    road.end(by=OTHER_HANDLER)

    assert road.person().stage is Stage.LODGED


def test_what_a_machine_lodges_no_hand_can_end() -> None:
    road = ready()
    road.begin(way=Way.MACHINE)

    with pytest.raises(Refused, match="filing_not_open"):
        road.end()


@pytest.mark.parametrize("outcome", ["refused", "not_sent"])
def test_a_certain_no_needs_a_reason_and_makes_ready_again(outcome: str) -> None:
    road = begun()

    with pytest.raises(Refused, match="reason_missing"):
        end_with(road, outcome)
    road.end(outcome)

    assert [each.state for each in road.standing.filings] == [FilingState(outcome), FilingState.PREPARED]
    assert road.person().stage is Stage.READY


def test_an_unknown_outcome_is_a_task_and_never_a_second_attempt() -> None:
    road = unknown()

    road.wait(days=60)

    assert [each.state for each in road.standing.filings] == [FilingState.UNKNOWN]
    assert [task.kind for task in road.standing.open_tasks()] == [TaskKind.FIND_OUT]
    assert road.kinds.count("lodging_intended") == 1


def test_what_arrived_after_all_is_confirmed_with_its_numbers() -> None:
    road = unknown()

    find_out(road, arrived=True)

    assert road.person().stage is Stage.LODGED
    assert road.person().receipt == receipt_of("p1")


def test_absence_needs_a_reason_and_carries_no_numbers() -> None:
    road = unknown()

    with pytest.raises(Refused, match="reason_missing"):
        road.decide(TaskKind.FIND_OUT, ArrivedVerdict(arrived=False), HANDLER)
    with pytest.raises(Refused, match="receipt_form"):
        numbers = receipts_for(road.filing())
        verdict = ArrivedVerdict(arrived=False, receipts=numbers, remark_id="remark-absent")
        road.decide(TaskKind.FIND_OUT, verdict, HANDLER)


def test_absence_is_confirmed_by_a_second_person_before_anything_is_sent_again() -> None:
    road = unknown()
    find_out(road, arrived=False)
    before = len(road.standing.filings)

    with pytest.raises(Refused, match="same_person"):
        road.decide(TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=True), HANDLER)
    road.decide(TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=True), OTHER_HANDLER)

    assert before == 1
    assert [each.state for each in road.standing.filings] == [FilingState.ABSENT, FilingState.PREPARED]


def test_a_doubted_absence_is_looked_for_again() -> None:
    road = unknown()
    find_out(road, arrived=False)

    road.decide(TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=False), OTHER_HANDLER)

    assert [task.kind for task in road.standing.open_tasks()] == [TaskKind.FIND_OUT]
    assert road.filing().state is FilingState.UNKNOWN


@pytest.mark.parametrize("kind", [TaskKind.FIND_OUT, TaskKind.CONFIRM_ABSENT])
def test_a_verdict_of_another_kind_is_refused(kind: TaskKind) -> None:
    road = unknown()
    if kind is TaskKind.CONFIRM_ABSENT:
        find_out(road, arrived=False)

    with pytest.raises(Refused, match="wrong_task_kind"):
        road.decide(kind, HandedOver(), OTHER_HANDLER)


def test_a_lodge_task_is_never_decided_by_a_verdict() -> None:
    road = ready()

    with pytest.raises(Refused, match="wrong_task_kind"):
        road.decide(TaskKind.LODGE, HandedOver(), HANDLER)


def test_who_withdraws_leaves_a_prepared_filing_to_the_others() -> None:
    road = ready("p1", "p2")

    road.act(withdrawal.withdraw, road.ask(Withdraw, MANAGER, persons=("p1",)))

    assert filed(road) == [("tokyo", ("p2",))]
    assert road.task(TaskKind.LODGE).persons == ("p2",)


def test_a_prepared_filing_that_everybody_left_is_cancelled() -> None:
    road = ready("p1", "p2")

    road.act(withdrawal.withdraw, road.ask(Withdraw, MANAGER))

    assert [each.state for each in road.standing.filings] == [FilingState.CANCELLED]
    assert {task.state for task in road.standing.tasks if task.kind is TaskKind.LODGE} == {
        TaskState.CANCELLED
    }


def by_two(*persons: str) -> PaperRoad:
    road = ready(*(persons or ("p1",)), plan=a_plan(confirmed_by_second=True))
    road.begin()
    return road


def end_refused(road: PaperRoad, outcome: str, *receipts: Receipt, by: Actor = HANDLER) -> str:
    with pytest.raises(Refused) as refused:
        end_with(road, outcome, *receipts, by=by)
    return refused.value.code


def test_where_two_confirm_the_first_only_reports() -> None:
    road = by_two()

    end_with(road, "confirmed", *receipts_for(road.filing()))

    task = road.task(TaskKind.LODGE)
    assert road.filing().state is FilingState.INTENDED
    assert road.person().stage is Stage.FILING
    assert (task.state, task.assignee, task.excluded) == (TaskState.OPEN, None, (HANDLER.id,))


def test_the_second_confirms_by_giving_the_same_numbers() -> None:
    road = by_two("p1", "p2")
    receipts = receipts_for(road.filing())
    end_with(road, "confirmed", *receipts)

    end_with(road, "confirmed", *reversed(receipts), by=OTHER_HANDLER)

    assert road.filing().state is FilingState.CONFIRMED
    assert road.person().receipt == receipt_of("p1")
    assert road.standing.open_tasks(TaskKind.LODGE) == ()


def test_the_desk_can_want_two_where_the_map_does_not_and_only_for_what_is_lodged_by_hand() -> None:
    road = ready("p1")
    road.begin(second_asked=True)
    receipts = receipts_for(road.filing())

    end_with(road, "confirmed", *receipts)
    reported = road.filing().state
    end_with(road, "confirmed", *receipts, by=OTHER_HANDLER)

    by_machine = ready("p1")
    by_machine.begin(way=Way.MACHINE, second_asked=True)
    assert (reported, road.filing().state) == (FilingState.INTENDED, FilingState.CONFIRMED)
    assert not by_machine.filing().second_asked


def test_who_lodged_for_two_does_not_find_out_alone() -> None:
    road = ready("p1")
    road.begin(second_asked=True)

    end_with(road, "unknown")

    assert road.task(TaskKind.FIND_OUT).excluded == (HANDLER.id,)


def test_nobody_confirms_what_he_reported_himself() -> None:
    road = by_two()
    receipts = receipts_for(road.filing())
    end_with(road, "confirmed", *receipts)

    code = end_refused(road, "confirmed", *receipts)

    assert code == "same_person"
    assert road.filing().state is FilingState.INTENDED


def test_the_handler_does_not_confirm_what_was_reported_for_him() -> None:
    road = by_two()
    receipts = receipts_for(road.filing())
    task = road.task(TaskKind.LODGE)
    road.act(human_tasks.pass_on, road.ask(PassOnTask, MANAGER, task_id=task.id, to=OTHER_HANDLER.id))
    end_with(road, "confirmed", *receipts, by=OTHER_HANDLER)

    code = end_refused(road, "confirmed", *receipts, by=HANDLER)

    assert code == "same_person"


def test_two_who_read_different_numbers_confirm_nothing() -> None:
    road = by_two()
    end_with(road, "confirmed", *receipts_for(road.filing()))

    code = end_refused(road, "confirmed", Receipt(person_id="p1", number="OTIT-26-other"), by=OTHER_HANDLER)

    assert code == "receipts_differ"
    assert road.filing().state is FilingState.INTENDED


def test_who_mistyped_reports_again() -> None:
    road = by_two()
    end_with(road, "confirmed", Receipt(person_id="p1", number="OTIT-26-mistyped"))
    receipts = receipts_for(road.filing())

    end_with(road, "confirmed", *receipts)
    end_with(road, "confirmed", *receipts, by=OTHER_HANDLER)

    assert road.person().receipt == receipt_of("p1")


def test_a_report_needs_a_number_for_everybody() -> None:
    road = by_two("p1", "p2")

    code = end_refused(road, "confirmed", *receipts_for(road.filing())[:1])

    assert code == "receipt_missing"


@pytest.mark.parametrize("by", [HANDLER, OTHER_HANDLER])
def test_either_of_two_can_say_that_it_is_not_known_after_all(by: Actor) -> None:
    road = by_two()
    end_with(road, "confirmed", *receipts_for(road.filing()))

    end_with(road, "unknown", by=by)

    assert road.filing().state is FilingState.UNKNOWN
    assert road.task(TaskKind.FIND_OUT).filing_id == road.filing().id


def test_who_lodged_does_not_find_out_alone_where_two_confirm() -> None:
    road = by_two()
    end_with(road, "unknown")

    with pytest.raises(Refused, match="same_person"):
        find_out(road, arrived=True)
    find_out(road, arrived=True, by=OTHER_HANDLER)

    assert road.filing().state is FilingState.CONFIRMED


def test_where_one_is_enough_nothing_is_reported() -> None:
    road = begun("p1")

    end_with(road, "confirmed", *receipts_for(road.filing()))

    assert road.filing().state is FilingState.CONFIRMED
    assert "lodging_reported" not in road.kinds


def test_when_nobody_says_how_it_ended_somebody_is_asked_to_find_out() -> None:
    road = begun("p1")

    end_with(road, "unknown", by=ROAD)

    unknown_because = next(e.body.reason for e in road.events if isinstance(e.body, LodgingUnknown))
    assert unknown_because == "nobody_said"
    assert road.task(TaskKind.FIND_OUT).persons == ("p1",)


def test_what_has_ended_meanwhile_is_not_asked_after() -> None:
    road = begun("p1")
    end_with(road, "confirmed", *receipts_for(road.filing()))

    assert end_refused(road, "unknown", by=ROAD) == "filing_not_open"


@pytest.mark.parametrize(
    ("channel", "number", "code"),
    [
        ("online", "東オン-26-000001", None),
        ("online", "東ｵﾝ 26000001", None),
        ("online", "横オン-26-000001", None),
        ("online", "阪オン-26-000001", "receipt_form"),
        ("online", "阪ｵﾝ26000001", "receipt_form"),
        ("online", "26-000001", None),
        ("counter", "東永C24999", None),
    ],
)
def test_a_number_that_names_another_office_is_refused(channel: str, number: str, code: str | None) -> None:
    plan = a_plan(channels=("online", "counter"), receipt_prefixes=PREFIXES)
    road = ready("p1", plan=plan)
    values = {"filing_id": road.filing().id, "channel": channel, "way": Way.BY_HAND}
    command = road.ask(BeginLodging, HANDLER, **values)
    road.act(lambda situation, asked: filing.begin(situation, asked, PackageSealed(sha256="0" * 64)), command)
    receipt = Receipt(person_id="p1", number=number)

    if code:
        assert end_refused(road, "confirmed", receipt) == code
    else:
        end_with(road, "confirmed", receipt)
        assert road.person().receipt == number


def test_the_channel_is_known_once_everybody_was_lodged_through_the_same() -> None:
    waiting, begun_road = ready("p1", "p2"), begun("p1", "p2")
    channel = begun_road.filing().channel

    assert waiting.standing.channel_of(("p1", "p2")) is None
    assert channel is not None
    assert begun_road.standing.channel_of(("p1", "p2")) == channel
    assert begun_road.standing.channel_of(("p1", "nobody")) is None
