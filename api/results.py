"""What comes back from the authority: it asks for more (資料提出通知・補正依頼), or it has decided."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import Principal, needs
from api.acts import Day, Persons, PlainId, SomeWords, ask_road, case_at, saying
from api.bodies import Body
from api.desk import AtDesk
from api.idempotency import Act, CurrentAct
from api.paths import NumberInPath
from api.queries_case import HandedInCase
from api.remark_rows import NewRemark, RemarkKind
from api.reopening import told_of_result
from schemas import messages
from schemas.calendar import japan_date
from schemas.commands import Answer, RecordMoreRequested, RecordResult
from schemas.filing import ResultKind
from schemas.parties import Right
from schemas.receipt_numbers import ReceiptNumber
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["results"])

Recording = Annotated[Principal, Depends(needs(Right.RECORD_RESULT))]


class MoreRequested(Body):
    """About whom the authority asks, until when, and in which words (the client reads them)."""

    persons: Annotated[Persons, Field(min_length=1)]
    words: SomeWords
    due_on: Day | None = None


class Decided(Body):
    """The authority's decision about one person, with the receipt number it names, until when it is good, and the reasons
    it gives (the client reads them).

    Sent again with `valid_to`, it adds that day to the same result, also after the case has ended.
    """

    person_id: PlainId
    receipt: ReceiptNumber
    result: Annotated[ResultKind, Field(strict=False)]
    decided_on: Day
    valid_to: Day | None = None
    document_id: PlainId | None = None
    words: SomeWords | None = None


@router.post("/more-requested")
async def more_requested(
    principal: Recording, at: AtDesk, number: NumberInPath, body: MoreRequested, act: CurrentAct
) -> Answer:
    """The authority asks for more. Refused: `no_result_pending`, `unknown_person`."""
    case = await case_at(at, number)
    words = saying(case, principal, act, RemarkKind.MORE_REQUESTED, body.words, for_client=True)
    command = RecordMoreRequested(
        actor=principal.actor,
        act_id=act.id,
        persons=tuple(body.persons),
        remark_id=words.id,
        due_on=body.due_on,
    )
    return await ask_road(at, number, messages.RECORD_MORE_REQUESTED, command, [words])


@router.post("/results")
async def record_result(
    principal: Recording, at: AtDesk, number: NumberInPath, body: Decided, act: CurrentAct
) -> Answer:
    """Record a result. Refused: `no_result_pending`, `result_kind`."""
    case = await case_at(at, number)
    if body.decided_on > japan_date(at.now()):
        raise Refused("malformed_request", "decided_on")
    if body.valid_to is not None and body.valid_to < body.decided_on:
        raise Refused("malformed_request", "valid_to")
    command = RecordResult(
        actor=principal.actor,
        act_id=act.id,
        person_id=body.person_id,
        receipt=body.receipt,
        result=body.result,
        decided_on=body.decided_on,
        valid_to=body.valid_to,
        document_id=body.document_id,
    )
    return await told_of_result(at, case, command, _reasons(case, principal, body, act))


def _reasons(case: HandedInCase, principal: Principal, body: Decided, act: Act) -> list[NewRemark]:
    """The reasons the authority gives, ready to be written: about this person and this result."""
    if body.words is None:
        return []
    said = saying(
        case,
        principal,
        act,
        RemarkKind.RESULT,
        body.words,
        for_client=True,
        person_id=body.person_id,
    )
    return [replace(said, place=body.result.value)]
