"""The checklist of a case with what reviewers marked: the latest mark of every item, by whom and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from infra.database.tables import event
from schemas.checklist import ItemToLookAt
from schemas.words import Word


class Marked(Word):
    """How an item was found: in order, not applicable here, or objected to."""

    mark: Literal["seen", "not_applicable", "objected"]
    by: Named | None
    at: datetime
    task_id: str


class ItemView(ItemToLookAt):
    """One item where it applies; `marked` is None while nobody has marked it."""

    marked: Marked | None


async def marks_of(connection: AsyncConnection, number: str) -> Mapping[str, Marked]:
    """The latest mark of every item that was marked in a review of this application, by the item's key."""
    query = select(event.c.at, event.c.actor_id, event.c.body).where(
        event.c.number == number, event.c.kind == "task_done", event.c.body.has_key("looked_at")
    )
    rows = (await connection.execute(query.order_by(event.c.seq))).all()
    names = await names_of(connection, (row.actor_id for row in rows))
    return {
        each["key"]: Marked(
            mark=each["mark"],
            by=named(names, row.actor_id),
            at=row.at,
            task_id=row.body["task_id"],
        )
        for row in rows
        for each in row.body["looked_at"]
    }
