"""The workflows beside the road: what each is asked, and what its steps answer when its history is recorded."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.common import RawValue
from temporalio.worker import Worker

from infra.temporal import sandbox_runner
from schemas import messages
from schemas.checked import DocumentUploaded
from schemas.examination import PDF, Examination, RefusalCode
from schemas.identifiers import application_number
from schemas.inspections import Impact, RepeatAsked, Repeated, Repetition, WeighAsked, Weighed
from tests.workflows.office import Office
from worker import WORKFLOWS

NUMBER = application_number(2026, 7)
DOCUMENT = "00000000-0000-4000-8000-000000000007"
ON = date(2026, 11, 20)
SHA256 = "ab" * 32


class Beside(NamedTuple):
    """One run: the workflow's name and id, what it is asked, and what each step answers."""

    workflow: str
    id: str
    asked: Sequence[Any]
    answers: Mapping[str, object]


ROUND = {
    "start_what_was_not_started": 1,
    "deliver_corrections": 0,
    "send_due_notices": 2,
    "fetch_authority_news": 3,
    "remind_of_lapses": 0,
    "ask_after_silent_lodgings": 0,
    "watch_what_comes_next": 1,
    "deliver_links": 0,
    "deliver_splits": 0,
    "end_old_drafts": 0,
}
BESIDE: Mapping[str, Beside] = {
    "a_document_is_examined": Beside(
        messages.EXAMINATION,
        messages.examination_workflow(DOCUMENT),
        [DocumentUploaded(document_id=DOCUMENT, number=NUMBER, organisation_id="org-1")],
        {
            "examine_document": Examination(
                version=2,
                outcome="refused",
                refusal=RefusalCode.DAMAGED,
                media_type=PDF,
                size_bytes=19,
                sha256=SHA256,
            )
        },
    ),
    "a_round_of_the_desk": Beside(
        messages.DESK_ROUND,
        "desk-round-recorded",
        [],
        ROUND,
    ),
    "a_round_beside_the_decision": Beside(
        messages.DESK_ROUND,
        "desk-round-recorded-again",
        [],
        ROUND,
    ),
    "a_round_of_arrivals": Beside(
        messages.ARRIVALS_ROUND,
        "arrivals-round-recorded",
        [],
        {"fetch_arrivals": 2, "read_arrivals": 1, "erase_arrivals": 0},
    ),
    "a_check_is_repeated": Beside(
        messages.CHECK_AGAIN,
        f"check-again-{UUID(int=7)}",
        [RepeatAsked(number=NUMBER, round=1)],
        {
            "repeat_check": Repeated(
                number=NUMBER,
                round=1,
                items=(Repetition(pack_version=SHA256, as_of=ON, is_equal=True, findings=3),),
            )
        },
    ),
    "newer_rules_are_weighed": Beside(
        messages.IMPACT,
        f"impact-{UUID(int=7)}",
        [WeighAsked(on=ON)],
        {
            "weigh_impact": Weighed(
                items=(Impact(number=NUMBER, procedure="p", pack_version=SHA256, shipped_version="cd" * 32),)
            )
        },
    ),
}
"""`a_round_of_the_desk` was recorded before rounds looked beside the decision: recorded anew it would be the other one."""


async def walk_beside(office: Office, chosen: Beside) -> WorkflowHandle[Any, Any]:
    """Run one to its end; every step answers as it is told."""

    @activity.defn(dynamic=True)
    async def step(_: Sequence[RawValue]) -> Any:
        return chosen.answers[activity.info().activity_type]

    worker = Worker(
        office.client,
        task_queue=office.queue,
        workflows=WORKFLOWS,
        activities=[step],
        workflow_runner=sandbox_runner(),
    )
    async with worker:
        handle = await office.client.start_workflow(
            chosen.workflow, args=chosen.asked, id=chosen.id, task_queue=office.queue
        )
        await handle.result()
    return handle
