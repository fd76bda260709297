"""The list of pledged organisations per user (利用者別誓約機関一覧表), which the online system asks for since 2026-01-05.

It is what the register of mandates for immigration procedures says on a day, beside the list last recorded as filed. The
official sheet's columns are not known to us: the CSV is our own and is copied from.
"""

from datetime import date, datetime

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import PlainId
from api.bodies import Body, IsoDate, Shown
from api.csv_files import csv_file
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.queries import Named, named, names_of
from api.queries_registers import HandlerView
from api.registers import EntryInPath, EntryKept, Keeping, Looking, handler_at, keeper_of
from api.registers_rows import Register, begin_entries
from infra.database.tables import mandate, organisation
from infra.registers import last_list_filed
from schemas.authority import EVERY_PROCEDURE, IMMIGRATION
from schemas.calendar import japan_date
from schemas.refusals import Refused
from schemas.words import Word

HEAD = (
    "利用者 / user",
    "証明書番号 / certificate",
    "機関ID / organisation id",
    "機関名 / organisation",
    "依頼の始期 / since",
)

router = APIRouter(prefix="/v1/registers/handlers/{account_id}/pledges", tags=["registers"])


class Pledge(Word):
    """One organisation the handler is pledged to, since when."""

    organisation: Named
    since: date


class FiledList(Word):
    """The list last recorded as filed: on which day, by whom recorded, with which organisations."""

    filed_on: date
    recorded_by: Named | None
    recorded_at: datetime
    organisations: tuple[Named, ...]


class PledgesShown(Shown):
    """The handler's list of today, the last one filed, and what differs: to add, to take off."""

    handler: HandlerView
    on: date
    current: tuple[Pledge, ...]
    filed: FiledList | None
    added: tuple[Named, ...]
    ended: tuple[Named, ...]


class ListFiled(Body):
    """The list was filed on a day, with exactly these organisations (as read, so that nothing slips in between)."""

    filed_on: IsoDate
    organisations: list[PlainId] = Field(max_length=5_000)


@router.get("")
async def show_pledges(principal: Looking, at: AtDesk, account_id: EntryInPath) -> PledgesShown:
    """The list of one handler. Refused: `no_such_entry`."""
    today = japan_date(at.now())
    async with at.database.as_desk() as connection:
        handler = await handler_at(connection, account_id, today)
        current = await _pledges(connection, at, account_id, today)
        filed = await _last_filed(connection, account_id)
    then = {each.id: each for each in filed.organisations} if filed else {}
    now = {each.organisation.id: each.organisation for each in current}
    return PledgesShown(
        handler=handler,
        on=today,
        current=current,
        filed=filed,
        added=tuple(each for key, each in now.items() if key not in then),
        ended=tuple(each for key, each in then.items() if key not in now),
    )


@router.get(".csv", response_class=Response)
async def export_pledges(principal: Looking, at: AtDesk, account_id: EntryInPath) -> Response:
    """The list of today as a CSV file."""
    shown = await show_pledges(principal, at, account_id)
    held = shown.handler.certificate
    number = held.certificate_number if held else None
    rows = [
        (shown.handler.handler.name, number, each.organisation.id, each.organisation.name, each.since)
        for each in shown.current
    ]
    return csv_file(f"pledges-{account_id}-{shown.on}.csv", HEAD, rows)


@router.post("/filed", status_code=201)
async def record_filed(
    principal: Keeping, at: AtDesk, account_id: EntryInPath, body: ListFiled, act: CurrentAct
) -> EntryKept:
    """Record that the list was filed. Refused: `no_such_entry`, `pledges_changed`, `period_not_possible`."""
    today = japan_date(at.now())
    if body.filed_on > today:
        raise Refused("period_not_possible", "filed_on")
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await handler_at(connection, account_id, today)
            current = await _pledges(connection, at, account_id, today)
            if {each.organisation.id for each in current} != set(body.organisations):
                raise Refused("pledges_changed", "organisations")
            values = {
                "id": f"l-{act.name}",
                "account_id": account_id,
                "filed_on": body.filed_on,
                "organisations": [each.organisation.model_dump() for each in current],
                "recorded_by": principal.id,
                "recorded_at": at.now(),
            }
            await begin_entries(connection, Register.PLEDGE_LIST, [values], keeper_of(principal, at))
            return Answered(201, {"id": values["id"], "changed": True})

        answered = await once(connection, act, at.now(), perform)
    return EntryKept.model_validate(answered.body)


async def _pledges(connection: AsyncConnection, at: Desk, account_id: str, on: date) -> tuple[Pledge, ...]:
    immigration = [row.id for row in at.catalogue.procedures() if row.authority == IMMIGRATION]
    asked = (
        select(mandate.c.organisation_id, organisation.c.name, mandate.c.valid_from)
        .join(organisation, organisation.c.id == mandate.c.organisation_id)
        .where(
            mandate.c.account_id == account_id,
            mandate.c.procedures.overlap([EVERY_PROCEDURE, *immigration]),
            mandate.c.valid_from <= on,
            or_(mandate.c.valid_until.is_(None), mandate.c.valid_until >= on),
        )
        .order_by(mandate.c.organisation_id, mandate.c.valid_from)
    )
    first: dict[str, Pledge] = {}
    for row in await connection.execute(asked):
        pledge = Pledge(organisation=Named(id=row.organisation_id, name=row.name), since=row.valid_from)
        first.setdefault(row.organisation_id, pledge)
    return tuple(first.values())


async def _last_filed(connection: AsyncConnection, account_id: str) -> FiledList | None:
    row = await last_list_filed(connection, account_id)
    if row is None:
        return None
    names = await names_of(connection, (row.recorded_by,))
    return FiledList(
        filed_on=row.filed_on,
        recorded_by=named(names, row.recorded_by),
        recorded_at=row.recorded_at,
        organisations=tuple(Named.model_validate(each) for each in row.organisations),
    )
