"""Who waits for which other application of his client: he must be himself there, and nobody waits in a ring."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Body
from api.content import Author
from api.queries_links import WAITS_FOR, waits_in_the_end_for
from infra.database.tables import link
from infra.dossiers import Case, case_of, contents_of, opened, values_in
from infra.keys import KeyDestroyed, KeyRing, KeyUnknown
from infra.wrapped_keys import wrapped_key
from schemas.catalogue import Value
from schemas.identifiers import Number
from schemas.links import is_one_person
from schemas.refusals import Refused


class NewLink(Body):
    """Who waits, for which other application, and who that person is there."""

    person_id: Annotated[str, Field(max_length=120)]
    other_number: Number
    other_person_id: Annotated[str, Field(max_length=120)]


async def waited_for(connection: AsyncConnection, keys: KeyRing, case: Case, wanted: NewLink) -> Case:
    """The application that the person may wait for.

    Raises Refused `not_found` (also for another client's), `unknown_person`, `link_circle`, `link_other_person`.
    """
    other = await case_of(connection, wanted.other_number, case.organisation_id)
    if wanted.person_id not in case.persons:
        raise Refused("unknown_person", "person_id")
    if wanted.other_person_id not in other.persons:
        raise Refused("unknown_person", "other_person_id")
    if await waits_in_the_end_for(connection, other.number, case.number):
        raise Refused("link_circle", "other_number")
    await _insist_on_one_person(connection, keys, (case, wanted.person_id), (other, wanted.other_person_id))
    return other


async def insist_on_the_same_persons(
    connection: AsyncConnection, keys: KeyRing, case: Case, linked: Sequence[Row[Any]]
) -> None:
    """Whoever waits still waits for himself, whatever was written since. Raises Refused `link_other_person`."""
    for row in linked:
        other = await case_of(connection, row.other_number, case.organisation_id)
        here, there = (case, row.person_id), (other, row.other_person_id)
        await _insist_on_one_person(connection, keys, here, there)


async def _insist_on_one_person(
    connection: AsyncConnection, keys: KeyRing, here: tuple[Case, str], there: tuple[Case, str]
) -> None:
    said = [await _answers_of(connection, keys, *each) for each in (here, there)]
    if is_one_person(*said) is False:
        raise Refused("link_other_person", "other_number")


async def _answers_of(
    connection: AsyncConnection, keys: KeyRing, case: Case, person_id: str
) -> Mapping[str, Value]:
    try:
        key = keys.unwrapped(case.number, await wrapped_key(connection, case.number))
    except (KeyUnknown, KeyDestroyed):
        raise Refused("not_found", "other_number") from None
    return values_in(opened(key, (await contents_of(connection, case)).get(person_id)))


async def make_waiting(
    connection: AsyncConnection, keys: KeyRing, case: Case, author: Author, wanted: NewLink
) -> None:
    """Write that a person waits, in place of what he waited for. Raises Refused as `waited_for` does."""
    other = await waited_for(connection, keys, case, wanted)
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


async def end_waiting(connection: AsyncConnection, case: Case, person_id: str) -> None:
    """The person waits for nothing."""
    waits = (link.c.number == case.number, link.c.person_id == person_id, link.c.kind == WAITS_FOR)
    await connection.execute(delete(link).where(*waits))
