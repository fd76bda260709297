"""The register of members (会員の登録): who is a member since when, whose subsidiary, and which fee class applies."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import PlainId
from api.bodies import Body, IsoDate, Shown
from api.desk import AtDesk
from api.idempotency import Answered, CurrentAct, once
from api.paging import Listed, Paged, following, position
from api.queries_registers import ChangeView, MemberView, changes, members_page
from api.registers import EntryInPath, EntryKept, Keeping, Looking, keeper_of
from api.registers_rows import Register, keep
from infra.database.tables import membership, organisation
from infra.tariffs import load_tariff
from schemas.fees import FeeClass
from schemas.refusals import Refused

LIST = "members"

router = APIRouter(prefix="/v1/registers/members", tags=["registers"])


class MemberOnRegister(Shown):
    """One organisation with its history."""

    member: MemberView
    changes: tuple[ChangeView, ...]


class MembershipKept(Body):
    """Member or not, since when, of which parent it is a subsidiary, and the fee class of the desk's tariff."""

    is_member: bool
    since: IsoDate | None = None
    parent_id: PlainId | None = None
    fee_class: FeeClass


@router.get("")
async def show_members(
    principal: Looking, at: AtDesk, asked: Annotated[Paged, Query()]
) -> Listed[MemberView]:
    """Every client organisation with its place on the register."""
    after = position(at.settings, LIST, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await members_page(connection, limit=asked.rows(at.settings), after=after)
    return Listed(items=page.rows, next=following(at.settings, LIST, page.last))


@router.get("/{organisation_id}")
async def show_member(principal: Looking, at: AtDesk, organisation_id: EntryInPath) -> MemberOnRegister:
    """One organisation. Refused: `no_such_entry`."""
    async with at.database.as_desk() as connection:
        page = await members_page(connection, limit=1, organisation_id=organisation_id)
        if not page.rows:
            raise Refused("no_such_entry")
        history = await changes(connection, Register.MEMBERSHIP, organisation_id)
    return MemberOnRegister(member=page.rows[0], changes=history)


@router.post("/{organisation_id}")
async def keep_membership(
    principal: Keeping, at: AtDesk, organisation_id: EntryInPath, body: MembershipKept, act: CurrentAct
) -> EntryKept:
    """Enter or change a membership. Refused: `no_such_entry`, `fee_class_unknown`, `parent_not_possible`."""
    known = load_tariff(at.settings.tariff_file).fee_classes
    if known and body.fee_class not in known:
        raise Refused("fee_class_unknown", "fee_class")
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            before = await _class_of(connection, organisation_id)
            await _insist_on_parent(connection, organisation_id, body.parent_id)
            given = body.model_dump(exclude={"fee_class"})
            values = {"organisation_id": organisation_id, **given}
            keeper, classes = keeper_of(principal, at), (before, body.fee_class)
            changed = await keep(connection, Register.MEMBERSHIP, values, keeper, fee_class=classes)
            await _set_class(connection, organisation_id, body.fee_class)
            return Answered(200, {"id": organisation_id, "changed": changed})

        answered = await once(connection, act, at.now(), perform)
    return EntryKept.model_validate(answered.body)


async def _class_of(connection: AsyncConnection, organisation_id: str) -> str:
    asked = select(organisation.c.fee_class).where(organisation.c.id == organisation_id).with_for_update()
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise Refused("no_such_entry", "organisation_id")
    return str(row.fee_class)


async def _set_class(connection: AsyncConnection, organisation_id: str, fee_class: str) -> None:
    changed = update(organisation).where(organisation.c.id == organisation_id).values(fee_class=fee_class)
    await connection.execute(changed)


async def _insist_on_parent(connection: AsyncConnection, organisation_id: str, parent_id: str | None) -> None:
    """A parent is another organisation of ours, and no subsidiary itself; one with subsidiaries has no parent."""
    if parent_id is None:
        return
    known = select(organisation.c.id).where(organisation.c.id == parent_id)
    is_subsidiary = select(membership.c.organisation_id).where(
        membership.c.organisation_id == parent_id, membership.c.parent_id.is_not(None)
    )
    has_own = select(membership.c.organisation_id).where(membership.c.parent_id == organisation_id)
    possible = (
        parent_id != organisation_id
        and (await connection.execute(known)).first() is not None
        and (await connection.execute(is_subsidiary)).first() is None
        and (await connection.execute(has_own)).first() is None
    )
    if not possible:
        raise Refused("parent_not_possible", "parent_id")
