"""Drafts of findings: a reviewer writes down what is wrong while reviewing; nothing half-done is lost.

A draft belongs to a claimed task and becomes a finding when its task is completed (`api.verdicts`). Until then its
author can change it or take it away, and no client sees it.
"""

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs
from api.act_paths import RemarkInPath
from api.acts import PlainId, SomeWords, case_at
from api.bodies import Body, Shown
from api.desk import AtDesk
from api.idempotency import Answered, CurrentAct, once
from api.paging import Name
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_case import HandedInCase
from api.queries_findings import Words, remarks_of
from api.queries_tasks import TaskRow, one_task
from api.read_log import record_read
from api.reading import key_of
from api.remark_rows import NewRemark, RemarkKind, seal_words, write_remarks
from infra.database.tables import remark
from schemas.catalogue import Procedure
from schemas.findings import Severity
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.tasks import TaskKind, TaskState

PlaceKind = Literal["field", "document", "person", "application"]
WHOLE = "application"

router = APIRouter(prefix="/v1", tags=["remarks"])

Reviewing = Annotated[Principal, Depends(needs(Right.REVIEW))]


class DraftAsked(Body):
    """What is wrong, where, and how grave. `place` is a field or document kind of the procedure."""

    task_id: PlainId
    severity: Annotated[Severity, Field(strict=False)]
    place_kind: PlaceKind
    place: PlainId = WHOLE
    person_id: PlainId | None = None
    words: SomeWords


class DraftChanged(Body):
    """New words or another severity; what is not given stays."""

    severity: Annotated[Severity | None, Field(strict=False)] = None
    words: SomeWords | None = None


class DraftKept(Shown):
    """The draft's id, to be named when the task is completed."""

    id: str


@router.post("/applications/{number}/remarks", status_code=201)
async def write_draft(
    principal: Reviewing, at: AtDesk, number: NumberInPath, body: DraftAsked, act: CurrentAct
) -> DraftKept:
    """Write down a finding. Refused: `task_not_claimed`, `task_of_another`, `unknown_field`, `unknown_person`, …"""
    case = await case_at(at, number)
    key = await key_of(at.keys, number)
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            task = await _own_review(connection, body.task_id, case, principal, at)
            place = _place(body, task, (await at.packs.of(case)).procedure)
            new = _new_draft(body, case, principal, place)
            await write_remarks(connection, key, [new], at.now())
            return Answered(201, {"id": new.id}, number)

        answered = await once(connection, act, at.now(), perform)
    return DraftKept.model_validate(answered.body)


def _new_draft(body: DraftAsked, case: HandedInCase, principal: Principal, place: str) -> NewRemark:
    return NewRemark(
        id=str(uuid4()),
        organisation_id=case.organisation_id,
        number=case.number,
        kind=RemarkKind.DRAFT,
        author=principal.actor,
        words=body.words,
        for_client=False,
        task_id=body.task_id,
        severity=body.severity,
        person_id=body.person_id,
        place_kind=body.place_kind,
        place=place,
    )


async def _own_review(
    connection: AsyncConnection, task_id: str, case: HandedInCase, principal: Principal, at: AtDesk
) -> TaskRow:
    task = await one_task(connection, task_id, at.now())
    if task is None or task.number != case.number:
        raise Refused("no_such_task", "task_id")
    if task.kind is not TaskKind.REVIEW:
        raise Refused("wrong_task_kind", "task_id")
    if task.state is TaskState.OPEN:
        raise Refused("task_not_claimed", "task_id")
    if task.state is not TaskState.CLAIMED:
        raise Refused("task_closed", "task_id")
    if task.assignee is None or task.assignee.id != principal.id:
        raise Refused("task_of_another", "task_id")
    return task


def _place(body: DraftAsked, task: TaskRow, procedure: Procedure) -> str:
    """Where the finding is, checked against the map and the persons of the task."""
    if body.person_id is not None and body.person_id not in task.persons:
        raise Refused("unknown_person", "person_id")
    if body.place_kind == "application":
        return WHOLE
    if body.place_kind == "person":
        return _of_person(body)
    row = procedure.field(body.place) if body.place_kind == "field" else procedure.document(body.place)
    if row is None:
        raise Refused("unknown_field" if body.place_kind == "field" else "unknown_document_kind", "place")
    if row.belongs_to_person:
        _of_person(body)
    return body.place


def _of_person(body: DraftAsked) -> str:
    if body.person_id is None:
        raise Refused("unknown_person", "person_id")
    return body.person_id


@router.get("/applications/{number}/remarks")
async def show_remarks(
    principal: Annotated[Principal, Depends(needs(Right.READ_CASES))],
    at: AtDesk,
    number: NumberInPath,
    task_id: Annotated[Name, Query()] = None,
) -> tuple[Words, ...]:
    """Everything written about a case, drafts too, the oldest first; the read is recorded."""
    await case_at(at, number)
    key = await reading_key(at.keys, number)
    async with at.database.as_desk() as connection:
        await record_read(connection, principal.id, number, "remarks", at.now())
        return await remarks_of(connection, number, key, task_id=task_id)


@router.patch("/remarks/{remark_id}")
async def change_draft(
    principal: Reviewing, at: AtDesk, remark_id: RemarkInPath, body: DraftChanged
) -> DraftKept:
    """Change one's own draft. Refused: `not_found`, also for another's and for what was sent."""
    async with at.database.as_desk() as connection:
        row = await _own_draft(connection, remark_id, principal)
    key = await key_of(at.keys, row.number)
    changes: dict[str, Any] = {"written_at": at.now()}
    if body.severity is not None:
        changes["severity"] = body.severity
    if body.words is not None:
        changes["words"] = seal_words(key, body.words)
    async with at.database.as_desk() as connection:
        await _change(connection, remark_id, principal, changes)
    return DraftKept(id=remark_id)


@router.delete("/remarks/{remark_id}", status_code=204)
async def remove_draft(principal: Reviewing, at: AtDesk, remark_id: RemarkInPath) -> Response:
    """Take one's own draft away. Refused: `not_found`, also for another's and for what was sent."""
    async with at.database.as_desk() as connection:
        await _change(connection, remark_id, principal, {"removed_at": at.now()})
    return Response(status_code=204)


def _own(remark_id: str, principal: Principal) -> tuple[Any, ...]:
    return (
        remark.c.id == remark_id,
        remark.c.kind == RemarkKind.DRAFT,
        remark.c.author_id == principal.id,
        remark.c.removed_at.is_(None),
    )


async def _own_draft(connection: AsyncConnection, remark_id: str, principal: Principal) -> Row[Any]:
    row = (await connection.execute(select(remark).where(*_own(remark_id, principal)))).one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


async def _change(
    connection: AsyncConnection, remark_id: str, principal: Principal, changes: dict[str, Any]
) -> None:
    changed = update(remark).where(*_own(remark_id, principal)).values(changes)
    if (await connection.execute(changed)).rowcount == 0:
        raise Refused("not_found")
