"""The board: every case handed in, by filters and in pages."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import FAR_AWAY, Key, Named, keyset_page, named, names_of
from infra.database.tables import application, notice, organisation, person_standing, standing, task
from infra.receipt_spellings import compared
from schemas.identifiers import is_application_number
from schemas.receipt_numbers import bare_number
from schemas.standing import Holder, Stage
from schemas.words import Word

Order = Literal["newest", "due", "untouched"]

IN_TROUBLE = and_(notice.c.trouble.is_not(None), notice.c.sent_at.is_(None))
"""A mail that something stood in the way of, tried again or given up."""


class BoardFilter(Word):
    """What to show; all of it must hold. `search` is a number, the beginning of one, or a receipt number."""

    state: Literal["open", "closed", "all"] = "open"
    stage: Stage | None = None
    holder: Holder | None = None
    office: str | None = None
    organisation_id: str | None = None
    procedure: str | None = None
    overdue: bool = False
    on_hold: bool = False
    mail_trouble: bool = False
    search: str | None = None
    order: Order = "newest"


class BoardRow(Word):
    """One case in a list. `has_started` is False while the road has not begun (engine away at hand-in)."""

    number: str
    organisation: Named
    procedure: str
    map_version: date
    stage: str
    holder: str
    round: int
    persons: int
    persons_closed: int
    open_findings: int
    assignees: tuple[Named, ...]
    handed_in_at: datetime
    waiting_since: datetime
    changed_at: datetime
    next_due_at: datetime | None
    is_overdue: bool
    hold: str | None
    closed_at: datetime | None
    has_started: bool


class BoardPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[BoardRow, ...]
    last: Key | None


CHANGED_AT = func.coalesce(standing.c.changed_at, application.c.handed_in_at)
ORDERS: dict[Order, tuple[tuple[ColumnElement[Any], ...], bool]] = {
    "newest": ((application.c.handed_in_at, application.c.number), True),
    "due": ((func.coalesce(standing.c.next_due_at, FAR_AWAY), application.c.number), False),
    "untouched": ((CHANGED_AT, application.c.number), False),
}
WAITING_SINCE = (
    select(func.min(person_standing.c.held_since))
    .where(person_standing.c.number == application.c.number, person_standing.c.stage != Stage.CLOSED)
    .scalar_subquery()
)
ASSIGNEES = (
    select(func.array_agg(aggregate_order_by(task.c.assignee.distinct(), task.c.assignee)))
    .where(
        task.c.number == application.c.number,
        task.c.closed_at.is_(None),
        task.c.assignee.is_not(None),
    )
    .scalar_subquery()
)
CASES = application.join(organisation, organisation.c.id == application.c.organisation_id).outerjoin(
    standing, standing.c.number == application.c.number
)


async def board_page(
    connection: AsyncConnection,
    wanted: BoardFilter,
    *,
    now: datetime,
    limit: int,
    after: Key | None = None,
) -> BoardPage:
    """One page of the board in the asked order, from behind the row keyed `after`."""
    key, descending = ORDERS[wanted.order]
    query = _rows().where(*conditions(wanted, now))
    found = await keyset_page(connection, query, key, limit=limit, after=after, descending=descending)
    names = await names_of(connection, [each for row in found.rows for each in row.assignees or ()])
    return BoardPage(rows=tuple(_row(row, names, now) for row in found.rows), last=found.last)


def _rows() -> Select[Any]:
    return select(
        application.c.number,
        application.c.organisation_id,
        organisation.c.name.label("organisation_name"),
        application.c.procedure,
        application.c.map_version,
        application.c.handed_in_at,
        CHANGED_AT.label("changed_at"),
        WAITING_SINCE.label("waiting_since"),
        ASSIGNEES.label("assignees"),
        standing.c.stage,
        standing.c.holder,
        standing.c.round,
        standing.c.persons,
        standing.c.persons_closed,
        standing.c.open_findings,
        standing.c.next_due_at,
        standing.c.hold,
        standing.c.closed_at,
    ).select_from(CASES)


def conditions(wanted: BoardFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter over `CASES`. What has not started counts as open, at intake, with the desk."""
    holds: list[ColumnElement[bool]] = [application.c.handed_in_at.is_not(None)]
    if wanted.state != "all":
        closed = standing.c.closed_at.is_not(None)
        holds.append(closed if wanted.state == "closed" else standing.c.closed_at.is_(None))
    if wanted.stage:
        holds.append(func.coalesce(standing.c.stage, Stage.INTAKE.value) == wanted.stage)
    if wanted.holder:
        holds.append(func.coalesce(standing.c.holder, Holder.DESK.value) == wanted.holder)
    if wanted.office:
        holds.append(standing.c.folded.contains({"persons": [{"office": wanted.office}]}))
    if wanted.overdue:
        holds.append(and_(standing.c.next_due_at < now, standing.c.closed_at.is_(None)))
    if wanted.on_hold:
        holds.append(standing.c.hold.is_not(None))
    if wanted.mail_trouble:
        holds.append(exists().where(notice.c.number == application.c.number, IN_TROUBLE))
    return holds + _named(wanted)


def _named(wanted: BoardFilter) -> list[ColumnElement[bool]]:
    holds: list[ColumnElement[bool]] = []
    if wanted.organisation_id:
        holds.append(application.c.organisation_id == wanted.organisation_id)
    if wanted.procedure:
        holds.append(application.c.procedure == wanted.procedure)
    if wanted.search is not None:
        holds.append(_found(wanted.search.strip()))
    return holds


def _found(search: str) -> ColumnElement[bool]:
    if not search:
        return false()
    number = search.upper()
    if is_application_number(number):
        return application.c.number == number
    written: ColumnElement[str] = literal_column(compared("person_standing.receipt"))
    has_receipt = (
        select(person_standing.c.number)
        .where(person_standing.c.number == application.c.number, written == bare_number(search))
        .exists()
    )
    return or_(application.c.number.startswith(number, autoescape=True), has_receipt)


def _row(row: Row[Any], names: Mapping[str, str], now: datetime) -> BoardRow:
    started = row.stage is not None
    overdue = bool(row.next_due_at and row.next_due_at < now and row.closed_at is None)
    people = tuple(one for one in (named(names, each) for each in row.assignees or ()) if one)
    return BoardRow(
        number=row.number,
        organisation=Named(id=row.organisation_id, name=row.organisation_name),
        procedure=row.procedure,
        map_version=row.map_version,
        stage=row.stage or Stage.INTAKE,
        holder=row.holder or Holder.DESK,
        round=row.round or 1,
        persons=row.persons or 0,
        persons_closed=row.persons_closed or 0,
        open_findings=row.open_findings or 0,
        assignees=people,
        handed_in_at=row.handed_in_at,
        waiting_since=row.waiting_since or row.changed_at,
        changed_at=row.changed_at,
        next_due_at=row.next_due_at,
        is_overdue=overdue,
        hold=row.hold,
        closed_at=row.closed_at,
        has_started=started,
    )
