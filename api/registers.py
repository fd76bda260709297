"""The register of handlers (取次者の登録): certificates, online ids, what lapses. Managers keep it, handlers may look."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs
from api.acts import PlainId
from api.bodies import Body, IsoDate, Shown
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.queries_registers import (
    ChangeView,
    HandlerView,
    LapseView,
    changes,
    handlers,
    lapses,
)
from api.registers_rows import Keeper, Register, keep
from schemas.authority import IMMIGRATION
from schemas.calendar import japan_date
from schemas.parties import Right
from schemas.refusals import Refused

LAPSES_WITHIN_DAYS = 120

router = APIRouter(prefix="/v1/registers", tags=["registers"])

Keeping = Annotated[Principal, Depends(needs(Right.KEEP_REGISTERS))]
Looking = Annotated[Principal, Depends(needs(Right.KEEP_REGISTERS, Right.LODGE))]
EntryInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class HandlersShown(Shown):
    """Everybody who lodges."""

    items: tuple[HandlerView, ...]


class HandlerOnRegister(Shown):
    """One handler with the history of the certificate."""

    handler: HandlerView
    changes: tuple[ChangeView, ...]


class LapsesShown(Shown):
    """What lapses next, the earliest first."""

    items: tuple[LapseView, ...]


class EntryKept(Shown):
    """The entry that was written; `changed` says whether anything was new."""

    id: str
    changed: bool


class CertificateKept(Body):
    """A certificate and online id as they stand; what is left out is not there. Days are last valid days in Japan."""

    certificate_number: ShortText
    bureau: PlainId | None = None
    valid_from: IsoDate | None = None
    valid_until: IsoDate
    return_by: IsoDate | None = None
    returned_on: IsoDate | None = None
    online_id_body: ShortText | None = None
    online_id_since: IsoDate | None = None
    online_id_valid_until: IsoDate | None = None
    online_report_by: IsoDate | None = None


class ChangesAsked(Shown):
    """Whose history."""

    of: Register
    entry: PlainId


@router.get("/handlers")
async def show_handlers(principal: Looking, at: AtDesk) -> HandlersShown:
    """Everybody who lodges or holds a certificate, with the number of clients."""
    async with at.database.as_desk() as connection:
        return HandlersShown(items=await handlers(connection, japan_date(at.now())))


@router.get("/handlers/{account_id}")
async def show_handler(principal: Looking, at: AtDesk, account_id: EntryInPath) -> HandlerOnRegister:
    """One handler. Refused: `no_such_entry`."""
    async with at.database.as_desk() as connection:
        return HandlerOnRegister(
            handler=await handler_at(connection, account_id, japan_date(at.now())),
            changes=await changes(connection, Register.CERTIFICATE, account_id),
        )


@router.post("/handlers/{account_id}/certificate")
async def keep_certificate(
    principal: Keeping, at: AtDesk, account_id: EntryInPath, body: CertificateKept, act: CurrentAct
) -> EntryKept:
    """Enter or change a certificate and online id. Refused: `no_such_entry`, `period_not_possible`."""
    insist_on_order("valid_until", body.valid_from, body.valid_until)
    insist_on_order("online_id_valid_until", body.online_id_since, body.online_id_valid_until)
    bureaus = {row.id for row in at.catalogue.tables.offices if row.authority == IMMIGRATION}
    if body.bureau is not None and body.bureau not in bureaus:
        raise Refused("no_such_entry", "bureau")
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await handler_at(connection, account_id, japan_date(at.now()))
            values = {"account_id": account_id, **body.model_dump()}
            changed = await keep(connection, Register.CERTIFICATE, values, keeper_of(principal, at))
            return Answered(200, {"id": account_id, "changed": changed})

        answered = await once(connection, act, at.now(), perform)
    return EntryKept.model_validate(answered.body)


@router.get("/lapses")
async def show_lapses(
    principal: Looking,
    at: AtDesk,
    within_days: Annotated[int, Query(ge=0, le=1_100)] = LAPSES_WITHIN_DAYS,
) -> LapsesShown:
    """What lapses in these days; certificates that have lapsed already come first."""
    today = japan_date(at.now())
    async with at.database.as_desk() as connection:
        return LapsesShown(items=await lapses(connection, today, today + timedelta(days=within_days)))


@router.get("/changes")
async def show_changes(
    principal: Keeping, at: AtDesk, asked: Annotated[ChangesAsked, Query()]
) -> tuple[ChangeView, ...]:
    """Who changed an entry, when, from what to what; the newest first."""
    async with at.database.as_desk() as connection:
        return await changes(connection, asked.of, asked.entry)


def keeper_of(principal: Principal, at: Desk) -> Keeper:
    """Who keeps the register now."""
    return Keeper(principal.actor, at.now())


async def handler_at(connection: AsyncConnection, account_id: str, on: date) -> HandlerView:
    """One handler of the desk. Raises Refused `no_such_entry`."""
    found = await handlers(connection, on, account_id)
    if not found:
        raise Refused("no_such_entry", "account_id")
    return found[0]


def insist_on_order(field: str, *days: date | None) -> None:
    """Raises Refused `period_not_possible` when days that are given do not follow each other."""
    given = [each for each in days if each is not None]
    if given != sorted(given):
        raise Refused("period_not_possible", field)
