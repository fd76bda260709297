"""The inbox: open tasks in the order they should be taken, each with the reason for its place.

The order is one table (`RANKS`): a rank by condition, then what is due first, then what has waited longest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from api.queries import FAR_AWAY, Key, Named, Told, keyset_page, named, names_of
from infra.database.tables import application, finding, organisation, standing, task
from schemas.findings import UNSETTLED, Severity
from schemas.parties import Right
from schemas.tasks import TaskKind, TaskState
from schemas.words import Word

Box = Literal["mine", "open", "all"]
SOON_WITHIN = timedelta(days=3)
RANKS = (
    Told(code="overdue", ja="期限を過ぎています。", en="Its deadline has passed."),
    Told(code="unknown_outcome", ja="提出の成否が不明です。", en="Nobody knows whether the lodging arrived."),
    Told(code="due_soon", ja="期限まで3日以内です。", en="It is due within three days."),
    Told(
        code="blocking",
        ja="提出を妨げる指摘があります。",
        en="It has a finding that keeps it from being lodged.",
    ),
    Told(
        code="corrected", ja="依頼元が補正して戻しました。", en="The client has corrected it and waits again."
    ),
    Told(code="waiting", ja="届いた順です。", en="In the order of arrival."),
    Told(code="on_hold", ja="保留中です(時計は止まっています)。", en="On hold; its clocks are stopped."),
)
RANK_OF = {each.code: place for place, each in enumerate(RANKS)}


class TaskFilter(Word):
    """Which tasks: mine (claimed by the reader), open (to be taken by him), or all that are not done.

    `search` is an application's number or the beginning of one.
    """

    box: Box = "open"
    reader_id: str
    rights: frozenset[Right]
    kind: TaskKind | None = None
    procedure: str | None = None
    organisation_id: str | None = None
    assignee: str | None = None
    search: str | None = None


class TaskRow(Word):
    """One task in the inbox. `order` says why it stands there; `waiting_since` is when it was opened."""

    id: str
    number: str
    organisation: Named
    procedure: str
    kind: TaskKind
    state: TaskState
    right: Right
    assignee: Named | None
    excluded: tuple[str, ...]
    persons: tuple[str, ...]
    filing_id: str | None
    round: int
    due_at: datetime | None
    waiting_since: datetime
    closed_at: datetime | None
    outcome: str | None
    worst_severity: Severity | None
    hold: str | None
    order: Told


class TaskPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[TaskRow, ...]
    last: Key | None


CONCERNS = or_(finding.c.person_id.is_(None), finding.c.person_id == func.any(task.c.persons))
OPEN_FINDINGS = and_(
    finding.c.number == task.c.number, finding.c.state.in_([state.value for state in UNSETTLED]), CONCERNS
)
WORST = (
    select(
        func.min(
            func.array_position(cast([each.value for each in Severity], ARRAY(Text)), finding.c.severity)
        )
    )
    .where(OPEN_FINDINGS)
    .scalar_subquery()
)
DUE = func.coalesce(task.c.due_at, FAR_AWAY)


def rank(now: datetime) -> ColumnElement[int]:
    """The place of a task in `RANKS`, the first that fits."""
    unsure = task.c.kind.in_([TaskKind.FIND_OUT.value, TaskKind.CONFIRM_ABSENT.value])
    return case(
        (standing.c.hold.is_not(None), literal(RANK_OF["on_hold"])),
        (task.c.due_at < now, literal(RANK_OF["overdue"])),
        (unsure, literal(RANK_OF["unknown_outcome"])),
        (task.c.due_at < now + SOON_WITHIN, literal(RANK_OF["due_soon"])),
        (WORST == 1, literal(RANK_OF["blocking"])),
        (task.c.round > 1, literal(RANK_OF["corrected"])),
        else_=literal(RANK_OF["waiting"]),
    )


async def inbox(
    connection: AsyncConnection, wanted: TaskFilter, *, now: datetime, limit: int, after: Key | None = None
) -> TaskPage:
    """One page of tasks in order. Pass the `now` of the first page again for the following ones."""
    query = _rows(now).where(*_conditions(wanted))
    key = (rank(now), DUE, task.c.opened_at, task.c.id)
    found = await keyset_page(connection, query, key, limit=limit, after=after)
    names = await names_of(connection, (row.assignee for row in found.rows))
    return TaskPage(rows=tuple(_row(row, names) for row in found.rows), last=found.last)


async def one_task(connection: AsyncConnection, task_id: str, now: datetime) -> TaskRow | None:
    """One task, open or not."""
    row = (await connection.execute(_rows(now).where(task.c.id == task_id))).one_or_none()
    if row is None:
        return None
    return _row(row, await names_of(connection, (row.assignee,)))


async def tasks_of(connection: AsyncConnection, number: str, now: datetime) -> tuple[TaskRow, ...]:
    """Every task an application ever had, the oldest first."""
    query = _rows(now).where(task.c.number == number).order_by(task.c.opened_at, task.c.id)
    rows = (await connection.execute(query)).all()
    names = await names_of(connection, (row.assignee for row in rows))
    return tuple(_row(row, names) for row in rows)


async def lodging_task_of(connection: AsyncConnection, filing_id: str) -> str | None:
    """The id of the task of lodging this filing, done or not."""
    asked = select(task.c.id).where(task.c.filing_id == filing_id, task.c.kind == TaskKind.LODGE.value)
    found = await connection.execute(asked.order_by(task.c.opened_at.desc()).limit(1))
    return found.scalar_one_or_none()


def _rows(now: datetime) -> Select[Any]:
    return select(
        task,
        application.c.procedure,
        organisation.c.name.label("organisation_name"),
        standing.c.hold,
        WORST.label("worst"),
        rank(now).label("rank"),
    ).select_from(
        task.join(application, application.c.number == task.c.number)
        .join(organisation, organisation.c.id == task.c.organisation_id)
        .join(standing, standing.c.number == task.c.number)
    )


def _conditions(wanted: TaskFilter) -> list[ColumnElement[bool]]:
    holds: list[ColumnElement[bool]] = [task.c.closed_at.is_(None)]
    if wanted.box == "mine":
        holds.append(task.c.assignee == wanted.reader_id)
    if wanted.box == "open":
        holds.append(task.c.state == TaskState.OPEN)
        holds.append(task.c.right.in_([right.value for right in wanted.rights]))
        holds.append(func.array_position(task.c.excluded, wanted.reader_id).is_(None))
    if wanted.kind:
        holds.append(task.c.kind == wanted.kind)
    if wanted.procedure:
        holds.append(application.c.procedure == wanted.procedure)
    if wanted.organisation_id:
        holds.append(task.c.organisation_id == wanted.organisation_id)
    if wanted.assignee:
        holds.append(task.c.assignee == wanted.assignee)
    if wanted.search:
        holds.append(task.c.number.startswith(wanted.search.strip().upper(), autoescape=True))
    return holds


def _row(row: Row[Any], names: Mapping[str, str]) -> TaskRow:
    return TaskRow(
        id=row.id,
        number=row.number,
        organisation=Named(id=row.organisation_id, name=row.organisation_name),
        procedure=row.procedure,
        kind=row.kind,
        state=row.state,
        right=row.right,
        assignee=named(names, row.assignee),
        excluded=tuple(row.excluded),
        persons=tuple(row.persons),
        filing_id=row.filing_id,
        round=row.round,
        due_at=row.due_at,
        waiting_since=row.opened_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
        worst_severity=tuple(Severity)[row.worst - 1] if row.worst else None,
        hold=row.hold,
        order=RANKS[row.rank],
    )
