"""Who somebody is: accounts by subject or by session, organisations by API key; only active ones."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import account, api_key, organisation, session


@dataclass(frozen=True)
class AccountRow:
    """A person's account as it stands now."""

    id: str
    organisation_id: str | None
    display_name: str
    roles: tuple[str, ...]
    locale: str


@dataclass(frozen=True)
class KeyRow:
    """A machine's key with its organisation."""

    id: str
    organisation_id: str
    name: str
    rights: tuple[str, ...]
    locale: str


IN_GOOD_STANDING = and_(account.c.active, or_(account.c.organisation_id.is_(None), organisation.c.active))


async def account_of_subject(connection: AsyncConnection, subject: str) -> AccountRow | None:
    """The active account of a subject of the issuer."""
    return await _account(connection, account.c.subject == subject)


async def account_of_session(connection: AsyncConnection, digest: str) -> AccountRow | None:
    """The active account a session belongs to."""
    owner = select(session.c.account_id).where(session.c.sha256 == digest).scalar_subquery()
    return await _account(connection, account.c.id == owner)


async def _account(connection: AsyncConnection, condition: ColumnElement[bool]) -> AccountRow | None:
    asked = (
        select(account)
        .outerjoin(organisation, organisation.c.id == account.c.organisation_id)
        .where(condition, IN_GOOD_STANDING)
    )
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    return AccountRow(row.id, row.organisation_id, row.display_name, tuple(row.roles), row.locale)


async def rights_of_key(connection: AsyncConnection, digest: str, at: datetime) -> KeyRow | None:
    """The organisation and rights of a key neither revoked nor expired; remembers that it was used."""
    used = (
        update(api_key)
        .where(api_key.c.sha256 == digest, api_key.c.revoked_at.is_(None), api_key.c.expires_at > at)
        .values(used_at=at)
        .returning(api_key)
        .cte("used")
    )
    asked = (
        select(used, organisation.c.locale)
        .join(organisation, organisation.c.id == used.c.organisation_id)
        .where(organisation.c.active)
    )
    row = (await connection.execute(asked)).one_or_none()
    return KeyRow(row.id, row.organisation_id, row.name, tuple(row.rights), row.locale) if row else None
