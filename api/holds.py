"""Holds (保留): stop and restart the clocks of a case."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from api.access import Principal, needs
from api.acts import Day, SomeWords, ask_road, case_at, saying
from api.bodies import Body
from api.desk import AtDesk
from api.idempotency import CurrentAct
from api.paths import NumberInPath
from api.remark_rows import RemarkKind
from schemas import messages
from schemas.calendar import japan_date
from schemas.commands import Answer, LiftHold, PlaceHold
from schemas.parties import Right

router = APIRouter(prefix="/v1/applications/{number}", tags=["holds"])

Holding = Annotated[Principal, Depends(needs(Right.HOLD))]


class HoldAsked(Body):
    """Why the clocks stop; `words` explain it to colleagues. On `until_on` a manager is asked whether it is still needed;
    when it is not given, after the office's usual time."""

    reason: Literal["client_asked", "authority_closed", "rule_changes", "other"]
    until_on: Day | None = None
    words: SomeWords | None = None


@router.post("/hold")
async def place_hold(
    principal: Holding, at: AtDesk, number: NumberInPath, body: HoldAsked, act: CurrentAct
) -> Answer:
    """Stop the clocks. Refused: `on_hold`, `already_closed`, `day_out_of_range`."""
    case = await case_at(at, number)
    remarks = [
        saying(case, principal, act, RemarkKind.REASON, words, for_client=False)
        for words in (body.words,)
        if words is not None
    ]
    command = PlaceHold(
        actor=principal.actor,
        act_id=act.id,
        reason=body.reason,
        until_on=body.until_on or japan_date(at.now()) + timedelta(days=at.settings.limits.hold_days),
        remark_id=remarks[0].id if remarks else None,
    )
    return await ask_road(at, number, messages.PLACE_HOLD, command, remarks)


@router.post("/release-hold")
async def release_hold(principal: Holding, at: AtDesk, number: NumberInPath, act: CurrentAct) -> Answer:
    """Let the clocks go on; open deadlines move by the length of the hold. Refused: `not_on_hold`."""
    await case_at(at, number)
    command = LiftHold(actor=principal.actor, act_id=act.id)
    return await ask_road(at, number, messages.LIFT_HOLD, command)
