"""What the authority decided, for the client: each person's result, the reasons given, and the notices it may read.

Beside them what a reviewer wrote to the client about what came too late for a correction.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.bodies import Shown
from api.desk import AtDesk
from api.paths import NumberInPath
from api.queries_arrivals import SharedNotice, shared_notices
from api.queries_findings import Words, remarks_of
from api.reading import case_of, key_of
from api.remark_rows import RemarkKind, open_words
from infra.database.tables import person_standing, remark, task
from infra.keys import DataKey
from schemas.filing import ResultKind
from schemas.parties import Right
from schemas.tasks import TOLD_THE_CLIENT, TaskKind, TaskState

router = APIRouter(prefix="/v1/applications/{number}", tags=["results"])

Reading = Annotated[Principal, Depends(needs(Right.READ_OWN))]


class OwnResult(Shown):
    """One person's result, the reasons the authority gave for it, and the notices that say it."""

    person_id: str
    result: ResultKind
    decided_on: date | None
    valid_to: date | None
    reasons: tuple[Words, ...]
    notices: tuple[SharedNotice, ...]


class DeskWords(Shown):
    """What the desk wrote to the client when it had looked at what came late, about these persons."""

    about: TaskKind
    persons: tuple[str, ...]
    words: str
    written_at: datetime


class OwnResults(Shown):
    """The results there are, and what the desk wrote to the client."""

    number: str
    items: tuple[OwnResult, ...]
    told: tuple[DeskWords, ...] = ()


@router.get("/results")
async def show_results(principal: Reading, at: AtDesk, number: NumberInPath) -> OwnResults:
    """The results of one's own application, with reasons and notices. Refused: `not_found`."""
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        await case_of(connection, number, principal.client_organisation)
        said = [each for each in await remarks_of(connection, number, key) if each.kind == RemarkKind.RESULT]
        decided = person_standing.c.number == number, person_standing.c.result.is_not(None)
        lines = (await connection.execute(select(person_standing).where(*decided))).all()
    # Arrivals and tasks are seen by the desk's hat only; the case is the caller's own, and somebody chose to show them.
    async with at.database.as_desk() as connection:
        notices = await shared_notices(connection, number)
        told = await _told(connection, key, number)
    return OwnResults(
        number=number,
        items=tuple(
            OwnResult(
                person_id=line.person_id,
                result=line.result,
                decided_on=line.decided_on,
                valid_to=line.valid_to,
                reasons=tuple(
                    each for each in said if (each.person_id, each.place) == (line.person_id, line.result)
                ),
                notices=tuple(each for each in notices if line.person_id in each.persons),
            )
            for line in lines
        ),
        told=told,
    )


async def _told(connection: AsyncConnection, key: DataKey, number: str) -> tuple[DeskWords, ...]:
    """The words of decided tasks that are for the client, the oldest first."""
    query = (
        select(task.c.kind, task.c.persons, remark.c.words, remark.c.written_at)
        .join(remark, remark.c.task_id == task.c.id)
        .where(task.c.number == number, task.c.state == TaskState.DONE, task.c.kind.in_(TOLD_THE_CLIENT))
        .where(remark.c.kind == RemarkKind.REASON, remark.c.for_client, remark.c.removed_at.is_(None))
        .order_by(remark.c.written_at, remark.c.id)
    )
    return tuple(
        DeskWords(
            about=row.kind,
            persons=tuple(row.persons),
            words=open_words(key, row.words),
            written_at=row.written_at,
        )
        for row in await connection.execute(query)
    )
