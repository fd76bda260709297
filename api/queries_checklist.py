"""The checklist of a case with what reviewers marked: the latest mark of every item and person, by whom and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from infra.database.tables import event, task
from schemas.checklist import ItemToLookAt
from schemas.words import Word


class Marked(Word):
    """How an item was found: in order, not applicable here, or objected to."""

    mark: Literal["seen", "not_applicable", "objected"]
    by: Named | None
    at: datetime
    task_id: str


class PersonMarked(Word):
    """A person's own mark; None where nobody has looked yet."""

    person_id: str
    marked: Marked | None


class ItemView(ItemToLookAt):
    """One item where it applies; `marked` for everybody, None while nobody has, and the persons it is otherwise for."""

    marked: Marked | None
    otherwise: tuple[PersonMarked, ...] = ()

    @property
    def is_marked(self) -> bool:
        """Whether it was looked at for everybody it concerns."""
        own: dict[str | None, Marked | None] = {each.person_id: each.marked for each in self.otherwise}
        return all(own.get(person, self.marked) is not None for person in self.persons or (None,))

    @property
    def common(self) -> Marked | None:
        """The mark that is anybody's of those it concerns and is not their own."""
        own = {each.person_id for each in self.otherwise}
        return self.marked if not self.persons or not own.issuperset(self.persons) else None


Marks = Mapping[tuple[str, str | None], Marked]
"""The latest mark by the item's key and the person, or None for everybody of the latest review."""


async def marks_of(connection: AsyncConnection, number: str) -> Marks:
    """The latest marks that were made in reviews of this application; one for everybody is each of the task's persons'."""
    about = task.c.id == event.c.body["task_id"].astext
    query = (
        select(event.c.at, event.c.actor_id, event.c.body, task.c.persons)
        .select_from(event.join(task, about))
        .where(event.c.number == number, event.c.kind == "task_done", event.c.body.has_key("looked_at"))
    )
    rows = (await connection.execute(query.order_by(event.c.seq))).all()
    names = await names_of(connection, (row.actor_id for row in rows))
    found: dict[tuple[str, str | None], Marked] = {}
    for row in rows:
        found |= _marks_in(row.body, row.persons, by=named(names, row.actor_id), at=row.at)
    return found


def _marks_in(body: Mapping[str, Any], persons: Iterable[str], *, by: Named | None, at: datetime) -> Marks:
    """The marks of one review: a person's own go before those for everybody."""
    everybody: dict[tuple[str, str | None], Marked] = {}
    own: dict[tuple[str, str | None], Marked] = {}
    for each in body["looked_at"]:
        marked = Marked(mark=each["mark"], by=by, at=at, task_id=body["task_id"])
        if "person_id" in each:
            own[each["key"], each["person_id"]] = marked
        else:
            everybody |= {(each["key"], person): marked for person in (None, *persons)}
    return everybody | own


def marked_item(item: ItemToLookAt, marks: Marks) -> ItemView:
    """An item with its marks."""
    marked = marks.get((item.key, None))
    own = (PersonMarked(person_id=each, marked=marks.get((item.key, each))) for each in item.persons)
    otherwise = tuple(each for each in own if each.marked != marked)
    return ItemView(**dict(item), marked=marked, otherwise=otherwise)
