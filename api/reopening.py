"""A result that comes when the road has ended: where it differs from the recorded one, or says anew until when it is
good, the road goes on with it."""

from collections.abc import Sequence

from sqlalchemy import select

from api.acts import kept
from api.desk import Desk
from api.queries_case import HandedInCase
from api.queries_splits import folded_standing
from api.remark_rows import NewRemark
from infra.database.tables import hand_in
from schemas import messages
from schemas.application import HandedIn, Journey
from schemas.commands import Answer, RecordResult
from schemas.planning import handed_in
from schemas.refusals import Refused
from schemas.standing import Standing


async def told_of_result(
    at: Desk, case: HandedInCase, command: RecordResult, reasons: Sequence[NewRemark] = ()
) -> Answer:
    """Tell the road of a result; one that has ended is reopened by a result that differs from the recorded one.

    The reasons are written first, and taken back when the result is refused.
    """
    async with kept(at, case.number, reasons):
        try:
            return await at.gateway.act(case.number, messages.RECORD_RESULT, command)
        except Refused as refused:
            if refused.code != "already_closed":
                raise
        return await _reopened(at, case, command)


async def _reopened(at: Desk, case: HandedInCase, command: RecordResult) -> Answer:
    ended = await _ended(at, case.number)
    line = ended.person(command.person_id)
    if line is None:
        raise Refused("unknown_person", "person_id")
    if line.receipt is None or line.receipt != command.receipt:
        raise Refused("no_result_pending", "receipt")
    if line.result is command.result and command.valid_to in (None, line.valid_to):
        return Answer(seq=ended.seq)
    handed_in = await _handed_in(at, case, ended)
    if command.result not in handed_in.plan.result_kinds:
        raise Refused("result_kind", "result")
    return await at.gateway.reopen(Journey(handed_in=handed_in, standing=ended, reopening=command), command)


async def _ended(at: Desk, number: str) -> Standing:
    async with at.database.as_desk() as connection:
        ended = await folded_standing(connection, number)
    if ended is None or ended.closed_at is None:
        raise Refused("already_closed")
    return ended


async def _handed_in(at: Desk, case: HandedInCase, ended: Standing) -> HandedIn:
    async with at.database.as_desk() as connection:
        query = select(hand_in.c.handed_in_by, hand_in.c.handed_in_at)
        first = (
            await connection.execute(query.where(hand_in.c.number == case.number, hand_in.c.round == 1))
        ).one()
    return handed_in(
        case,
        await at.packs.of(case),
        at.settings.policy,
        persons=tuple(line.person_id for line in ended.persons),
        by=first.handed_in_by,
        at=first.handed_in_at,
    )
