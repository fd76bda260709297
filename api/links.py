"""A client says in its draft that a person is not to be lodged before another of its applications is decided."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import scope
from api.applications import MayEdit, MayRead, author_of
from api.bodies import Body
from api.content import Author, locked_case
from api.desk import AtDesk
from api.idempotency import Answered, CurrentAct, once
from api.paths import NumberInPath, PersonInPath
from api.queries_links import WAITS_FOR, waits_in_the_end_for, waits_of
from api.reading import Case, case_of
from infra.database.tables import link
from schemas.identifiers import Number
from schemas.links import Waiting
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["links"])


class NewLink(Body):
    """Who waits, for which other application, and who that person is there."""

    person_id: Annotated[str, Field(max_length=120)]
    other_number: Number
    other_person_id: Annotated[str, Field(max_length=120)]


@router.get("/links")
async def show_links(principal: MayRead, at: AtDesk, number: NumberInPath) -> tuple[Waiting, ...]:
    """Who waits for which other application."""
    async with scope(at, principal) as connection:
        await case_of(connection, number, principal.organisation_id)
        return await waits_of(connection, number)


@router.post("/links", status_code=201)
async def make_link(
    principal: MayEdit, at: AtDesk, number: NumberInPath, act: CurrentAct, wanted: NewLink
) -> tuple[Waiting, ...]:
    """Let a person of a draft wait for another of the client's applications; it replaces what he waited for.

    Refused: `content_sealed`, `unknown_person`, `not_found`, `link_circle`.
    """
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        case = await _draft(connection, number, author)

        async def perform() -> Answered:
            await make_waiting(connection, case, author, wanted)
            return Answered(201, {}, number)

        await once(connection, act, author.at, perform)
        return await waits_of(connection, number)


@router.delete("/persons/{person_id}/link")
async def end_link(
    principal: MayEdit, at: AtDesk, number: NumberInPath, person_id: PersonInPath
) -> tuple[Waiting, ...]:
    """The person of a draft waits no more. Refused: `content_sealed`."""
    async with scope(at, principal) as connection:
        case = await _draft(connection, number, author_of(at, principal))
        await end_waiting(connection, case, person_id)
        return await waits_of(connection, number)


async def _draft(connection: AsyncConnection, number: str, author: Author) -> Case:
    case = await locked_case(connection, number, author)
    if not case.is_draft:
        raise Refused("content_sealed")
    return case


async def make_waiting(connection: AsyncConnection, case: Case, author: Author, wanted: NewLink) -> None:
    """Write that a person waits, in place of what he waited for. Raises Refused `unknown_person`, `link_circle`, …"""
    other = await case_of(connection, wanted.other_number, author.organisation_id)
    if wanted.person_id not in case.persons or wanted.other_person_id not in other.persons:
        raise Refused("unknown_person", "person_id")
    if await waits_in_the_end_for(connection, other.number, case.number):
        raise Refused("link_circle", "other_number")
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
