"""What people do on a real road, told in one line each."""

from typing import Any

from schemas import messages
from schemas.commands import (
    Answer,
    ArrivedVerdict,
    BeginLodging,
    ClaimTask,
    CompleteTask,
    CorrectReceipts,
    EndLodging,
    HandInCorrection,
    NewFinding,
    RecordMoreRequested,
    RecordResult,
    ReleaseTask,
    ReviewVerdict,
    Verdict,
)
from schemas.filing import Filing, Way
from schemas.findings import UNSETTLED, FindingState
from schemas.parties import Actor
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import CLIENT, HANDLER, MONDAY, REVIEWER, receipt_of, settled
from tests.workflows.office import Road, receipts_of


async def claim(road: Road, kind: TaskKind, by: Actor, **ids: Any) -> Answer:
    """Take a task."""
    task = await road.task(kind)
    return await road.act(messages.CLAIM_TASK, ClaimTask, by, task_id=task.id, **ids)


async def take_and_give_back(road: Road, times: int) -> None:
    """A reviewer takes the review and gives it back, so often."""
    for time in range(times):
        await claim(road, TaskKind.REVIEW, REVIEWER, act_id=f"take-{time}")
        task = await road.task(TaskKind.REVIEW)
        await road.act(messages.RELEASE_TASK, ReleaseTask, REVIEWER, act_id=f"give-{time}", task_id=task.id)


async def decide(road: Road, kind: TaskKind, verdict: Verdict, by: Actor, **ids: Any) -> Answer:
    """Decide a task."""
    task = await road.task(kind)
    return await road.act(messages.COMPLETE_TASK, CompleteTask, by, task_id=task.id, verdict=verdict, **ids)


async def review(road: Road, *raised: NewFinding, by: Actor = REVIEWER) -> Answer:
    """The first verdict."""
    return await decide(road, TaskKind.REVIEW, ReviewVerdict(raised=raised), by)


async def begin(road: Road, by: Actor = HANDLER, way: Way = Way.BY_HAND, *, channel: str = "post") -> Answer:
    """Begin the latest filing."""
    chosen = await road.filing()
    return await road.act(
        messages.BEGIN_LODGING, BeginLodging, by, filing_id=chosen.id, channel=channel, way=way
    )


async def end(road: Road, outcome: str = "confirmed", by: Actor = HANDLER) -> Answer:
    """Say how the latest filing ended."""
    chosen = await road.filing()
    receipts = receipts_of(chosen, road.number) if outcome == "confirmed" else ()
    values: dict[str, Any] = {"filing_id": chosen.id, "outcome": outcome, "receipts": receipts}
    return await road.act(messages.END_LODGING, EndLodging, by, **values)


async def end_with(road: Road, number: str) -> Answer:
    """The only person of the latest filing got this number."""
    chosen = await road.filing()
    receipts = [{"person_id": chosen.persons[0], "number": number}]
    values: dict[str, Any] = {"filing_id": chosen.id, "outcome": "confirmed", "receipts": receipts}
    return await road.act(messages.END_LODGING, EndLodging, HANDLER, **values)


async def refused_numbers(road: Road, *, of: Road) -> str:
    """The code with which numbers of another application are refused."""
    chosen = await road.filing()
    receipts = receipts_of(chosen, of.number)
    values: dict[str, Any] = {"filing_id": chosen.id, "outcome": "confirmed", "receipts": receipts}
    return await road.refused(messages.END_LODGING, EndLodging, HANDLER, **values)


def _corrected(filing: Filing, number: str) -> dict[str, Any]:
    receipts = [{"person_id": filing.persons[0], "number": number}]
    return {"filing_id": filing.id, "receipts": receipts, "remark_id": "remark-wrong"}


async def correct_number(road: Road, number: str) -> Answer:
    """The only person of the latest filing has this number, not the one that was written."""
    values = _corrected(await road.filing(), number)
    return await road.act(messages.CORRECT_RECEIPTS, CorrectReceipts, HANDLER, **values)


async def refused_correction(road: Road, number: str) -> str:
    """The code with which a number of somebody else is refused."""
    values = _corrected(await road.filing(), number)
    return await road.refused(messages.CORRECT_RECEIPTS, CorrectReceipts, HANDLER, **values)


async def settle_all(road: Road, by: Actor = REVIEWER) -> Answer:
    """The first verdict that leaves nothing open."""
    unsettled = [each.id for each in (await road.standing()).findings if each.state in UNSETTLED]
    items = tuple(settled(each, FindingState.VERIFIED, "reason") for each in unsettled)
    return await decide(road, TaskKind.REVIEW, ReviewVerdict(settled=items), by)


async def lodge(road: Road) -> None:
    """Review without findings, begin, confirm."""
    await review(road)
    await begin(road)
    await end(road)


async def found_arrived(road: Road) -> Answer:
    """Somebody found out that it arrived."""
    receipts = receipts_of(await road.filing(), road.number)
    verdict = ArrivedVerdict.model_validate({"arrived": True, "receipts": receipts})
    return await decide(road, TaskKind.FIND_OUT, verdict, HANDLER)


async def correct(road: Road, *persons: str, round: int = 2) -> Answer:
    """The client's correction arrives."""
    values: dict[str, Any] = {"round": round, "persons": persons or ("p1",), "handed_in_at": MONDAY}
    return await road.act(messages.HAND_IN_CORRECTION, HandInCorrection, CLIENT, **values)


async def result(road: Road, person: str = "p1", result: str = "accredited", **ids: Any) -> Answer:
    """The authority decides about one person."""
    values = {"person_id": person, "receipt": f"{receipt_of(person)}-{road.number}", "result": result}
    return await road.act(
        messages.RECORD_RESULT, RecordResult, HANDLER, decided_on=MONDAY.date(), **values, **ids
    )


async def ask_for_more(road: Road, *persons: str) -> Answer:
    """The authority asks for more."""
    values = {"persons": persons or ("p1",), "remark_id": "remark-more"}
    return await road.act(messages.RECORD_MORE_REQUESTED, RecordMoreRequested, HANDLER, **values)


async def at_the_end(road: Road) -> Any:
    """Record the result of the only person and wait for the outcome."""
    await road.until_stage(Stage.LODGED)
    await result(road)
    return await road.handle.result()
