"""Reading the plans on which the persons of an application rest: who waits, or came, from which plan of the same client."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.dossiers import WHOLE, Case, Collected, case_of, contents_of, opened, values_in
from infra.keys import KeyRing
from infra.splits import WHERE_HE_WENT
from schemas.plans_behind import NAMED_BY, OF_THE_PLAN, PlanBehind, is_plan

BEHIND = text(
    f"""WITH RECURSIVE linked AS (
         SELECT l.person_id, l.other_number AS there, l.other_person_id AS who FROM link l
         WHERE l.number = :number AND l.kind IN ('waits_for', 'follows')
         UNION
         SELECT w.person_id, m.number, m.person_id
         {WHERE_HE_WENT})
       SELECT w.there AS number, w.person_id, w.who, a.procedure, o.result, o.decided_on, k.wrapped
       FROM linked w JOIN application a ON a.number = w.there
       JOIN person_standing o ON o.number = w.there AND o.person_id = w.who AND o.moved_to IS NULL
       JOIN data_key k ON k.number = w.there AND k.destroyed_at IS NULL
       ORDER BY w.there, w.person_id"""  # noqa: S608 - a step of our own
)
"""What was erased tells nothing any more."""


async def plans_behind(
    connection: AsyncConnection, keys: KeyRing, everything: Collected
) -> tuple[PlanBehind, ...]:
    """The plan of each person who waits for one or whose application began from one, in order; nothing is asked where
    nobody's answers name a plan."""
    here = everything.case
    if not any(NAMED_BY in everything.of(person) for person in here.persons):
        return ()
    rows = [
        row
        for row in await connection.execute(BEHIND, {"number": here.number})
        if is_plan(row.procedure) and row.person_id in here.persons and row.person_id not in here.moved
    ]
    found: list[PlanBehind] = []
    for number, of_one in groupby(rows, key=lambda row: row.number):
        found += await _told(
            connection, keys, await case_of(connection, number, here.organisation_id), list(of_one)
        )
    return tuple(found)


async def _told(
    connection: AsyncConnection, keys: KeyRing, there: Case, rows: Sequence[Row[Any]]
) -> list[PlanBehind]:
    key = keys.unwrapped(there.number, bytes(rows[0].wrapped))
    contents = await contents_of(connection, there, sealed_only=True)
    values = {scope: values_in(opened(key, content)) for scope, content in contents.items()}
    return [_plan(row, {**values.get(WHOLE, {}), **values.get(row.who, {})}) for row in rows]


def _plan(row: Row[Any], values: Mapping[str, Any]) -> PlanBehind:
    return PlanBehind(
        number=row.number,
        procedure_id=row.procedure,
        person_id=row.person_id,
        result=row.result,
        decided_on=row.decided_on,
        values={name: values[name] for name in OF_THE_PLAN.values() if name in values},
    )
