"""The reader for display, the part all share: names of those who acted, keyset pages, words that were sealed.

Each `queries_*` file reads for one page: board, tasks, case, timeline, filings, reads. None of them writes.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import account, api_key
from schemas.words import Word

FAR_AWAY = datetime(9999, 12, 31, tzinfo=UTC)
DESK_ITSELF = "自動処理 / automatic"
AUTHORITY_SIMULATOR = "模擬官署 / authority simulator"
UNKNOWN = "不明 / unknown"
MACHINES = {"system:authority-simulator": AUTHORITY_SIMULATOR}


class Named(Word):
    """Somebody or something with an id and a name to show."""

    id: str
    name: str


class Telling(Word):
    """A short text in both languages under a stable code."""

    code: str
    ja: str
    en: str


async def names_of(connection: AsyncConnection, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Names to show for accounts, API keys and parts of the desk. Whom this hat can't see is missing."""
    wanted = {each for each in ids if each}
    keys = {each.removeprefix("key:") for each in wanted if each.startswith("key:")}
    people = {each for each in wanted if ":" not in each}
    names = {each: MACHINES.get(each, DESK_ITSELF) for each in wanted if each.startswith("system:")}
    if people:
        found = select(account.c.id, account.c.display_name).where(account.c.id.in_(people))
        names.update((row.id, row.display_name) for row in await connection.execute(found))
    if keys:
        found = select(api_key.c.id, api_key.c.name).where(api_key.c.id.in_(keys))
        names.update((f"key:{row.id}", row.name) for row in await connection.execute(found))
    return names


def named(names: Mapping[str, str], actor_id: str | None) -> Named | None:
    """The actor with a name, or None when there is no actor."""
    return Named(id=actor_id, name=names.get(actor_id, UNKNOWN)) if actor_id else None


def keyset(
    query: Select[Any],
    key: tuple[ColumnElement[Any], ...],
    *,
    after: tuple[Any, ...] | None,
    descending: bool,
) -> Select[Any]:
    """The query in the order of `key`, beginning behind the row whose key was `after`."""
    if after is not None:
        place, bound = tuple_(*key), tuple_(*(literal(each) for each in after))
        query = query.where(place < bound if descending else place > bound)
    return query.order_by(*(column.desc() if descending else column.asc() for column in key))
