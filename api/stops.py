"""Stopping what is lodged (提出の停止) for a procedure, an authority, an office or a channel, without touching case by case.

Reviews go on; what a stop covers can't be begun until somebody lifts it. A stop never ends by itself.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import StringConstraints
from sqlalchemy import insert, update

from api.access import Principal, needs
from api.acts import Day
from api.bodies import Body, Shown
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from infra.database.tables import lodging_stop
from infra.stops import lifted_stops, running_stops
from schemas.calendar import japan_date
from schemas.catalogue import Authority, ChannelId
from schemas.offices import office_named
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.stops import Stop, StopReason

AT_MOST_DAYS = 730

router = APIRouter(prefix="/v1/stops", tags=["stops"])

Holding = Annotated[Principal, Depends(needs(Right.HOLD))]
Looking = Annotated[Principal, Depends(needs(Right.READ_CASES))]
StopInPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,80}$")]


class StopAsked(Body):
    """What is stopped (at least one of the four; all that are named must fit), why, and when to look at it again."""

    procedure: Code | None = None
    authority: Authority | None = None
    office: Code | None = None
    channel: ChannelId | None = None
    reason: StopReason
    words: Words
    until_on: Day


class StopsShown(Shown):
    """The stops that run, and those that were lifted last."""

    running: tuple[Stop, ...]
    lifted: tuple[Stop, ...]


class StopPlaced(Shown):
    """The id of a stop."""

    id: str


@router.get("")
async def show_stops(principal: Looking, at: AtDesk) -> StopsShown:
    """What is stopped now, and what was."""
    async with at.database.as_desk() as connection:
        return StopsShown(running=await running_stops(connection), lifted=await lifted_stops(connection))


@router.post("", status_code=201)
async def place_stop(principal: Holding, at: AtDesk, body: StopAsked, act: CurrentAct) -> StopPlaced:
    """Stop lodging. Refused: `nothing_to_stop`, `unknown_procedure`, `day_out_of_range`."""
    _insist_on_sense(at, body)
    row = {**body.model_dump(), "id": act.name, "placed_by": principal.id, "placed_at": at.now()}
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await connection.execute(insert(lodging_stop).values(row))
            return Answered(201, {"id": act.name})

        answered = await once(connection, act, at.now(), perform)
    return StopPlaced.model_validate(answered.body)


def _insist_on_sense(at: Desk, body: StopAsked) -> None:
    if not (body.procedure or body.authority or body.office or body.channel):
        raise Refused("nothing_to_stop")
    if body.procedure and body.procedure not in {row.id for row in at.catalogue.procedures()}:
        raise Refused("unknown_procedure", "procedure")
    today = japan_date(at.now())
    offices = [office_named(at.catalogue.tables, each, body.office or "", today) for each in ("otit", "isa")]
    if body.office and not any(offices):
        raise Refused("nothing_to_stop", "office")
    if not today <= body.until_on <= today + timedelta(days=AT_MOST_DAYS):
        raise Refused("day_out_of_range", "until_on")


@router.post("/{stop_id}/lift")
async def lift_stop(principal: Holding, at: AtDesk, stop_id: StopInPath, act: CurrentAct) -> StopPlaced:
    """Let what was stopped be lodged again. Lifting twice is lifting once. Refused: `not_found`."""
    lifted = update(lodging_stop).where(lodging_stop.c.id == stop_id, lodging_stop.c.lifted_at.is_(None))
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            changed = await connection.execute(lifted.values(lifted_by=principal.id, lifted_at=at.now()))
            if not changed.rowcount and stop_id not in {each.id for each in await lifted_stops(connection)}:
                raise Refused("not_found")
            return Answered(200, {"id": stop_id})

        answered = await once(connection, act, at.now(), perform)
    return StopPlaced.model_validate(answered.body)
