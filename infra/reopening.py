"""A result that comes when the road has ended: where it differs from the recorded one, or says anew until when it is
good, the road goes on with it. What the front desk and the desk's own round need for that."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row, Select, select

from infra.database.tables import application, hand_in, standing
from infra.packs import Opening, Packs, pack_in_force
from schemas.application import Journey
from schemas.commands import Answer, RecordResult
from schemas.planning import DeskPolicy, handed_in
from schemas.receipt_numbers import is_same_number
from schemas.refusals import Refused
from schemas.standing import Standing

Answered = Callable[[str], Awaitable[dict[str, Answer]]]
"""Asks a road, by its number, what acts on it were answered."""


async def reopening(
    opening: Opening,
    packs: Packs,
    policy: DeskPolicy,
    command: RecordResult,
    *,
    number: str,
    answered: Answered,
) -> Journey:
    """The journey of a road that has ended and goes on with this result; without one where the result says nothing new.

    It goes on with what the ended road answered, so that no act is done twice: look there before it is set out.
    Refused: `already_closed` (it has not ended by the ledger), `unknown_person`, `no_result_pending`, `result_kind`.
    """
    row = await _case(opening, number)
    ended = Standing.model_validate(row.folded) if row is not None else None
    if row is None or ended is None or ended.closed_at is None:
        raise Refused("already_closed")
    begun = handed_in(
        row,
        await packs.of(row),
        policy,
        persons=tuple(line.person_id for line in ended.persons),
        by=row.handed_in_by,
        at=row.handed_in_at,
    )
    is_news = _says_more(ended, command)
    if is_news and command.result not in begun.plan.result_kinds:
        raise Refused("result_kind", "result")
    if not is_news:
        return Journey(handed_in=begun, standing=ended)
    return Journey(handed_in=begun, standing=ended, answered=await answered(number), reopening=command)


def _says_more(ended: Standing, command: RecordResult) -> bool:
    line = ended.person(command.person_id)
    if line is None:
        raise Refused("unknown_person", "person_id")
    if line.receipt is None or not is_same_number(line.receipt, command.receipt):
        raise Refused("no_result_pending", "receipt")
    return line.result is not command.result or command.valid_to not in (None, line.valid_to)


async def _case(opening: Opening, number: str) -> Row[Any] | None:
    query: Select[Any] = (
        select(
            application.c.number,
            application.c.organisation_id,
            application.c.procedure,
            application.c.map_version,
            pack_in_force().label("pack_version"),
            standing.c.folded,
            hand_in.c.handed_in_by,
            hand_in.c.handed_in_at,
        )
        .join(standing, standing.c.number == application.c.number)
        .join(hand_in, hand_in.c.number == application.c.number)
        .where(application.c.number == number, hand_in.c.round == 1)
    )
    async with opening() as connection:
        row: Row[Any] | None = (await connection.execute(query)).one_or_none()
    return row
