"""Reads the registers of certificates and mandates: what a handler may show, and what lapses, for acts and for pages."""

from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import account, certificate, mandate, membership, pledge_list
from schemas.authority import (
    CertificateHeld,
    Entitlement,
    Lapse,
    LodgingWanted,
    MandateGiven,
    Membership,
    OnRegister,
    entitlement_for,
    lapses_of_certificate,
    lapses_of_mandates,
)


async def entitlement_of(
    connection: AsyncConnection, handler: str, organisation_id: str, asked: LodgingWanted
) -> Entitlement:
    """What this handler may do for this client."""
    return entitlement_for(asked, await known_of(connection, handler, organisation_id))


async def known_of(connection: AsyncConnection, account_id: str, organisation_id: str) -> OnRegister:
    """What the registers say of this handler and this client."""
    pledged = _newest_list(account_id).with_only_columns(pledge_list.c.organisations).scalar_subquery()
    of_client = and_(membership.c.organisation_id == organisation_id, membership.c.is_member)
    asked = (
        select(
            certificate,
            pledged.label("pledged"),
            membership.c.is_member,
            membership.c.since.label("member_since"),
        )
        .select_from(account)
        .outerjoin(certificate, certificate.c.account_id == account.c.id)
        .outerjoin(membership, of_client)
        .where(account.c.id == account_id)
    )
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return OnRegister()
    return OnRegister(
        held=certificate_in(row) if row.account_id else None,
        mandates=await mandates_between(connection, account_id, organisation_id),
        is_pledged=organisation_id in {each["id"] for each in row.pledged or ()},
        membership=Membership(since=row.member_since) if row.is_member else None,
    )


async def last_list_filed(connection: AsyncConnection, account_id: str) -> Row[Any] | None:
    """The list of pledged organisations that was recorded last as filed by this handler, or None."""
    row: Row[Any] | None = (await connection.execute(_newest_list(account_id))).one_or_none()
    return row


def _newest_list(account_id: str) -> Select[Any]:
    asked = select(pledge_list).where(pledge_list.c.account_id == account_id)
    return asked.order_by(pledge_list.c.recorded_at.desc(), pledge_list.c.id).limit(1)


async def certificate_of(connection: AsyncConnection, account_id: str) -> CertificateHeld | None:
    """The certificate of an account, or None."""
    asked = select(certificate).where(certificate.c.account_id == account_id)
    row = (await connection.execute(asked)).one_or_none()
    return certificate_in(row) if row else None


async def mandates_between(
    connection: AsyncConnection, account_id: str, organisation_id: str
) -> tuple[MandateGiven, ...]:
    """Every mandate of this client for this handler, past and future ones too, the oldest first."""
    asked = select(mandate).where(
        mandate.c.account_id == account_id, mandate.c.organisation_id == organisation_id
    )
    rows = await connection.execute(asked.order_by(mandate.c.valid_from, mandate.c.id))
    return tuple(mandate_in(row) for row in rows)


def certificate_in(row: Row[Any]) -> CertificateHeld:
    """A row of the register of certificates, in our words."""
    fields = CertificateHeld.model_fields
    return CertificateHeld(**{name: row._mapping[name] for name in fields})


def mandate_in(row: Row[Any]) -> MandateGiven:
    """A row of the register of mandates, in our words."""
    values = {name: row._mapping[name] for name in MandateGiven.model_fields}
    return MandateGiven(**values | {"procedures": tuple(row.procedures)})


async def lapses_until(connection: AsyncConnection, on: date, until: date) -> tuple[Lapse, ...]:
    """What of active handlers lapses up to that day (Japan dates), the earliest first.

    Certificates that have lapsed already are in it too; mandates only until their last day.
    """
    asked = select(certificate).join(account, account.c.id == certificate.c.account_id)
    rows = await connection.execute(asked.where(account.c.active, certificate.c.returned_on.is_(None)))
    lapses = [lapse for row in rows for lapse in lapses_of_certificate(row.account_id, certificate_in(row))]
    lapses += lapses_of_mandates(await _mandates_around(connection, on, until), on)
    return tuple(
        sorted((each for each in lapses if each.on <= until), key=lambda each: (each.on, each.entry))
    )


async def _mandates_around(connection: AsyncConnection, on: date, until: date) -> list[MandateGiven]:
    """Mandates that end in these days, with all others between the same parties."""
    ends = or_(mandate.c.valid_until.between(on, until), mandate.c.request_valid_until.between(on, until))
    parties = select(mandate.c.account_id, mandate.c.organisation_id).where(ends)
    asked = (
        select(mandate)
        .join(account, account.c.id == mandate.c.account_id)
        .where(account.c.active, tuple_(mandate.c.account_id, mandate.c.organisation_id).in_(parties))
    )
    return [mandate_in(row) for row in await connection.execute(asked.order_by(mandate.c.id))]
