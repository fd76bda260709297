"""Findings: waiving one with a written reason, which the client may read."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Principal, needs
from api.act_paths import FindingInPath
from api.acts import SomeWords, ask_road, case_at, saying
from api.bodies import Body
from api.desk import AtDesk
from api.idempotency import CurrentAct
from api.remark_rows import RemarkKind
from schemas import messages
from schemas.commands import Answer, WaiveFinding
from schemas.identifiers import number_of
from schemas.parties import Right

router = APIRouter(prefix="/v1/findings", tags=["findings"])


class Waived(Body):
    """Why the finding is given up."""

    reason: SomeWords


@router.post("/{finding_id}/waive")
async def waive(
    principal: Annotated[Principal, Depends(needs(Right.WAIVE))],
    at: AtDesk,
    finding_id: FindingInPath,
    body: Waived,
    act: CurrentAct,
) -> Answer:
    """Waive one unsettled finding. Refused: `no_such_finding`."""
    case = await case_at(at, number_of(finding_id))
    reason = saying(
        case, principal, act, RemarkKind.REASON, body.reason, for_client=True, finding_id=finding_id
    )
    command = WaiveFinding(actor=principal.actor, act_id=act.id, finding_id=finding_id, remark_id=reason.id)
    return await ask_road(at, case.number, messages.WAIVE_FINDING, command, [reason])
