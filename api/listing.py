"""The list of applications: a client organisation's own, or for staff all that were handed in."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement, Select, func, select

from api.access import Principal, needs, scope
from api.bodies import Shown
from api.cursors import Cursor, Limit, insist_on_rows, opened_cursor, sealed_cursor
from api.desk import AtDesk
from api.queries import keyset_page
from api.queries_deadlines import answer_due_of
from api.queries_findings import asked_and_open_of
from infra.database.tables import application, standing
from schemas.parties import Right

LISTED = "applications"

router = APIRouter(prefix="/v1/applications", tags=["applications"])


class Listed(Shown):
    """One line of the list. To a client: the findings asked of it, and the day of its own answer before the desk's."""

    number: str
    organisation_id: str
    procedure: str
    stage: str
    holder: str
    persons: int | None
    open_findings: int
    created_at: datetime
    handed_in_at: datetime | None
    next_due_at: datetime | None


class Page(Shown):
    """One page, newest first; `next` is the cursor of the page after it."""

    items: list[Listed]
    next: str | None


@router.get("")
async def list_them(
    principal: Annotated[Principal, Depends(needs(Right.READ_OWN, Right.READ_CASES))],
    at: AtDesk,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    procedure: Annotated[str | None, Query(max_length=120)] = None,
    stage: Annotated[str | None, Query(max_length=40)] = None,
) -> Page:
    """The organisation's own applications, newest first; for staff all that were handed in."""
    after = opened_cursor(at.settings, LISTED, cursor)
    asked = _asked(principal.organisation_id, procedure, stage)
    async with scope(at, principal) as connection:
        found = await keyset_page(
            connection,
            asked,
            (application.c.created_at, application.c.number),
            limit=insist_on_rows(at.settings, limit),
            after=tuple(after) if after else None,
            descending=True,
        )
    last = sealed_cursor(at.settings, LISTED, *found.last) if found.last else None
    return Page(items=[_listed(row) for row in found.rows], next=last)


def _asked(organisation_id: str | None, procedure: str | None, stage: str | None) -> Select[Any]:
    found: ColumnElement[Any] = standing.c.open_findings
    due: ColumnElement[Any] = standing.c.next_due_at
    if organisation_id is None:
        whose: ColumnElement[bool] = application.c.handed_in_at.is_not(None)
    else:
        whose = application.c.organisation_id == organisation_id
        found = asked_and_open_of(application.c.number)
        due = func.coalesce(answer_due_of(application.c.number), due)
    columns = (application, *standing.c, found.label("to_answer"), due.label("due"))
    joined = application.outerjoin(standing, standing.c.number == application.c.number)
    asked = select(*columns).select_from(joined).where(whose)
    if procedure is not None:
        asked = asked.where(application.c.procedure == procedure)
    return asked if stage is None else asked.where(_at_stage(stage))


def _at_stage(stage: str) -> Any:
    if stage == "draft":
        return application.c.handed_in_at.is_(None)
    return standing.c.stage == stage


def _listed(row: Any) -> Listed:
    waiting = "draft" if row.handed_in_at is None else "received"
    return Listed(
        number=row.number,
        organisation_id=row.organisation_id,
        procedure=row.procedure,
        stage=row.stage or waiting,
        holder=row.holder or ("client" if waiting == "draft" else "desk"),
        persons=row.persons,
        open_findings=row.to_answer or 0,
        created_at=row.created_at,
        handed_in_at=row.handed_in_at,
        next_due_at=row.due,
    )
