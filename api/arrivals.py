"""Arrivals (到着物): what authorities sent, with proposals; assigning, dismissing, merging. Nothing acts by itself."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api import arrival_rows
from api.access import Principal, needs
from api.acts import PlainId, SomeWords
from api.arrival_rows import Doing, Standing, locked_standing, sealed_words
from api.bodies import Body, Shown
from api.desk import AtDesk, Desk
from api.idempotency import Act, Answered, CurrentAct, once
from api.paging import Listed, Name, Paged, following, position
from api.queries import reading_key
from api.queries_arrivals import (
    ArrivalFilter,
    ArrivalRow,
    ArrivalView,
    arrivals_page,
    one_arrival,
)
from api.queries_colleagues import colleagues_with
from api.read_log import record_read
from infra.keys import DataKey
from schemas.arrivals import ARRIVAL, ArrivalKind, ArrivalState
from schemas.parties import Right
from schemas.refusals import Refused

LIST = "arrivals"
OURS = re.compile(rf"{ARRIVAL}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")

router = APIRouter(prefix="/v1/arrivals", tags=["arrivals"])

Looking = Annotated[Principal, Depends(needs(Right.RECORD_RESULT, Right.INSPECT))]
Sorting = Annotated[Principal, Depends(needs(Right.RECORD_RESULT, Right.PASS_ON))]


async def arrival_in_path(arrival_id: str) -> str:
    """An arrival's id of the right form. Raises Refused `no_such_arrival`."""
    if not OURS.fullmatch(arrival_id):
        raise Refused("no_such_arrival")
    return arrival_id


ArrivalInPath = Annotated[str, Depends(arrival_in_path)]
ArrivalId = Annotated[str, StringConstraints(pattern=rf"^{OURS.pattern}$")]


class ArrivalQuery(Paged):
    """Which arrivals; all that is given must hold. `owner`: an account, `mine`, or `nobody`."""

    state: ArrivalState | None = None
    owner: Name = None
    kind: ArrivalKind | None = None
    number: Name = None


class Assigned(Body):
    """To which colleague; oneself is one too."""

    to: PlainId


class Dismissed(Body):
    """Why it concerns no case."""

    words: SomeWords


class Merged(Body):
    """Into which arrival that says the same."""

    into: ArrivalId


class Stands(Shown):
    """Where the arrival stands after the act."""

    id: str
    state: ArrivalState


@router.get("")
async def show_arrivals(
    principal: Looking, at: AtDesk, asked: Annotated[ArrivalQuery, Query()]
) -> Listed[ArrivalRow]:
    """What arrived, what waits longest first; no texts."""
    owner = {"mine": principal.id, "nobody": None}.get(asked.owner or "", asked.owner)
    wanted = ArrivalFilter(
        state=asked.state,
        owner=owner,
        is_owned=False if asked.owner == "nobody" else None,
        kind=asked.kind,
        number=asked.number,
    )
    after = position(at.settings, LIST, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await arrivals_page(connection, wanted, limit=asked.rows(at.settings), after=after)
    return Listed(items=page.rows, next=following(at.settings, LIST, page.last))


@router.get("/{arrival_id}")
async def show_arrival(principal: Looking, at: AtDesk, arrival_id: ArrivalInPath) -> ArrivalView:
    """One arrival with its texts, what was recognised, and the proposals; the read is recorded."""
    key = await reading_key(at.keys, arrival_id)
    async with at.database.as_desk() as connection:
        view = await one_arrival(connection, arrival_id, key)
        if view is None:
            raise Refused("no_such_arrival")
        read = [arrival_id, *([view.row.number] if view.row.number else [])]
        await record_read(connection, principal.id, read, "arrival", at.now())
    return view


@router.post("/{arrival_id}/assign")
async def assign(
    principal: Sorting, at: AtDesk, arrival_id: ArrivalInPath, body: Assigned, act: CurrentAct
) -> Stands:
    """Give it to somebody who may record results. Refused: `no_such_colleague`, `arrival_settled`."""

    async def change(connection: AsyncConnection, standing: Standing) -> None:
        colleagues = await colleagues_with(connection, Right.RECORD_RESULT)
        if body.to not in {each.id for each in colleagues}:
            raise Refused("no_such_colleague", "to")
        await give_arrival(connection, at, principal, arrival_id, body.to)

    return await changed(at, arrival_id, act, change)


async def give_arrival(
    connection: AsyncConnection, at: Desk, principal: Principal, arrival_id: str, to: str
) -> None:
    """Give it to a colleague who may record results. Raises Refused `no_such_arrival`, `arrival_settled`."""
    standing = await locked_standing(connection, arrival_id)
    doing = Doing(principal.actor, at.now(), "assigned", {"to": to})
    await arrival_rows.assign(connection, standing, doing, to)


@router.post("/{arrival_id}/dismiss")
async def dismiss(
    principal: Sorting, at: AtDesk, arrival_id: ArrivalInPath, body: Dismissed, act: CurrentAct
) -> Stands:
    """It concerns no case. Refused: `arrival_settled`, `arrival_being_confirmed`."""
    words = sealed_words(await arrival_key(at, arrival_id), body.words)

    async def change(connection: AsyncConnection, standing: Standing) -> None:
        doing = Doing(principal.actor, at.now(), "dismissed", words=words)
        await arrival_rows.dismiss(connection, standing, doing)

    return await changed(at, arrival_id, act, change)


@router.post("/{arrival_id}/merge")
async def merge(
    principal: Sorting, at: AtDesk, arrival_id: ArrivalInPath, body: Merged, act: CurrentAct
) -> Stands:
    """It says the same as another arrival. Refused: `no_such_arrival`, `arrival_settled`, `malformed_request`."""
    if body.into == arrival_id:
        raise Refused("malformed_request", "into")

    async def change(connection: AsyncConnection, standing: Standing) -> None:
        doing = Doing(principal.actor, at.now(), "merged", {"into": body.into})
        await arrival_rows.merge(connection, standing, doing, body.into)

    return await changed(at, arrival_id, act, change)


@router.post("/{arrival_id}/reopen")
async def reopen(principal: Sorting, at: AtDesk, arrival_id: ArrivalInPath, act: CurrentAct) -> Stands:
    """It was dismissed or merged by mistake. Refused: `arrival_settled` for everything else."""

    async def change(connection: AsyncConnection, standing: Standing) -> None:
        doing = Doing(principal.actor, at.now(), "reopened")
        await arrival_rows.reopen(connection, standing, doing)

    return await changed(at, arrival_id, act, change)


async def arrival_key(at: Desk, arrival_id: str) -> DataKey:
    """The key of an arrival that can still be read. Raises Refused `no_such_arrival`, also for an erased one."""
    key = await reading_key(at.keys, arrival_id)
    if key is None:
        raise Refused("no_such_arrival")
    return key


async def changed(
    at: Desk, arrival_id: str, act: Act, change: Callable[[AsyncConnection, Standing], Awaitable[Any]]
) -> Stands:
    """Do one act on a locked arrival, once per key; answers where it stands then."""
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await change(connection, await locked_standing(connection, arrival_id))
            state = (await locked_standing(connection, arrival_id)).state
            return Answered(200, {"id": arrival_id, "state": state.value})

        answered = await once(connection, act, at.now(), perform)
    return Stands.model_validate(answered.body)
