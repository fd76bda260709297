"""Arrivals for display: the list by age, and one with its texts, proposals, acts and what looks like it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.arrival_rows import DECISION_PURPOSE, WORDS_PURPOSE
from api.queries import Key, Named, keyset_page, named, names_of
from infra.arrival_candidates import named_by_number
from infra.database.tables import arrival, arrival_act, arrival_part, arrival_standing
from infra.keys import DataKey, open_json, open_sealed
from schemas.arrival_matching import SHOWN_AT_MOST, matches
from schemas.arrivals import (
    SETTLED,
    ArrivalKind,
    ArrivalReading,
    ArrivalState,
    ArrivalWay,
    Certainty,
    Envelope,
    Match,
)
from schemas.words import Word

READING_PURPOSE = "arrival/reading"
ENVELOPE_PURPOSE = "arrival/envelope"
FILE_NAME_PURPOSE = "arrival/file-name"
PART_PURPOSE = "arrival/part"
ALIKE_AT_MOST = 10
FOR_CLIENT = "for_client"
STATE = func.coalesce(arrival_standing.c.state, ArrivalState.OPEN.value)
OWNER = func.coalesce(arrival_standing.c.owner, arrival.c.handler)


class ArrivalFilter(Word):
    """Which arrivals; all that is given must hold. `is_owned` False: those that nobody has."""

    state: ArrivalState | None = None
    owner: str | None = None
    is_owned: bool | None = None
    kind: ArrivalKind | None = None
    number: str | None = None


class ArrivalRow(Word):
    """One line: nothing of what was written, only what was recognised. `number` once somebody confirmed it."""

    id: str
    way: ArrivalWay
    kind: ArrivalKind
    state: ArrivalState
    received_at: datetime
    arrived_on: date | None
    size_bytes: int
    is_read: bool
    is_erased: bool
    trouble: str | None
    owner: Named | None
    uploaded_by: Named | None
    proposed_number: str | None
    proposed_person: str | None
    certainty: Certainty | None
    number: str | None
    persons: tuple[str, ...]
    merged_into: str | None
    changed_at: datetime


class ArrivalPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[ArrivalRow, ...]
    last: Key | None


class PartView(Word):
    """One attachment. Only released ones are shown, page by page, drawn anew."""

    place: int
    media_type: str
    size_bytes: int
    state: str
    refusal: str | None
    pages: int | None
    file_name: str


class ActView(Word):
    """What somebody did with it."""

    act: str
    actor: Named | None
    acted_at: datetime
    facts: Mapping[str, Any]
    words: str | None


class ArrivalView(Word):
    """One arrival. `decision` is what is being recorded while a confirmation is under way."""

    row: ArrivalRow
    envelope: Envelope | None
    reading: ArrivalReading | None
    matches: tuple[Match, ...]
    parts: tuple[PartView, ...]
    acts: tuple[ActView, ...]
    alike: tuple[ArrivalRow, ...]
    decision: Mapping[str, Any] | None


class SharedPage(Word):
    """A released attachment of a notice, by its place, and how many pages it has."""

    place: int
    pages: int


class SharedNotice(Word):
    """A notice that a colleague lets the client read: about whom, and its attachments."""

    arrival_id: str
    received_at: datetime
    persons: tuple[str, ...]
    parts: tuple[SharedPage, ...]


class KeptPart(NamedTuple):
    """Where a released attachment lies, sealed."""

    media_type: str
    vault_key: str
    vault_version: str


async def arrivals_page(
    connection: AsyncConnection, wanted: ArrivalFilter, *, limit: int, after: Key | None = None
) -> ArrivalPage:
    """Arrivals, what waits longest first."""
    query = _rows().where(*_conditions(wanted))
    key = (arrival.c.received_at, arrival.c.id)
    found = await keyset_page(connection, query, key, limit=limit, after=after)
    return ArrivalPage(rows=await _shown(connection, found.rows), last=found.last)


async def one_arrival_row(connection: AsyncConnection, arrival_id: str) -> ArrivalRow | None:
    """The line of one arrival."""
    rows = (await connection.execute(_rows().where(arrival.c.id == arrival_id))).all()
    return next(iter(await _shown(connection, rows)), None)


async def arrivals_open_with(connection: AsyncConnection, owner: str) -> tuple[ArrivalRow, ...]:
    """Every arrival that somebody has and that is not settled, what waits longest first."""
    his = _conditions(ArrivalFilter(owner=owner))
    query = _rows().where(*his, STATE.not_in([state.value for state in SETTLED]))
    rows = (await connection.execute(query.order_by(arrival.c.received_at, arrival.c.id))).all()
    return await _shown(connection, rows)


async def one_arrival(
    connection: AsyncConnection, arrival_id: str, key: DataKey | None
) -> ArrivalView | None:
    """One arrival; without its key (it was erased) what is left of it. None where there is none."""
    row = (await connection.execute(_rows().where(arrival.c.id == arrival_id))).one_or_none()
    if row is None:
        return None
    reading = _reading(row, key)
    return ArrivalView(
        row=(await _shown(connection, (row,)))[0],
        envelope=Envelope.model_validate(open_json(key, ENVELOPE_PURPOSE, row.envelope))
        if key and row.envelope
        else None,
        reading=reading,
        matches=await _matches(connection, reading) if reading else (),
        parts=await _parts(connection, arrival_id, key) if key else (),
        acts=await _acts(connection, arrival_id, key),
        alike=await _alike(connection, row),
        decision=open_json(key, DECISION_PURPOSE, row.decision) if key and row.decision else None,
    )


async def kept_part(connection: AsyncConnection, arrival_id: str, place: int) -> KeptPart | None:
    """Where one released attachment lies."""
    part = arrival_part.c
    query = select(arrival_part).where(part.arrival_id == arrival_id, part.place == place)
    row = (await connection.execute(query)).one_or_none()
    return KeptPart(row.media_type, row.vault_key, row.vault_version) if row and row.vault_key else None


async def shared_notices(connection: AsyncConnection, number: str) -> tuple[SharedNotice, ...]:
    """The notices confirmed for an application that its client may read, the oldest first; erased ones are gone."""
    acts, standing = arrival_act.c, arrival_standing.c
    shared = exists().where(
        acts.arrival_id == arrival.c.id,
        acts.act == ArrivalState.CONFIRMED.value,
        acts.facts["number"].astext == number,
        acts.facts[FOR_CLIENT].astext == "true",
    )
    query = (
        select(arrival.c.id, arrival.c.received_at, standing.persons)
        .select_from(arrival.join(arrival_standing, standing.arrival_id == arrival.c.id))
        .where(standing.number == number, standing.state == ArrivalState.CONFIRMED.value)
        .where(shared, arrival.c.erased_at.is_(None))
    )
    rows = (await connection.execute(query.order_by(arrival.c.received_at, arrival.c.id))).all()
    return tuple([await _shared(connection, row) for row in rows])


async def _shared(connection: AsyncConnection, row: Any) -> SharedNotice:
    part = arrival_part.c
    released = select(part.place, part.pages).where(part.arrival_id == row.id, part.vault_key.is_not(None))
    pages = [
        SharedPage(place=each.place, pages=each.pages or 1)
        for each in await connection.execute(released.order_by(part.place))
    ]
    return SharedNotice(
        arrival_id=row.id, received_at=row.received_at, persons=tuple(row.persons), parts=tuple(pages)
    )


def _rows() -> Select[Any]:
    standing = arrival_standing.c
    joined = arrival.outerjoin(arrival_standing, standing.arrival_id == arrival.c.id)
    columns = (
        standing.number,
        standing.persons,
        standing.merged_into,
        standing.decision,
        standing.changed_at,
    )
    query = select(arrival, STATE.label("state"), OWNER.label("owner"), *columns).select_from(joined)
    return query.where(or_(arrival.c.raw_key.is_not(None), arrival.c.read_at.is_not(None)))


def _conditions(wanted: ArrivalFilter) -> list[ColumnElement[bool]]:
    asked: dict[Any, Any] = {STATE: wanted.state, OWNER: wanted.owner, arrival.c.kind: wanted.kind}
    conditions = [column == value for column, value in asked.items() if value is not None]
    if wanted.is_owned is not None:
        conditions.append(OWNER.is_not(None) if wanted.is_owned else OWNER.is_(None))
    if wanted.number is not None:
        proposed = arrival.c.proposed_number == wanted.number
        conditions.append(or_(arrival_standing.c.number == wanted.number, proposed))
    return conditions


async def _shown(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> tuple[ArrivalRow, ...]:
    names = await names_of(connection, (each for row in rows for each in (row.owner, row.uploaded_by)))
    return tuple(_row(row, names) for row in rows)


def _row(row: Row[Any], names: Mapping[str, str]) -> ArrivalRow:
    return ArrivalRow(
        id=row.id,
        way=row.way,
        kind=row.kind,
        state=row.state,
        received_at=row.received_at,
        arrived_on=row.arrived_on,
        size_bytes=row.size_bytes,
        is_read=row.read_at is not None,
        is_erased=row.erased_at is not None,
        trouble=row.trouble,
        owner=named(names, row.owner),
        uploaded_by=named(names, row.uploaded_by),
        proposed_number=row.proposed_number,
        proposed_person=row.proposed_person,
        certainty=row.certainty,
        number=row.number,
        persons=tuple(row.persons or ()),
        merged_into=row.merged_into,
        changed_at=row.changed_at or row.received_at,
    )


def _reading(row: Row[Any], key: DataKey | None) -> ArrivalReading | None:
    if key is None or row.reading is None:
        return None
    return ArrivalReading.model_validate(open_json(key, READING_PURPOSE, row.reading))


async def _matches(connection: AsyncConnection, reading: ArrivalReading) -> tuple[Match, ...]:
    """The proposals as of now: a number that was recorded after the arrival was read counts too."""
    known = {(each.filing_id, each.person_id): each for each in reading.matches}
    candidates = await named_by_number(connection, reading.recognised.numbers)
    later = [each for each in candidates if (each.filing_id, each.person_id) not in known]
    fresh = matches(reading.recognised, reading.sources, later)
    ranked = sorted((*reading.matches, *fresh), key=lambda each: -each.score)
    return tuple(ranked[:SHOWN_AT_MOST])


async def _parts(connection: AsyncConnection, arrival_id: str, key: DataKey) -> tuple[PartView, ...]:
    query = select(arrival_part).where(arrival_part.c.arrival_id == arrival_id)
    return tuple(
        PartView(
            place=row.place,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            state=row.state,
            refusal=row.refusal,
            pages=row.pages,
            file_name=open_sealed(key, FILE_NAME_PURPOSE, row.file_name).decode() if row.file_name else "",
        )
        for row in await connection.execute(query.order_by(arrival_part.c.place))
    )


async def _acts(connection: AsyncConnection, arrival_id: str, key: DataKey | None) -> tuple[ActView, ...]:
    query = select(arrival_act).where(arrival_act.c.arrival_id == arrival_id).order_by(arrival_act.c.id)
    rows = (await connection.execute(query)).all()
    names = await names_of(connection, (row.actor_id for row in rows))
    return tuple(
        ActView(
            act=row.act,
            actor=named(names, row.actor_id),
            acted_at=row.acted_at,
            facts=row.facts,
            words=open_sealed(key, WORDS_PURPOSE, row.words).decode() if key and row.words else None,
        )
        for row in rows
    )


async def _alike(connection: AsyncConnection, row: Row[Any]) -> tuple[ArrivalRow, ...]:
    """Others that may say the same: the same Message-ID, or the same kind about the same person."""
    same = []
    if row.message_sha256 is not None:
        same.append(arrival.c.message_sha256 == row.message_sha256)
    if row.proposed_person is not None and row.kind != ArrivalKind.UNKNOWN:
        same.append((arrival.c.proposed_person == row.proposed_person) & (arrival.c.kind == row.kind))
    if not same:
        return ()
    query = _rows().where(arrival.c.id != row.id, or_(*same)).order_by(arrival.c.received_at)
    return await _shown(connection, (await connection.execute(query.limit(ALIKE_AT_MOST))).all())
