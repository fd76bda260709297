"""Who waits for which other application of his client: he must be himself there, and nobody waits in a ring."""

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Body
from api.content import Author
from api.problems import ItemAtFault, RefusedTogether
from api.queries_links import WAITS_FOR, waits_in_the_end_for
from infra.database.tables import application, link
from infra.dossiers import Case, Collected, case_of, contents_of, opened, values_in
from infra.keys import DataKey, KeyDestroyed, KeyRing
from schemas.catalogue import FieldRow, Procedure, Value
from schemas.identifiers import Number
from schemas.links import Waiting, unlike
from schemas.refusals import Refused

Keys = Mapping[str, DataKey]
"""The keys of who waits and of what is waited for, by number; asked before a transaction begins."""


class NewLink(Body):
    """Who waits, for which other application, and who that person is there."""

    person_id: Annotated[str, Field(max_length=120)]
    other_number: Number
    other_person_id: Annotated[str, Field(max_length=120)]


async def waited_for(connection: AsyncConnection, case: Case, wanted: NewLink) -> Case:
    """The application that the person may wait for.

    Raises Refused `not_found` (also for another client's), `unknown_person`, `link_circle`.
    """
    other = await case_of(connection, wanted.other_number, case.organisation_id)
    if wanted.person_id not in case.persons:
        raise Refused("unknown_person", "person_id")
    if wanted.other_person_id not in other.persons:
        raise Refused("unknown_person", "other_person_id")
    if await waits_in_the_end_for(connection, other.number, case.number):
        raise Refused("link_circle", "other_number")
    return other


async def insist_on_one_person(
    connection: AsyncConnection, keys: Keys, case: Case, other: Case, wanted: NewLink
) -> None:
    """What both applications say of the person must show that he is the same. Raises Refused `link_other_person`."""
    here = await _answers_of(connection, keys, case, (wanted.person_id,))
    there = await _answers_of(connection, keys, other, (wanted.other_person_id,))
    if unlike(here[wanted.person_id], there[wanted.other_person_id]):
        raise Refused("link_other_person", "other_number")


async def keys_with(keys: KeyRing, waits: Iterable[Waiting]) -> dict[str, DataKey]:
    """The keys of what is waited for. A draft that has ended has none: the road is told of its end."""
    found: dict[str, DataKey] = {}
    for each in waits:
        with suppress(KeyDestroyed):
            found[each.other_number] = await keys.key_for(each.other_number)
    return found


async def insist_on_the_same(
    connection: AsyncConnection, keys: Keys, everything: Collected, procedure: Procedure
) -> None:
    """Who waits must still be himself in what he waits for: either may have been changed since it was said.

    Raises RefusedTogether `link_other_person` with each field that doesn't show it.
    """
    case = everything.case
    waits = (await connection.execute(_waits_that_last(case.number, keys))).all()
    asked_of = {row.other_person_id for row in waits}
    there = {}
    for number in dict.fromkeys(row.other_number for row in waits):
        other = await case_of(connection, number, case.organisation_id)
        there[number] = await _answers_of(connection, keys, other, asked_of)
    items = [
        _at_fault(field, row)
        for row in waits
        if (answers := there[row.other_number].get(row.other_person_id)) is not None
        for name in unlike(values_in(everything.of(row.person_id)), answers)
        if (field := procedure.field(name)) is not None
    ]
    if items:
        raise RefusedTogether("link_other_person", items)


def _waits_that_last(number: str, keys: Keys) -> Select[Any]:
    """A draft that has ended is not seen any more; what was linked since the keys were read was compared just now."""
    return (
        select(link)
        .join(application, application.c.number == link.c.other_number)
        .where(link.c.number == number, link.c.kind == WAITS_FOR, link.c.other_number.in_(keys))
        .order_by(link.c.person_id)
    )


def _at_fault(field: FieldRow, row: Row[Any]) -> ItemAtFault:
    return ItemAtFault(
        "link_other_person",
        f"「{field.label.ja}」から、結果を待つ案件 {row.other_number} の申請人と同じ人であると確かめられません。",
        f"“{field.label.en}” doesn't show that this is the person of {row.other_number}, for which he waits.",
        field=field.id,
        person_id=row.person_id,
    )


async def _answers_of(
    connection: AsyncConnection, keys: Keys, case: Case, persons: Container[str]
) -> dict[str, Mapping[str, Value]]:
    """What an application says of those of its persons who are asked for."""
    rows, key = await contents_of(connection, case), keys[case.number]
    return {each: values_in(opened(key, rows.get(each))) for each in case.persons if each in persons}


async def make_waiting(connection: AsyncConnection, case: Case, author: Author, wanted: NewLink) -> Case:
    """Write that a person waits, in place of what he waited for; answers for which application.

    Raises Refused as `waited_for` does.
    """
    other = await waited_for(connection, case, wanted)
    await end_waiting(connection, case, wanted.person_id)
    row = {
        "number": case.number,
        "person_id": wanted.person_id,
        "other_number": other.number,
        "organisation_id": case.organisation_id,
        "other_person_id": wanted.other_person_id,
        "kind": WAITS_FOR,
        "made_by": author.actor.id,
        "capacity": author.actor.capacity,
        "made_at": author.at,
    }
    await connection.execute(insert(link).values(row))
    return other


async def end_waiting(connection: AsyncConnection, case: Case, person_id: str) -> None:
    """The person waits for nothing."""
    waits = (link.c.number == case.number, link.c.person_id == person_id, link.c.kind == WAITS_FOR)
    await connection.execute(delete(link).where(*waits))
