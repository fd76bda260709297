"""A handler who leaves: what he has open, handing it to colleagues who may act, closing his account.

Each task is passed on whole or stays as it was; the report says which. The account closes only when nothing is left.
"""

import hashlib
from datetime import date

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal
from api.acts import PlainId, ask_road
from api.bodies import Body, IsoDate, Shown
from api.desk import AtDesk, Desk
from api.directory import set_active
from api.gateway import NotReady
from api.idempotency import Act, Answered, CurrentAct, once, remembered
from api.queries import Named
from api.queries_colleagues import colleagues_with
from api.queries_filings import FilingView, one_filing
from api.queries_registers import HandlerView
from api.queries_tasks import TaskRow, one_task
from api.registers import EntryInPath, Keeping, handler_at, keeper_of
from api.registers_rows import Keeper, Register, keep
from infra.database.tables import filing, mandate, task
from infra.registers import certificate_of, entitlement_of
from schemas import messages
from schemas.authority import LodgingWanted
from schemas.calendar import japan_date
from schemas.commands import PassOnTask
from schemas.filing import UNDER_WAY
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.tasks import TaskKind

router = APIRouter(prefix="/v1/registers/handlers/{account_id}/leaving", tags=["registers"])


class OpenItem(Shown):
    """One open task of his, the filing it is about, and the colleagues who may act on it."""

    task: TaskRow
    filing: FilingView | None
    colleagues: tuple[Named, ...]


class LeavingShown(Shown):
    """Everything the handler has open."""

    handler: HandlerView
    items: tuple[OpenItem, ...]


class Move(Body):
    """One task, and to whom it goes."""

    task_id: PlainId
    to: PlainId


class Leaving(Body):
    """Which task goes to whom; the last day; when the certificate was returned (the last day when left out)."""

    moves: list[Move] = Field(max_length=500)
    left_on: IsoDate
    certificate_returned_on: IsoDate | None = None


class Moved(Shown):
    """What became of one task: moved, or the code of the refusal."""

    task_id: str
    to: str
    code: str | None


class LeavingReport(Shown):
    """The report: each task, what is left, and whether the account was closed."""

    moves: tuple[Moved, ...]
    left: tuple[str, ...]
    closed: bool


@router.get("")
async def show_leaving(principal: Keeping, at: AtDesk, account_id: EntryInPath) -> LeavingShown:
    """What the handler has open, and who could take it. Refused: `no_such_entry`."""
    async with at.database.as_desk() as connection:
        handler = await handler_at(connection, account_id, japan_date(at.now()))
        items = [
            await _item(connection, at, each, account_id) for each in await _open(connection, account_id)
        ]
    return LeavingShown(handler=handler, items=tuple(items))


@router.post("")
async def leave(
    principal: Keeping, at: AtDesk, account_id: EntryInPath, body: Leaving, act: CurrentAct
) -> LeavingReport:
    """Pass on the named tasks; when nothing is left, close the account, end the mandates, note the certificate's return.

    Refused: `no_such_entry`, `period_not_possible`. A task that can't be passed on is in the report with the reason.
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
            left = await _open(connection, account_id)
            if not left:
                await _close(connection, account_id, body, keeper_of(principal, at))
            report = LeavingReport(moves=tuple(moves), left=left, closed=not left)
            return Answered(200, report.model_dump(mode="json"))

        answered = await once(connection, act, at.now(), perform)
    return LeavingReport.model_validate(answered.body)


async def _open(connection: AsyncConnection, account_id: str) -> tuple[str, ...]:
    """His open tasks, and the open tasks of filings he has under way."""
    under_way = select(filing.c.id).where(
        filing.c.handler == account_id, filing.c.state.in_([state.value for state in UNDER_WAY])
    )
    his = or_(
        task.c.assignee == account_id,
        task.c.filing_id.in_(under_way) & task.c.assignee.is_(None),
    )
    asked = select(task.c.id).where(task.c.closed_at.is_(None), his)
    rows = await connection.execute(asked.order_by(task.c.opened_at, task.c.id))
    return tuple(row.id for row in rows)


async def _item(connection: AsyncConnection, at: Desk, task_id: str, account_id: str) -> OpenItem:
    row = await one_task(connection, task_id, at.now())
    if row is None:
        raise Refused("no_such_task")
    about = await one_filing(connection, row.filing_id) if row.filing_id else None
    able = [
        each
        for each in await colleagues_with(connection, row.right)
        if each.id != account_id and await _lack(connection, at, row, about, each.id) is None
    ]
    return OpenItem(task=row, filing=about, colleagues=tuple(able))


async def _lack(
    connection: AsyncConnection, at: Desk, row: TaskRow, about: FilingView | None, colleague: str
) -> str | None:
    """Why a colleague can't take a task: four eyes, or what he lacks for lodging this filing today."""
    if colleague in row.excluded:
        return "same_person"
    if row.kind is not TaskKind.LODGE or about is None:
        return None
    wanted = LodgingWanted(
        procedure=about.procedure, on=japan_date(at.now()), channel=about.channel, office=about.office
    )
    found = await entitlement_of(connection, colleague, about.organisation.id, wanted)
    return found.lacks[0] if found.lacks else None


async def _moved(principal: Principal, at: Desk, account_id: str, move: Move, act: Act) -> Moved:
    """Pass on one task, under an id made from the act and the task: sent again it is the same act."""
    try:
        number = await _movable(at, account_id, move)
        command = PassOnTask(
            actor=principal.acting_by(Right.PASS_ON).actor,
            act_id=hashlib.sha256(f"{act.id}\n{move.task_id}".encode()).hexdigest()[:32],
            task_id=move.task_id,
            to=move.to,
        )
        await ask_road(at, number, messages.PASS_ON_TASK, command)
    except Refused as refused:
        return Moved(task_id=move.task_id, to=move.to, code=refused.code)
    except NotReady:
        return Moved(task_id=move.task_id, to=move.to, code="not_ready")
    return Moved(task_id=move.task_id, to=move.to, code=None)


async def _movable(at: Desk, account_id: str, move: Move) -> str:
    """The number of the case of a task that may go to this colleague. Raises Refused with the reason."""
    async with at.database.as_desk() as connection:
        row = await one_task(connection, move.task_id, at.now())
        if row is None or row.closed_at is not None:
            raise Refused("no_such_task", "task_id")
        if (row.assignee.id if row.assignee else account_id) not in (account_id, move.to):
            raise Refused("task_of_another", "task_id")
        able = {each.id for each in await colleagues_with(connection, row.right)} - {account_id}
        if move.to not in able:
            raise Refused("no_such_colleague", "to")
        about = await one_filing(connection, row.filing_id) if row.filing_id else None
        lack = await _lack(connection, at, row, about, move.to)
    if lack is not None:
        raise Refused(lack, "to")
    return row.number


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
