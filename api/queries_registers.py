"""The registers as they are shown: handlers, mandates, members, their history, what lapses next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from api.queries import THE_DESK, Key, Named, keyset_page, named, names_of
from api.registers_rows import Register, changes_of
from infra.database.tables import account, certificate, mandate, membership, organisation
from infra.registers import certificate_in, lapses_until, mandate_in
from schemas.authority import CertificateHeld, Lapse, MandateGiven
from schemas.parties import OrganisationKind, Role
from schemas.words import Word


class HandlerView(Word):
    """Somebody of the desk who lodges, or holds a certificate; `clients` counts current mandates' organisations."""

    handler: Named
    active: bool
    certificate: CertificateHeld | None
    clients: int


class MandateView(Word):
    """One mandate with the names of both sides."""

    mandate: MandateGiven
    handler: Named
    organisation: Named


class MandatePage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[MandateView, ...]
    last: Key | None


class MemberView(Word):
    """One client organisation on the register of members. `fee_class` chooses the desk's fee."""

    organisation: Named
    kind: OrganisationKind
    fee_class: str
    is_member: bool
    since: date | None
    parent: Named | None


class MemberPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[MemberView, ...]
    last: Key | None


class ChangeView(Word):
    """One change of an entry: who, when, the values before and after."""

    changed_at: datetime
    changed_by: Named | None
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """The values that changed: before, after."""
        before = self.before or {}
        return {
            name: (before.get(name), value)
            for name, value in self.after.items()
            if (before.get(name) != value and value not in (None, [], ""))
            or (name in before and before[name] != value)
        }


class LapseView(Word):
    """One thing that lapses, whose it is, and how many days are left (negative: it has lapsed)."""

    lapse: Lapse
    days_left: int
    handler: Named
    organisation: Named | None


async def handlers(
    connection: AsyncConnection, on: date, account_id: str | None = None
) -> tuple[HandlerView, ...]:
    """Everybody who lodges or holds a certificate, by name; only one where an id is given."""
    query = _handler_rows(on)
    if account_id is not None:
        query = query.where(account.c.id == account_id)
    return tuple(_handler(row) for row in await connection.execute(query))


def _handler_rows(on: date) -> Select[Any]:
    current = (mandate.c.valid_from <= on, or_(mandate.c.valid_until.is_(None), mandate.c.valid_until >= on))
    clients = (
        select(func.count(mandate.c.organisation_id.distinct()))
        .where(mandate.c.account_id == account.c.id, *current)
        .scalar_subquery()
    )
    lodges = account.c.roles.contains([Role.HANDLER.value])
    return (
        select(certificate, account.c.id, account.c.display_name, account.c.active, clients.label("clients"))
        .select_from(account.outerjoin(certificate, certificate.c.account_id == account.c.id))
        .where(account.c.organisation_id.is_(None), or_(lodges, certificate.c.account_id.is_not(None)))
        .order_by(account.c.active.desc(), account.c.display_name, account.c.id)
    )


def _handler(row: Row[Any]) -> HandlerView:
    return HandlerView(
        handler=Named(id=row.id, name=row.display_name),
        active=row.active,
        certificate=certificate_in(row) if row.account_id else None,
        clients=row.clients,
    )


async def mandates_page(
    connection: AsyncConnection,
    *,
    limit: int,
    after: Key | None = None,
    handler: str | None = None,
    organisation_id: str | None = None,
) -> MandatePage:
    """Mandates by organisation and beginning."""
    query = _mandate_rows()
    if handler is not None:
        query = query.where(mandate.c.account_id == handler)
    if organisation_id is not None:
        query = query.where(mandate.c.organisation_id == organisation_id)
    found = await keyset_page(
        connection, query, (mandate.c.organisation_id, mandate.c.id), limit=limit, after=after
    )
    return MandatePage(rows=tuple(_mandate(row) for row in found.rows), last=found.last)


async def one_mandate(connection: AsyncConnection, mandate_id: str) -> MandateView | None:
    """One mandate."""
    row = (await connection.execute(_mandate_rows().where(mandate.c.id == mandate_id))).one_or_none()
    return _mandate(row) if row else None


def _mandate_rows() -> Select[Any]:
    return select(
        mandate, account.c.display_name, organisation.c.name.label("organisation_name")
    ).select_from(
        mandate.outerjoin(account, account.c.id == mandate.c.account_id).join(
            organisation, organisation.c.id == mandate.c.organisation_id
        )
    )


def _mandate(row: Row[Any]) -> MandateView:
    return MandateView(
        mandate=mandate_in(row),
        handler=Named(id=row.account_id, name=row.display_name or THE_DESK.name),
        organisation=Named(id=row.organisation_id, name=row.organisation_name),
    )


async def members_page(
    connection: AsyncConnection, *, limit: int, after: Key | None = None, organisation_id: str | None = None
) -> MemberPage:
    """Client organisations with their place on the register of members."""
    parent = aliased(organisation, name="parent")
    query = select(
        organisation,
        func.coalesce(membership.c.is_member, False).label("is_member"),
        membership.c.since,
        membership.c.parent_id,
        parent.c.name.label("parent_name"),
    ).select_from(
        organisation.outerjoin(membership, membership.c.organisation_id == organisation.c.id).outerjoin(
            parent, parent.c.id == membership.c.parent_id
        )
    )
    if organisation_id is not None:
        query = query.where(organisation.c.id == organisation_id)
    found = await keyset_page(connection, query, (organisation.c.id,), limit=limit, after=after)
    return MemberPage(rows=tuple(_member(row) for row in found.rows), last=found.last)


def _member(row: Row[Any]) -> MemberView:
    return MemberView(
        organisation=Named(id=row.id, name=row.name),
        kind=row.kind,
        fee_class=row.fee_class,
        is_member=row.is_member,
        since=row.since,
        parent=Named(id=row.parent_id, name=row.parent_name) if row.parent_id else None,
    )


async def client_names(connection: AsyncConnection) -> dict[str, str]:
    """Every client organisation's name by id, in the order of names."""
    asked = select(organisation.c.id, organisation.c.name).order_by(organisation.c.name, organisation.c.id)
    return {row.id: row.name for row in await connection.execute(asked)}


async def changes(connection: AsyncConnection, register: Register, entry: str) -> tuple[ChangeView, ...]:
    """The history of one entry, the newest first."""
    rows = await changes_of(connection, register, entry)
    names = await names_of(connection, (row.changed_by for row in rows))
    return tuple(
        ChangeView(
            changed_at=row.changed_at,
            changed_by=named(names, row.changed_by),
            before=row.before,
            after=row.after,
        )
        for row in rows
    )


async def lapses(connection: AsyncConnection, on: date, until: date) -> tuple[LapseView, ...]:
    """What lapses up to that day, the earliest first."""
    found = await lapses_until(connection, on, until)
    people = await names_of(connection, (each.account_id for each in found))
    clients = {each.organisation_id for each in found if each.organisation_id}
    asked = select(organisation.c.id, organisation.c.name).where(organisation.c.id.in_(clients))
    organisations = {row.id: row.name for row in await connection.execute(asked)}
    return tuple(_lapse(each, on, people, organisations) for each in found)


def _lapse(lapse: Lapse, on: date, people: Mapping[str, str], organisations: Mapping[str, str]) -> LapseView:
    of = lapse.organisation_id
    return LapseView(
        lapse=lapse,
        days_left=lapse.days_left(on),
        handler=Named(id=lapse.account_id, name=people.get(lapse.account_id, lapse.account_id)),
        organisation=Named(id=of, name=organisations.get(of, of)) if of else None,
    )
