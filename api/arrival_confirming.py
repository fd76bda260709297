"""Confirming an arrival: a person says what it means and for whom, and the existing act records it, once.

What is about to be recorded is written down first; the road is asked under an act id of the arrival's own, so that
whoever finishes an interrupted confirmation, the same is recorded and never twice.
"""

from collections.abc import Awaitable, Callable
from functools import singledispatch
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, TypeAdapter

from api import arrival_rows, filings, results
from api.access import Principal, needs
from api.acts import Day, Persons, PlainId, SomeWords, case_at
from api.arrival_rows import Doing, Standing, locked_standing
from api.arrivals import ArrivalInPath, Stands, arrival_key
from api.bodies import Body
from api.desk import AtDesk, Desk
from api.idempotency import Act, CurrentAct
from api.lodged_persons import NotTakenGiven, ReceiptGiven
from api.queries_arrivals import FOR_CLIENT
from api.queries_case import persons_of
from api.queries_filings import one_filing
from infra.keys import DataKey
from schemas.arrivals import ArrivalState
from schemas.filing import ResultKind
from schemas.identifiers import Number, number_of
from schemas.parties import Right
from schemas.receipt_numbers import ReceiptNumber
from schemas.refusals import Refused

BEGUN = frozenset({ArrivalState.CONFIRMING, ArrivalState.CONFIRMED})

router = APIRouter(prefix="/v1/arrivals", tags=["arrivals"])

Confirming = Annotated[Principal, Depends(needs(Right.RECORD_RESULT))]


class ReceiptArrived(Body):
    """受付完了: the authority has the filing; the number of each person it took, and who was not taken."""

    kind: Literal["receipt"]
    filing_id: PlainId
    receipts: Annotated[list[ReceiptGiven], Field(min_length=1, max_length=100)]
    not_taken: list[NotTakenGiven] = Field(default=[], max_length=100)


class MoreArrived(Body):
    """資料提出通知・補正依頼: the client reads the words."""

    kind: Literal["more_requested"]
    number: Number
    persons: Annotated[Persons, Field(min_length=1)]
    words: SomeWords
    due_on: Day | None = None


class ResultArrived(Body):
    """A notice of a result. A finished examination alone is none. `for_client`: the client may read the notice itself."""

    kind: Literal["result"]
    number: Number
    person_id: PlainId
    receipt: ReceiptNumber
    result: Annotated[ResultKind, Field(strict=False)]
    decided_on: Day
    valid_to: Day | None = None
    words: SomeWords | None = None
    for_client: bool = False


class OnlyFiled(Body):
    """It belongs to this case and changes nothing there; with `filing_id` it is evidence of that filing."""

    kind: Literal["filed"]
    number: Number
    persons: Persons = Field(default=[])
    filing_id: PlainId | None = None


Decision = Annotated[ReceiptArrived | MoreArrived | ResultArrived | OnlyFiled, Field(discriminator="kind")]
DECISION: TypeAdapter[Any] = TypeAdapter(Decision)


class Confirmed(Body):
    """What it means, and for whom."""

    decision: Decision


@router.post("/{arrival_id}/confirm")
async def confirm(
    principal: Confirming, at: AtDesk, arrival_id: ArrivalInPath, body: Confirmed, act: CurrentAct
) -> Stands:
    """Record what it says. Refused: `arrival_settled`, `arrival_being_confirmed`, and what the recording refuses;
    then the arrival is open again. After 503 send the same again, or let somebody finish it by `resume`."""
    key = await arrival_key(at, arrival_id)
    await _insist_on_case(at, body.decision)
    async with at.database.as_desk() as connection:
        standing = await locked_standing(connection, arrival_id)
        if standing.state in BEGUN:
            _insist_on_same_act(standing, key, act)
        else:
            doing = Doing(principal.actor, at.now(), "confirming", _facts(body.decision))
            asked = {"act_id": act.name, "request_sha256": act.request_sha256}
            decided = {**asked, "decision": body.decision.model_dump(mode="json")}
            await arrival_rows.begin_confirming(connection, standing, doing, key, decided)
    return await finished(principal, at, arrival_id, key)


@router.post("/{arrival_id}/resume")
async def resume(principal: Confirming, at: AtDesk, arrival_id: ArrivalInPath, act: CurrentAct) -> Stands:
    """Finish a confirmation that was interrupted, exactly as it was begun. Refused: `arrival_settled`."""
    key = await arrival_key(at, arrival_id)
    async with at.database.as_desk() as connection:
        standing = await locked_standing(connection, arrival_id)
    if standing.state not in BEGUN:
        raise Refused("arrival_settled")
    return await finished(principal, at, arrival_id, key)


