"""Deadlines as people see them: when each ends, and how it came about as a tree in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries_tasks import TaskRow
from infra.database.tables import deadline, filing, standing
from infra.stops import running_stops
from schemas.calendar import OfficeCalendar, end_of_day, japan_date
from schemas.deadlines import Derivation, enduring_calendar_of, explained, last_day
from schemas.maps import ProcedureMap
from schemas.standing import Derived, Held
from schemas.stops import Stop, StoppableLodging, concerning, told_beside
from schemas.words import Word

HOLD = "hold"
OF_THE_CLIENT = ("correction", "more_requested")
"""The deadlines by which a client answers; the others are the desk's and the authority's."""


class DeadlineView(Word):
    """One deadline; `derivation` is what was recorded, `explained` tells it in words, with the holds that moved it."""

    id: str
    kind: str
    state: str
    due_at: datetime
    persons: tuple[str, ...]
    derivation: Mapping[str, Any] | None
    explained: Derivation | None


async def answer_due_at(connection: AsyncConnection, number: str) -> datetime | None:
    """By when the client is to answer: the next such deadline that runs, else the last that has passed."""
    asked = select(deadline.c.state, deadline.c.due_at).where(
        deadline.c.number == number, deadline.c.kind.in_(OF_THE_CLIENT), deadline.c.state != "ended"
    )
    rows = (await connection.execute(asked)).all()
    running = [row.due_at for row in rows if row.state == "running"]
    return min(running) if running else max((row.due_at for row in rows), default=None)


def answer_due_of(number: ColumnElement[str]) -> ScalarSelect[datetime]:
    """The next day by which the client of an application is to answer, as a column."""
    runs = (deadline.c.kind.in_(OF_THE_CLIENT), deadline.c.state == "running")
    return select(func.min(deadline.c.due_at)).where(deadline.c.number == number, *runs).scalar_subquery()


async def deadlines_of(
    connection: AsyncConnection, number: str, ready: ProcedureMap
) -> tuple[DeadlineView, ...]:
    """Every deadline of an application, the next to come due first."""
    held_at = select(standing.c.folded["held_at"].astext).where(standing.c.number == number)
    query = (
        select(deadline, held_at.scalar_subquery().label("held_at"))
        .where(deadline.c.number == number)
        .order_by(deadline.c.due_at, deadline.c.id)
    )
    calendar = enduring_calendar_of(ready)
    return tuple(_view(row, calendar) for row in await connection.execute(query))


def beside(stops: Sequence[Stop], deadlines: Iterable[DeadlineView]) -> tuple[DeadlineView, ...]:
    """The same deadlines; those that run say that these stops don't move them."""
    return tuple(
        each.model_copy(update={"explained": each.explained.and_also(told_beside(stops, each.kind))})
        if each.explained is not None and each.state == "running"
        else each
        for each in deadlines
    )


async def stops_of(connection: AsyncConnection, number: str, ready: ProcedureMap) -> tuple[Stop, ...]:
    """The stops that run and keep a lodging of this application from being begun."""
    offices = await connection.execute(select(filing.c.office).where(filing.c.number == number).distinct())
    return await stops_beside(connection, ready, offices.scalars())


async def stops_beside(
    connection: AsyncConnection, ready: ProcedureMap, offices: Iterable[str | None]
) -> tuple[Stop, ...]:
    """The stops that run and keep a lodging of this procedure with one of these offices from being begun."""
    asked = StoppableLodging(procedure=ready.procedure.id, authority=ready.procedure.authority)
    channels = [channel.id for channel in ready.procedure.channels]
    return concerning(await running_stops(connection), asked, channels, tuple(offices) or (None,))


def _view(row: Row[Any], calendar: OfficeCalendar) -> DeadlineView:
    return DeadlineView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        due_at=row.due_at,
        persons=tuple(row.persons),
        derivation=row.derivation,
        explained=_explained(row, calendar),
    )


def _explained(row: Row[Any], calendar: OfficeCalendar) -> Derivation | None:
    if row.derivation is None:
        return None
    recorded = dict(row.derivation)
    held = tuple(Held.model_validate(each) for each in recorded.pop("held", ()))
    stands_still = row.held_at is not None and row.state == "running" and row.kind != HOLD
    return explained(
        Derived.model_validate(recorded),
        row.due_at,
        calendar,
        held=held,
        still_since=datetime.fromisoformat(row.held_at) if stands_still else None,
    )


def tasks_explained(tasks: Iterable[TaskRow], ready: ProcedureMap) -> dict[str, Derivation]:
    """How the day of each task came about, by task id; not of tasks whose day another policy set (an earlier pack)."""
    calendar, days = enduring_calendar_of(ready), ready.procedure.review.within_office_days
    told = {}
    for task in tasks:
        derived = Derived(rule="review", from_on=japan_date(task.waiting_since), days=days, clock="office")
        if task.due_at == end_of_day(last_day(calendar, derived.from_on, days, "office")):
            told[task.id] = explained(derived, task.due_at, calendar)
    return told
