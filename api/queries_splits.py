"""Split-offs as they stand: what is being moved now, where an application came from, what a reviewer proposed."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import application, event, link, split_off, standing
from infra.splits import unsettled
from schemas.standing import Standing

SPLIT_FROM = "split_from"


async def folded_standing(connection: AsyncConnection, number: str) -> Standing | None:
    """Where an application stands by the ledger; None before its road has begun."""
    query = select(standing.c.folded).where(standing.c.number == number)
    folded = (await connection.execute(query)).scalar_one_or_none()
    return Standing.model_validate(folded) if folded is not None else None


async def split_row(connection: AsyncConnection, to_number: str) -> Row[Any]:
    """What was asked of the road when this application was split off."""
    return (await connection.execute(select(split_off).where(split_off.c.to_number == to_number))).one()


async def refused_late(connection: AsyncConnection, asked: Row[Any]) -> str | None:
    """The code with which the road noted that a split-off could not be done any more."""
    query = select(event.c.body["code"].astext).where(
        event.c.number == asked.number,
        event.c.kind == "split_refused",
        event.c.body["to_number"].astext == asked.to_number,
    )
    return (await connection.execute(query.limit(1))).scalar_one_or_none()


def splits_under_way(number: str) -> Select[Any]:
    """The split-offs of an application that the road has neither carried out nor refused yet: who is in them."""
    return select(split_off.c.persons).where(split_off.c.number == number, unsettled())


async def persons_being_split(connection: AsyncConnection, number: str) -> frozenset[str]:
    """The same as ids."""
    rows = (await connection.execute(splits_under_way(number))).scalars()
    return frozenset(person for persons in rows for person in persons)


def is_being_split(number: str, person_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The same as a condition on a person's row."""
    return splits_under_way(number).where(person_id == split_off.c.persons.any_()).exists()


async def origin_of(connection: AsyncConnection, number: str) -> str | None:
    """The application from which this one was split off."""
    query = select(application.c.split_from).where(application.c.number == number)
    return (await connection.execute(query)).scalar_one_or_none()


async def persons_before(connection: AsyncConnection, number: str) -> dict[str, str]:
    """Who each person of this application was in the one it was split off from."""
    query = select(link.c.person_id, link.c.other_person_id).where(
        link.c.number == number, link.c.kind == SPLIT_FROM
    )
    return {row.person_id: row.other_person_id for row in await connection.execute(query)}
