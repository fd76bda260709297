"""A client says in its draft that a person is not to be lodged before another of its applications is decided."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import scope
from api.applications import MayEdit, MayRead, author_of
from api.content import Author, locked_case
from api.desk import AtDesk
from api.idempotency import Answered, CurrentAct, once
from api.paths import NumberInPath, PersonInPath
from api.queries_links import waits_of
from api.reading import Case, case_of, keys_of
from api.waiting import NewLink, end_waiting, insist_on_one_person, make_waiting
from schemas.links import Waiting
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["links"])


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

    Refused: `content_sealed`, `unknown_person`, `not_found`, `link_circle`, `link_other_person`.
    """
    author = author_of(at, principal)
    keys = await keys_of(at.keys, number, wanted.other_number)
    async with scope(at, principal) as connection:
        case = await _draft(connection, number, author)

        async def perform() -> Answered:
            other = await make_waiting(connection, case, author, wanted)
            await insist_on_one_person(connection, keys, case, other, wanted)
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
