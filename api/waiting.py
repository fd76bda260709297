"""Who waits for which other application of his client: he must be himself there, and nobody waits in a ring."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Body
from api.content import Author
from api.queries_links import WAITS_FOR, waits_in_the_end_for
from infra.database.tables import link
from infra.dossiers import Case, case_of, contents_of, opened, values_in
from infra.keys import DataKey
from schemas.catalogue import Value
from schemas.identifiers import Number
from schemas.links import is_one_person
from schemas.refusals import Refused

Keys = tuple[DataKey, DataKey]
"""The keys of who waits and of what is waited for; asked before a transaction begins."""


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
    here = await _answers_of(connection, keys[0], case, wanted.person_id)
    there = await _answers_of(connection, keys[1], other, wanted.other_person_id)
    if not is_one_person(here, there):
        raise Refused("link_other_person", "other_number")


async def _answers_of(
    connection: AsyncConnection, key: DataKey, case: Case, person_id: str
) -> Mapping[str, Value]:
    return values_in(opened(key, (await contents_of(connection, case)).get(person_id)))


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
