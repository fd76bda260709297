"""The paths whose histories are kept: what people and the authority did, from hand-in to the end."""

from collections.abc import Awaitable, Callable

from schemas import messages
from schemas.application import Journey
from schemas.commands import (
    AbsentConfirmed,
    AnswerProposal,
    ArrivedVerdict,
    ContradictionSettled,
    HandedOver,
    LiftHold,
    OverdueDecision,
    PlaceHold,
    Propose,
    RecordResult,
    RouteFiling,
    SecondVerdict,
    SplitOff,
    Withdraw,
)
from schemas.filing import Way
from schemas.identifiers import application_number
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import (
    CLIENT,
    HANDLER,
    MANAGER,
    MONDAY,
    OTHER_HANDLER,
    REVIEWER,
    SECOND,
    a_plan,
    a_remark,
    found,
    handed_in,
    receipt_of,
)
from tests.workflows import acting
from tests.workflows.office import Office, Road, numbered
from workflows.application import ApplicationWorkflow


async def straight_through(office: Office) -> Road:
    """Two persons, nothing to correct, both accredited."""
    road = await office.begin("p1", "p2")
    await acting.lodge(road)
    await acting.result(road, "p1")
    await acting.result(road, "p2")
    return road


async def corrected_and_reviewed_twice(office: Office) -> Road:
    """A rule and a reviewer find something; the correction is late, granted, made; a second person sends it back once."""
    office.around.findings = [found("wage")]
    road = await office.begin(plan=a_plan(review_levels=2, delivery="hand_over"))
    await acting.review(road, a_remark())
    await road.skip(days=16)
    extend = OverdueDecision(decision="extend", extend_days=10, remark_id="reason")
    await acting.decide(road, TaskKind.OVERDUE_CORRECTION, extend, MANAGER)
    office.around.findings = []
    await acting.correct(road)
    await acting.settle_all(road)
    back = SecondVerdict(sent_back=("p1",), remark_id="reason")
    await acting.decide(road, TaskKind.SECOND_REVIEW, back, SECOND)
    await acting.settle_all(road)
    await acting.decide(road, TaskKind.SECOND_REVIEW, SecondVerdict(), SECOND)
    await acting.begin(road)
    await acting.end(road)
    await acting.result(road)
    await acting.decide(road, TaskKind.HAND_OVER, HandedOver(), HANDLER)
    return road


async def lost_and_sent_again(office: Office) -> Road:
    """An answer got lost, two people find out that nothing arrived, a second filing goes through."""
    road = await office.begin()
    await acting.review(road)
    await acting.begin(road, way=Way.MACHINE)
    absent = ArrivedVerdict(arrived=False, remark_id="reason")
    await acting.decide(road, TaskKind.FIND_OUT, absent, HANDLER)
    await acting.decide(road, TaskKind.CONFIRM_ABSENT, AbsentConfirmed(absent=True), OTHER_HANDLER)
    await road.until(lambda now: len(now.filings) == 2)
    await acting.begin(road)
    await acting.end(road)
    await acting.result(road)
    return road


async def asked_for_more_by_machine(office: Office) -> Road:
    """The authority's machine takes it, asks for more, takes the supplement and decides; with a hold in between."""
    office.around.lodged = numbered
    road = await office.begin()
    await acting.review(road)
    await acting.begin(road, way=Way.MACHINE)
    await road.until_stage(Stage.LODGED)
    await acting.ask_for_more(road)
    await road.act(messages.PLACE_HOLD, PlaceHold, MANAGER, reason="client_asked")
    await road.skip(days=5)
    await road.act(messages.LIFT_HOLD, LiftHold, MANAGER)
    await acting.correct(road)
    await road.until_stage(Stage.REVIEW)
    await acting.settle_all(road)
    await road.until(lambda now: len(now.filings) == 2)
    await acting.begin(road, way=Way.MACHINE)
    await road.until_stage(Stage.LODGED)
    await acting.result(road)
    return road


