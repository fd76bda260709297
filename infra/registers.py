"""Reads the registers of certificates and mandates: what a handler may show, for the act of lodging and for its page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import certificate, mandate
from schemas.authority import CertificateHeld, Entitlement, LodgingWanted, MandateGiven, entitlement_for
from schemas.tables import Office


async def entitlement_of(
    connection: AsyncConnection,
    handler: str,
    organisation_id: str,
    asked: LodgingWanted,
    offices: Sequence[Office] = (),
) -> tuple[Entitlement, CertificateHeld | None]:
    """What this handler may do for this client, and the certificate he holds."""
    held = await certificate_of(connection, handler)
    mandates = await mandates_between(connection, handler, organisation_id)
    return entitlement_for(asked, held, mandates, offices), held


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
