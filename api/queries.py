"""The reader for display, the part all share: names of those who acted, keyset pages, words that were sealed.

Each `queries_*` file reads for one page: board, tasks, case, timeline, filings, reads. None of them writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Row, Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import account
from infra.keys import DataKey, KeyDestroyed, KeyRing, KeyUnknown
from schemas.refusals import Refused
from schemas.words import Word

Key = tuple[str | int, ...]
"""Where a page ended: the sort key of its last row, instants as ISO text."""

FAR_AWAY = datetime(9999, 12, 31, tzinfo=UTC)
DESK_ITSELF = "自動処理 / automatic"
AUTHORITY_SIMULATOR = "模擬官署 / authority simulator"
API_KEY = "APIキー / API key"
MACHINES = {"system:authority-simulator": AUTHORITY_SIMULATOR}
KEY, SYSTEM = "key:", "system:"


class Named(Word):
    """Somebody or something with an id and a name to show."""

    id: str
    name: str


THE_DESK = Named(id="desk", name="取次事務所 / the desk")


class Told(Word):
    """A short text in both languages under a stable code."""

    code: str
    ja: str
    en: str


class Found(NamedTuple):
    """The rows of one page, and the key of the last one where more follows."""

    rows: tuple[Row[Any], ...]
    last: Key | None


async def names_of(connection: AsyncConnection, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Names to show for accounts, API keys and parts of the desk. Whom this hat can't see is missing."""
    wanted = {each for each in ids if each}
    names = {each: API_KEY for each in wanted if each.startswith(KEY)}
    names |= {each: MACHINES.get(each, DESK_ITSELF) for each in wanted if each.startswith(SYSTEM)}
    people = wanted - names.keys()
    if people:
        found = select(account.c.id, account.c.display_name).where(account.c.id.in_(people))
        names.update((row.id, row.display_name) for row in await connection.execute(found))
    return names


async def reading_key(keys: KeyRing, number: str) -> DataKey | None:
    """The application's key; None when the application was erased (its words read as such) or has none."""
    try:
        return await keys.key_for(number)
    except (KeyDestroyed, KeyUnknown):
        return None


def named(names: Mapping[str, str], actor_id: str | None) -> Named | None:
    """The actor with a name, or None when there is no actor. Whom the reader may not see is just the desk."""
    if not actor_id:
        return None
    return Named(id=actor_id, name=names[actor_id]) if actor_id in names else THE_DESK


async def keyset_page(
    connection: AsyncConnection,
    query: Select[Any],
    key: Sequence[ColumnElement[Any]],
    *,
    limit: int,
    after: Key | None,
    descending: bool = False,
) -> Found:
    """One page of the query in the order of `key`, beginning behind the row whose key was `after`.

    Raises Refused `malformed_request` when `after` is no key of this list.
    """
    if after is not None:
        place, bound = tuple_(*key), tuple_(*_bounds(key, after))
        query = query.where(place < bound if descending else place > bound)
    labels = [f"key_{place}" for place in range(len(key))]
    query = query.add_columns(*(column.label(label) for column, label in zip(key, labels, strict=True)))
    query = query.order_by(*(column.desc() if descending else column.asc() for column in key))
    rows = (await connection.execute(query.limit(limit + 1))).all()
    shown = tuple(rows[:limit])
    return Found(shown, _key(shown[-1], labels) if len(rows) > limit else None)


def _bounds(key: Sequence[ColumnElement[Any]], after: Key) -> list[ColumnElement[Any]]:
    if len(key) != len(after):
        raise Refused("malformed_request", "cursor")
    return [literal(_value(column, each), column.type) for column, each in zip(key, after, strict=True)]


def _value(column: ColumnElement[Any], each: str | int) -> Any:
    return datetime.fromisoformat(str(each)) if isinstance(column.type, DateTime) else each


def _key(row: Row[Any], labels: Sequence[str]) -> Key:
    values = (row._mapping[label] for label in labels)
    return tuple(each.isoformat() if isinstance(each, datetime) else each for each in values)
