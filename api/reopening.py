"""A result that comes when the road has ended: where it differs from the recorded one, or says anew until when it is
good, the road goes on with it."""

from collections.abc import Sequence

from api.acts import kept
from api.desk import Desk
from api.queries_case import HandedInCase
from api.remark_rows import NewRemark
from infra.reopening import reopening
from schemas import messages
from schemas.acts import earlier_answer
from schemas.commands import Answer, RecordResult
from schemas.refusals import Refused


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
    journey = await reopening(
        at.database.as_desk,
        at.packs,
        at.settings.policy,
        command,
        number=case.number,
        answered=at.gateway.answered,
    )
    if journey.standing is not None and journey.reopening is None:
        return Answer(seq=journey.standing.seq)
    earlier = earlier_answer(journey.answered, command.act_id)
    return earlier or await at.gateway.reopen(journey, command)
