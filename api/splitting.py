"""A client splits persons off: the other application is written first, then the road moves them, in one event.

What was written and could not be told to the road is told by the desk's own round; until then nobody sees it.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, scope
from api.applications import MayHandIn, author_of, start_road
from api.bodies import Body, Token
from api.content import Author, locked_case
from api.desk import AtDesk, Desk
from api.gateway import NotReady
from api.idempotency import Answered, CurrentAct, once
from api.paths import NumberInPath
from api.queries_links import waits_of
from api.queries_splits import folded_standing, persons_being_split, refused_late, split_row
from api.reading import Case, case_of, collected, key_of
from api.split_copies import Source, Split, write_split
from infra.database.tables import split_off as split_table
from infra.keys import DataKey
from schemas import messages
from schemas.commands import SplitOff
from schemas.refusals import Refused
from schemas.splitting import Origin, insist_on_splittable

router = APIRouter(prefix="/v1/applications/{number}", tags=["splitting off"])


class Splitting(Body):
    """Who goes on in an application of their own; which proposal of a reviewer this follows, if any."""

    persons: Annotated[list[Token], Field(min_length=1, max_length=100)]
    proposal_id: Token | None = None


@router.post("/split-off", status_code=201)
async def split_off(
    principal: MayHandIn,
    at: AtDesk,
    number: NumberInPath,
    act: CurrentAct,
    *,
    wanted: Splitting,
    response: Response,
) -> Split:
    """Let persons who are not lodged yet go on in a new, linked application, handed in with what they have now.

    Refused: `not_to_split`, `last_person`, `filing_under_way`, `split_under_way`, `on_hold`, `not_handed_in`, …
    """
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)

        async def perform() -> Answered:
            source = await _source(connection, case, key, wanted)
            split = await write_split(connection, at, author, source, act=act, proposal_id=wanted.proposal_id)
            return Answered(201, split.model_dump(mode="json"), number)

        answered = await once(connection, act, author.at, perform)
        split = Split.model_validate(answered.body)
        asked = await split_row(connection, split.number)
    await _move(at, principal, asked)
    await _begin(at, principal, author, asked)
    response.headers["Location"] = f"/v1/applications/{split.number}"
    return split


async def _source(connection: AsyncConnection, case: Case, key: DataKey, wanted: Splitting) -> Source:
    """What is to be split, as far as it can be known before the road is asked."""
    if case.is_draft:
        raise Refused("not_handed_in")
    standing = await folded_standing(connection, case.number)
    if standing is None:
        raise NotReady
    chosen = frozenset(wanted.persons)
    if not chosen <= frozenset(case.persons):
        raise Refused("unknown_person", "persons")
    persons = tuple(person for person in case.persons if person in chosen)
    insist_on_splittable(standing, persons)
    if chosen & await persons_being_split(connection, case.number):
        raise Refused("split_under_way", "persons")
    return Source(standing, await collected(connection, case, key), key, persons)


async def _move(at: Desk, principal: Principal, asked: Row[Any]) -> None:
    """Ask the road. What it refuses is refused for good: the same key hears the same, and nothing is tried again."""
    if asked.refused_code is not None:
        raise Refused(asked.refused_code, "persons")
    command = SplitOff(
        actor=principal.actor,
        act_id=asked.act_id,
        persons=tuple(asked.persons),
        to_number=asked.to_number,
        proposal_id=asked.proposal_id,
    )
    try:
        await at.gateway.act(asked.number, messages.SPLIT_OFF, command)
    except Refused as refused:
        given_up = update(split_table).where(split_table.c.to_number == asked.to_number)
        async with scope(at, principal) as connection:
            await connection.execute(given_up.values(refused_code=refused.code))
        raise


async def _begin(at: Desk, principal: Principal, author: Author, asked: Row[Any]) -> None:
    """The persons are there: their road begins. Where the road had noted a refusal meanwhile, that is the answer."""
    async with scope(at, principal) as connection:
        code = await refused_late(connection, asked)
        if code is not None:
            raise Refused(code, "persons")
        case = await case_of(connection, asked.to_number, author.organisation_id)
        waits = await waits_of(connection, asked.to_number)
    origin = Origin.model_validate({"number": asked.number, "findings": asked.findings})
    await start_road(at, case, author, handed_in_at=asked.made_at, waits=waits, origin=origin)