async def withdrawn_after_lodging(office: Office) -> Road:
    """One withdraws before lodging, the other after it; a withdrawal filing goes out and is confirmed by its result."""
    road = await office.begin("p1", "p2")
    await road.task(TaskKind.REVIEW)
    await road.act(messages.WITHDRAW, Withdraw, CLIENT, persons=("p2",))
    await acting.lodge(road)
    await road.skip(days=61)
    await road.act(messages.WITHDRAW, Withdraw, CLIENT)
    await road.until(lambda now: len(now.filings) == 2)
    await acting.begin(road)
    await acting.end(road)
    await acting.result(road)
    return road


async def split_and_routed(office: Office) -> Road:
    """One of three is split off as proposed, another proposal is declined; the filing goes to another office."""
    road = await office.begin("p1", "p2", "p3")
    await road.task(TaskKind.REVIEW)
    reason = {"proposed": "split_off", "remark_id": "reason"}
    await road.act(messages.PROPOSE, Propose, REVIEWER, persons=("p3",), **reason)
    await road.act(messages.PROPOSE, Propose, REVIEWER, persons=("p2",), **reason)
    first, second = (f"{road.number}.proposal.{place}" for place in (1, 2))
    moved = {"persons": ("p3",), "to_number": application_number(2026, 3), "proposal_id": first}
    await road.act(messages.SPLIT_OFF, SplitOff, CLIENT, **moved)
    answer = {"proposal_id": second, "answer": "declined"}
    await road.act(messages.ANSWER_PROPOSAL, AnswerProposal, CLIENT, **answer)
    await acting.review(road)
    filing_id = (await road.filing()).id
    routed = {"filing_id": filing_id, "office": "osaka", "remark_id": "reason"}
    await road.act(messages.ROUTE_FILING, RouteFiling, HANDLER, **routed)
    await acting.begin(road)
    late = {"persons": ("p2",), "to_number": application_number(2026, 4), "is_late": True}
    await road.act(messages.SPLIT_OFF, SplitOff, CLIENT, **late)
    await acting.end(road)
    await acting.result(road, "p1")
    await acting.result(road, "p2")
    return road


async def reopened_by_another_result(office: Office) -> Road:
    """Accredited and closed; then a result that differs reopens it, and a manager says that the later one holds."""
    road = await office.begin()
    await acting.lodge(road)
    await acting.result(road)
    await road.handle.result()
    differing = {
        "receipt": f"{receipt_of('p1')}-{road.number}",
        "result": "refused",
        "decided_on": MONDAY.date(),
    }
    again = RecordResult(actor=HANDLER, act_id="again", person_id="p1", **differing)
    begun = handed_in("p1", number=road.number, plan=a_plan())
    journey = Journey(handed_in=begun, standing=await road.recorded(), reopening=again)
    await office.client.start_workflow(
        ApplicationWorkflow.run, journey, id=road.number, task_queue=office.queue
    )
    settled = ContradictionSettled(holds="later", remark_id="reason")
    await acting.decide(road, TaskKind.CONTRADICTION, settled, MANAGER, act_id="settled")
    return road


async def receipt_put_right(office: Office) -> Road:
    """A receipt number was typed wrong and is put right; the result is taken under the right one."""
    road = await office.begin()
    await acting.review(road)
    await acting.begin(road)
    await acting.end_with(road, f"mistyped-{road.number}")
    await acting.correct_number(road, f"{receipt_of('p1')}-{road.number}")
    await acting.result(road)
    return road


async def in_a_new_run(office: Office) -> Road:
    """So much happened that the road went on in a new run, in which it ends."""
    road = await office.begin()
    await acting.take_and_give_back(road, 8)
    await acting.lodge(road)
    await acting.result(road)
    return road


PATHS: dict[str, Callable[[Office], Awaitable[Road]]] = {
    "straight_through": straight_through,
    "corrected_and_reviewed_twice": corrected_and_reviewed_twice,
    "lost_and_sent_again": lost_and_sent_again,
    "asked_for_more_by_machine": asked_for_more_by_machine,
    "withdrawn_after_lodging": withdrawn_after_lodging,
    "split_and_routed": split_and_routed,
    "reopened_by_another_result": reopened_by_another_result,
    "receipt_put_right": receipt_put_right,
    "in_a_new_run": in_a_new_run,
}
RUN_BEFORE = {"in_a_new_run": "before_a_new_run"}
"""Of these paths the first run is kept too, under a name of its own; they are walked on an impatient engine."""
