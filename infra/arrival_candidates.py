"""Whom an arrival may concern, as the database knows: persons of filings under way, by number or by waiting."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.dossiers import case_of, contents_of, opened, values_in
from infra.keys import DataKey
from infra.receipt_spellings import compared
from schemas.arrivals import Candidate, FoundNumber
from schemas.standing import Stage

AT_EACH_END = 200
"""So many persons are taken among those who have just been lodged, and so many among those who wait longest: numbers are
told of the first, results come for the others."""
NAMED_AT_MOST = 200
AWAITS_RESULT = (Stage.LODGED.value, Stage.MORE_REQUESTED.value)
NAMES = ("name_latin", "name_kanji", "name_kana")
LODGED = """SELECT f.id AS filing_id, f.number, f.office, f.state, f.handler, p.person_id, p.receipt, p.stage
    FROM filing f
    JOIN person_standing p ON p.number = f.number AND p.person_id = ANY (f.persons)
    WHERE f.kind = 'first' AND f.state IN ('intended', 'unknown', 'confirmed')"""
BY_NUMBER = text(
    f"""{LODGED} AND (f.id = ANY (:numbers) OR f.number = ANY (:numbers)
        OR {compared("p.receipt")} = ANY (:numbers))
    ORDER BY f.changed_at DESC, p.person_id LIMIT :many"""
)
WAITING = f"{LODGED} AND (p.stage = ANY (:awaits) OR f.state IN ('intended', 'unknown'))"
STILL_WAITING = text(
    f"""({WAITING} ORDER BY f.changed_at DESC, p.person_id LIMIT :many)
    UNION ({WAITING} ORDER BY f.changed_at, p.person_id LIMIT :many)"""
)


async def named_by_number(
    connection: AsyncConnection, numbers: Iterable[FoundNumber]
) -> tuple[Candidate, ...]:
    """Persons of filings that one of these numbers names: receipt, filing or application."""
    wanted = [each.value for each in numbers]
    if not wanted:
        return ()
    asked = {"numbers": wanted, "many": NAMED_AT_MOST}
    return tuple(_candidate(row) for row in await connection.execute(BY_NUMBER, asked))


async def still_waiting(connection: AsyncConnection) -> tuple[Candidate, ...]:
    """Persons about whom something is to come from an authority: those lodged last, and those who wait longest."""
    asked = {"awaits": list(AWAITS_RESULT), "many": AT_EACH_END}
    return tuple(_candidate(row) for row in await connection.execute(STILL_WAITING, asked))


async def with_names(
    connection: AsyncConnection, candidates: Sequence[Candidate], number: str, key: DataKey
) -> tuple[Candidate, ...]:
    """The candidates of one application with the names its content gives them, for comparing only."""
    rows = await contents_of(connection, await case_of(connection, number, None), sealed_only=True)
    named = []
    for each in candidates:
        values = values_in(opened(key, rows.get(each.person_id)))
        names = tuple(str(values[field]) for field in NAMES if values.get(field))
        named.append(each.model_copy(update={"names": names}))
    return tuple(named)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        number=row.number,
        person_id=row.person_id,
        filing_id=row.filing_id,
        office=row.office,
        state=row.state,
        receipt=row.receipt,
        handler=row.handler,
        awaits_result=row.stage in AWAITS_RESULT,
    )
