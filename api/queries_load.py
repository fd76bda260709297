"""The load of the desk: how much of what waits with whom, and since when."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from api.queries_board import IN_TROUBLE
from infra.database.tables import application, news_item, notice, standing, task
from schemas.words import Word

AGES_DAYS = (7, 30, 90)
LONGEST_LOAD = 500


class StageLoad(Word):
    """How many open cases are at a stage with a holder, how many are overdue, since when the oldest rests."""

    stage: str
    holder: str
    cases: int
    overdue: int
    oldest_change_at: datetime


class TaskLoad(Word):
    """How many open tasks of a kind somebody has (nobody: they wait in the queue)."""

    kind: str
    assignee: Named | None
    tasks: int
    overdue: int
    oldest_opened_at: datetime


class Load(Word):
    """The desk at a glance. `ages` counts open cases by days since opened; its last entry is open-ended. `news_in_trouble`
    is what authorities said that no road was told yet: of a number nobody has or two persons have, or no road answered."""

    as_of: datetime
    stages: tuple[StageLoad, ...]
    tasks: tuple[TaskLoad, ...]
    ages: tuple[int, ...]
    ages_days: tuple[int, ...] = AGES_DAYS
    on_hold: int
    not_started: int
    notices_in_trouble: int
    news_in_trouble: int


async def load(connection: AsyncConnection, now: datetime) -> Load:
    """How much of what waits with whom, over all open cases."""
    stages = (await connection.execute(_stage_load(now))).all()
    tasks = (await connection.execute(_task_load(now))).all()
    totals = (await connection.execute(_totals(now))).one()
    names = await names_of(connection, (row.assignee for row in tasks))
    return Load(
        as_of=now,
        stages=tuple(StageLoad(**row._mapping) for row in stages),
        tasks=tuple(TaskLoad(**{**row._mapping, "assignee": named(names, row.assignee)}) for row in tasks),
        ages=tuple(totals[: len(AGES_DAYS) + 1]),
        on_hold=totals.on_hold,
        not_started=totals.not_started,
        notices_in_trouble=totals.notices_in_trouble,
        news_in_trouble=totals.news_in_trouble,
    )


def _stage_load(now: datetime) -> Select[Any]:
    return (
        select(
            standing.c.stage,
            standing.c.holder,
            func.count().label("cases"),
            func.count().filter(standing.c.next_due_at < now).label("overdue"),
            func.min(standing.c.changed_at).label("oldest_change_at"),
        )
        .where(standing.c.closed_at.is_(None))
        .group_by(standing.c.stage, standing.c.holder)
        .order_by(standing.c.stage, standing.c.holder)
    )


def _task_load(now: datetime) -> Select[Any]:
    return (
        select(
            task.c.kind,
            task.c.assignee,
            func.count().label("tasks"),
            func.count().filter(task.c.due_at < now).label("overdue"),
            func.min(task.c.opened_at).label("oldest_opened_at"),
        )
        .where(task.c.closed_at.is_(None))
        .group_by(task.c.kind, task.c.assignee)
        .order_by(task.c.kind, func.count().desc(), task.c.assignee)
        .limit(LONGEST_LOAD)
    )


def _totals(now: datetime) -> Select[Any]:
    not_started = (
        select(func.count())
        .select_from(application.outerjoin(standing, standing.c.number == application.c.number))
        .where(application.c.handed_in_at.is_not(None), standing.c.number.is_(None))
        .scalar_subquery()
    )
    trouble = select(func.count()).select_from(notice).where(IN_TROUBLE).scalar_subquery()
    is_not_told = and_(news_item.c.state == "waiting", news_item.c.trouble.is_not(None))
    not_told = select(func.count()).select_from(news_item).where(is_not_told).scalar_subquery()
    totals: list[ColumnElement[Any]] = [
        *_ages(now),
        func.count().filter(standing.c.hold.is_not(None)).label("on_hold"),
        not_started.label("not_started"),
        trouble.label("notices_in_trouble"),
        not_told.label("news_in_trouble"),
    ]
    return select(*totals).where(standing.c.closed_at.is_(None))


def _ages(now: datetime) -> list[ColumnElement[int]]:
    newer = [now, *(now - timedelta(days=days) for days in AGES_DAYS)]
    counts: list[ColumnElement[int]] = []
    for place, bound in enumerate(newer):
        opened = [standing.c.opened_at <= bound]
        opened += [standing.c.opened_at > each for each in newer[place + 1 : place + 2]]
        counts.append(func.count().filter(*opened).label(f"age_{place}"))
    return counts
