"""The only writer of the registers' rows: certificates, mandates, memberships, filed lists. Every change is kept with
who, when, before and after."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import certificate, mandate, membership, pledge_list, register_change
from schemas.parties import Actor

SHEET = Actor(id="system:office-sheet", capacity="sheet")


class Register(StrEnum):
    """The registers, by the name of their table."""

    CERTIFICATE = "certificate"
    MANDATE = "mandate"
    MEMBERSHIP = "membership"
    PLEDGE_LIST = "pledge_list"


TABLES: dict[Register, Table] = {
    Register.CERTIFICATE: certificate,
    Register.MANDATE: mandate,
    Register.MEMBERSHIP: membership,
    Register.PLEDGE_LIST: pledge_list,
}


class Keeper(NamedTuple):
    """Who keeps a register, and when."""

    actor: Actor
    at: datetime


async def keep(
    connection: AsyncConnection,
    register: Register,
    values: dict[str, Any],
    keeper: Keeper,
    **beside: tuple[str, str],
) -> bool:
    """Write one entry, new or changed, with its history. False when nothing changed.

    `beside` are values of the entry that stand in another table and change in the same act: before, after.
    """
    table = TABLES[register]
    (key,) = table.primary_key.columns
    asked = select(table).where(key == values[key.name]).with_for_update()
    row = (await connection.execute(asked)).one_or_none()
    before = as_json(row._mapping) if row is not None else None
    after = {**(before or {}), **as_json(values)}
    if before == after and all(old == new for old, new in beside.values()):
        return False
    changes = {name: value for name, value in values.items() if name != key.name}
    writing = insert(table).values(values).on_conflict_do_update(index_elements=[key.name], set_=changes)
    await connection.execute(writing)
    if before is not None:
        before |= {name: old for name, (old, _) in beside.items()}
    after |= {name: new for name, (_, new) in beside.items()}
    await _note(connection, register, values[key.name], keeper, before=before, after=after)
    return True


async def begin_entries(
    connection: AsyncConnection, register: Register, rows: Sequence[dict[str, Any]], keeper: Keeper
) -> int:
    """Write the entries that are not there yet; those that are stay as they are. Answers how many were new."""
    if not rows:
        return 0
    table = TABLES[register]
    (key,) = table.primary_key.columns
    adding = insert(table).values(list(rows)).on_conflict_do_nothing().returning(key)
    new = {row[0] for row in await connection.execute(adding)}
    for row in rows:
        if row[key.name] in new:
            await _note(connection, register, row[key.name], keeper, before=None, after=as_json(row))
    return len(new)


async def changes_of(
    connection: AsyncConnection, register: Register, entry: str, *, many: int = 100
) -> Sequence[Row[Any]]:
    """The history of one entry, the newest first."""
    asked = select(register_change).where(
        register_change.c.register == register, register_change.c.entry == entry
    )
    return (await connection.execute(asked.order_by(register_change.c.id.desc()).limit(many))).all()


def as_json(values: Any) -> dict[str, Any]:
    """A row as it is kept in the history: days and instants as ISO text."""
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in dict(values).items()
    }


async def _note(
    connection: AsyncConnection,
    register: Register,
    entry: str,
    keeper: Keeper,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    row = {
        "register": register.value,
        "entry": entry,
        "before": before,
        "after": after,
        "changed_by": keeper.actor.id,
        "capacity": keeper.actor.capacity,
        "changed_at": keeper.at,
    }
    await connection.execute(insert(register_change).values(row))
