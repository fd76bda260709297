"""What comes next, and by when: of one application, or of all that this hat may see, the nearest last day first."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Row, Select, Text, and_, case, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Key, keyset_page
from infra.database.tables import applicant, application, link, watch
from schemas.catalogue import Bilingual
from schemas.deadlines import Derivation
from schemas.words import Word

FOLLOWS = "follows"
FAR = date(9999, 12, 31)


class WatchView(Word):
    """One thing that comes next for one person; `begun` when an application for it was begun from here.

    `opens_on` and `closes_on` are Japan dates; `missing` names the day they are counted from while it is not known.
    """

    id: str
    number: str
    organisation_id: str
    person_id: str
    position: int | None
    follow_up: str
    name: Bilingual
    opens_on: date | None
    closes_on: date | None
    missing: str | None
    derivation: Derivation
    begun: bool


class WatchPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[WatchView, ...]
    last: Key | None


async def watches_of_application(connection: AsyncConnection, number: str) -> tuple[WatchView, ...]:
    """Everything that comes after one application, person by person."""
    query = _watches().where(watch.c.number == number)
    query = query.order_by(applicant.c.position, watch.c.closes_on, watch.c.id)
    return tuple(_view(row) for row in await connection.execute(query))


async def watches_ahead(
    connection: AsyncConnection, today: date, *, limit: int, after: Key | None
) -> WatchPage:
    """What has a day that lies ahead, the nearest first. The hat decides whose."""
    nearest = func.least(
        func.coalesce(watch.c.closes_on, literal(FAR, Date)),
        case((watch.c.opens_on >= today, watch.c.opens_on), else_=literal(FAR, Date)),
    )
    key = (cast(nearest, Text), watch.c.id)
    ahead = func.coalesce(watch.c.closes_on, watch.c.opens_on) >= today
    found = await keyset_page(connection, _watches().where(ahead), key, limit=limit, after=after)
    return WatchPage(rows=tuple(_view(row) for row in found.rows), last=found.last)


def _watches() -> Select[Any]:
    following = application.alias("following")
    begun = exists().where(
        link.c.kind == FOLLOWS,
        link.c.other_number == watch.c.number,
        link.c.other_person_id == watch.c.person_id,
        following.c.number == link.c.number,
        following.c.procedure == watch.c.follow_up,
    )
    same = and_(applicant.c.number == watch.c.number, applicant.c.person_id == watch.c.person_id)
    return select(watch, applicant.c.position, begun.label("begun")).select_from(
        watch.outerjoin(applicant, same)
    )


def _view(row: Row[Any]) -> WatchView:
    return WatchView(**{name: row._mapping[name] for name in WatchView.model_fields})
