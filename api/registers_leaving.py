"""A handler who leaves: what he has open, handing it to colleagues who may act, closing his account.

Each thing is passed on whole or stays as it was; the report says which. The account closes only when nothing is left.
"""

from datetime import date

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal
from api.acts import PlainId
from api.bodies import Body, IsoDate, Shown
from api.desk import AtDesk, Desk
from api.directory import set_active
from api.gateway import NotReady
from api.idempotency import Act, Answered, CurrentAct, once, remembered
from api.leaving_items import Giving, OpenItem, give, items_shown, open_items
from api.queries_registers import HandlerView
from api.registers import EntryInPath, Keeping, handler_at, keeper_of
from api.registers_rows import Keeper, Register, keep
from infra.database.tables import mandate
from infra.registers import certificate_of
from schemas.calendar import japan_date
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/registers/handlers/{account_id}/leaving", tags=["registers"])


class LeavingShown(Shown):
    """Everything the handler has open."""

    handler: HandlerView
    items: tuple[OpenItem, ...]


class Move(Body):
    """One task, filing or arrival, and to whom it goes."""

    item_id: PlainId
    to: PlainId


class Leaving(Body):
    """What goes to whom; the last day; when the certificate was returned (the last day when left out)."""

    moves: list[Move] = Field(max_length=500)
    left_on: IsoDate
    certificate_returned_on: IsoDate | None = None


class Moved(Shown):
    """What became of one thing: moved, or the code of the refusal."""

    item_id: str
    to: str
    code: str | None


class LeavingReport(Shown):
    """The report: each thing, what is left, and whether the account was closed."""

    moves: tuple[Moved, ...]
    left: tuple[str, ...]
    closed: bool


@router.get("")
async def show_leaving(principal: Keeping, at: AtDesk, account_id: EntryInPath) -> LeavingShown:
    """What the handler has open, and who could take it. Refused: `no_such_entry`."""
    async with at.database.as_desk() as connection:
        handler = await handler_at(connection, account_id, japan_date(at.now()))
        items = await items_shown(connection, at, account_id)
    return LeavingShown(handler=handler, items=items)


@router.post("")
async def leave(
    principal: Keeping, at: AtDesk, account_id: EntryInPath, body: Leaving, act: CurrentAct
) -> LeavingReport:
    """Pass on what is named; when nothing is left, close the account, end the mandates, note the certificate's return.

    Refused: `no_such_entry`, `period_not_possible`. What can't be passed on is in the report with the reason.
    """
    today = japan_date(at.now())
    if body.left_on > today or (body.certificate_returned_on or today) > today:
        raise Refused("period_not_possible", "left_on")
    async with at.database.as_desk() as connection:
        earlier = await remembered(connection, act)
        if earlier is not None:
            return LeavingReport.model_validate(earlier.body)
        await handler_at(connection, account_id, today)
    moves = [await _moved(principal, at, account_id, each, act) for each in body.moves]
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            left = await open_items(connection, account_id)
            if not left:
                await _close(connection, account_id, body, keeper_of(principal, at))
            report = LeavingReport(moves=tuple(moves), left=left, closed=not left)
            return Answered(200, report.model_dump(mode="json"))

        answered = await once(connection, act, at.now(), perform)
    return LeavingReport.model_validate(answered.body)


async def _moved(principal: Principal, at: Desk, account_id: str, move: Move, act: Act) -> Moved:
    """Give one thing, under an id of its own: sent again it is the same act, and under the same key never another one."""
    try:
        await give(at, move.item_id, Giving(principal, act.about(move.item_id), account_id, move.to))
    except Refused as refused:
        return Moved(item_id=move.item_id, to=move.to, code=refused.code)
    except NotReady:
        return Moved(item_id=move.item_id, to=move.to, code="not_ready")
    return Moved(item_id=move.item_id, to=move.to, code=None)


async def _close(connection: AsyncConnection, account_id: str, body: Leaving, keeper: Keeper) -> None:
    """Close the account, end what was entrusted to it, and note that the certificate was returned."""
    await set_active(connection, account_id, active=False)
    still = select(mandate.c.id, mandate.c.valid_from).where(
        mandate.c.account_id == account_id,
        or_(mandate.c.valid_until.is_(None), mandate.c.valid_until > body.left_on),
    )
    for row in (await connection.execute(still)).all():
        ends_on = max(body.left_on, row.valid_from)
        await _end(connection, row.id, ends_on, keeper)
    held = await certificate_of(connection, account_id)
    if held is not None:
        returned = {"returned_on": body.certificate_returned_on or body.left_on}
        values = {"account_id": account_id, **held.model_dump(), **returned}
        await keep(connection, Register.CERTIFICATE, values, keeper)


async def _end(connection: AsyncConnection, mandate_id: str, ends_on: date, keeper: Keeper) -> None:
    row = (await connection.execute(select(mandate).where(mandate.c.id == mandate_id))).one()
    await keep(connection, Register.MANDATE, {**row._mapping, "valid_until": ends_on}, keeper)