def _insist_on_same_act(standing: Standing, key: DataKey, act: Act) -> None:
    """The same request sent again goes on; another one is told that somebody was quicker."""
    begun = standing.decided(key)
    if begun["act_id"] == act.name:
        if begun["request_sha256"] != act.request_sha256:
            raise Refused("idempotency_key_reused")
        return
    is_under_way = standing.state is ArrivalState.CONFIRMING
    raise Refused("arrival_being_confirmed" if is_under_way else "arrival_settled")


async def _insist_on_case(at: Desk, decision: Any) -> None:
    number = _number(decision)
    await case_at(at, number)
    named = _persons(decision)
    async with at.database.as_desk() as connection:
        known = {line.person_id for line in await persons_of(connection, number, at.now())}
        filing_id = getattr(decision, "filing_id", None)
        filing = await one_filing(connection, filing_id) if filing_id else None
    if not set(named) <= known:
        raise Refused("unknown_person", "persons")
    if filing_id and (filing is None or filing.number != number):
        raise Refused("no_such_filing", "filing_id")


async def finished(principal: Principal, at: Desk, arrival_id: str, key: DataKey) -> Stands:
    """Ask for the recording that was written down, and note its end. A refusal opens the arrival again."""
    async with at.database.as_desk() as connection:
        standing = await locked_standing(connection, arrival_id)
    if standing.state is ArrivalState.CONFIRMED:
        return Stands(id=arrival_id, state=standing.state)
    decision = DECISION.validate_python(standing.decided(key)["decision"])
    # The same for everybody who finishes it: the road knows the act by this id.
    act = Act(arrival_id, f"confirm-{standing.attempt}", "")
    ending = _Ending(principal, at, arrival_id, standing.attempt)
    try:
        await _record(decision, principal, at)(act)
    except Refused as refused:
        await ending.note("refused", {"code": refused.code}, None)
        raise
    await ending.note("confirmed", _facts(decision), (_number(decision), _persons(decision)))
    return Stands(id=arrival_id, state=ArrivalState.CONFIRMED)


class _Ending:
    """How one attempt of confirming ended."""

    def __init__(self, principal: Principal, at: Desk, arrival_id: str, attempt: int) -> None:
        self._principal = principal
        self._at = at
        self._arrival_id = arrival_id
        self._attempt = attempt

    async def note(
        self, act: str, facts: dict[str, Any], confirmed_for: tuple[str, list[str]] | None
    ) -> None:
        doing = Doing(self._principal.actor, self._at.now(), act, facts)
        async with self._at.database.as_desk() as connection:
            await arrival_rows.end_confirming(
                connection, self._arrival_id, self._attempt, doing, confirmed_for=confirmed_for
            )


def _facts(decision: Any) -> dict[str, Any]:
    filing_id = getattr(decision, "filing_id", None)
    about: dict[str, Any] = {"filing_id": filing_id} if filing_id else {}
    about |= {FOR_CLIENT: True} if getattr(decision, FOR_CLIENT, False) else {}
    return {"kind": decision.kind, "number": _number(decision), **about}


def _number(decision: Any) -> str:
    return number_of(decision.filing_id) if decision.kind == "receipt" else str(decision.number)


def _persons(decision: Any) -> list[str]:
    if decision.kind == "receipt":
        return [each.person_id for each in (*decision.receipts, *decision.not_taken)]
    return [decision.person_id] if decision.kind == "result" else list(decision.persons)


Recording = Callable[[Act], Awaitable[Any]]


@singledispatch
def _record(decision: Any, principal: Principal, at: Desk) -> Recording:
    raise TypeError(f"no recording for {type(decision).__name__}")


def _as_sent(decision: Body) -> dict[str, Any]:
    """The fields of a decision as the door of its act takes them."""
    return decision.model_dump(mode="json", exclude={"kind", "number", FOR_CLIENT})


@_record.register
def _(decision: ReceiptArrived, principal: Principal, at: Desk) -> Recording:
    if Right.LODGE not in principal.rights:
        raise Refused("not_allowed")
    ended = filings.Ended(outcome="confirmed", receipts=decision.receipts, not_taken=decision.not_taken)
    handler = principal.acting_by(Right.LODGE)
    return lambda act: filings.end(handler, at, decision.filing_id, ended, act)


@_record.register
def _(decision: MoreArrived, principal: Principal, at: Desk) -> Recording:
    asked = results.MoreRequested(**_as_sent(decision))
    return lambda act: results.more_requested(principal, at, decision.number, asked, act)


@_record.register
def _(decision: ResultArrived, principal: Principal, at: Desk) -> Recording:
    decided = results.Decided(**_as_sent(decision))
    return lambda act: results.record_result(principal, at, decision.number, decided, act)


@_record.register
def _(decision: OnlyFiled, principal: Principal, at: Desk) -> Recording:
    async def nothing(_: Act) -> None:
        return None

    return nothing
