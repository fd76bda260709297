"""The only writer of organisations, accounts and API keys; it begins the registers, which `api.registers_rows` writes.

`python -m api.directory <office.toml>` writes an office sheet (shape: `infra.dev.sample_office`); a repeat
changes only what the sheet changed, and leaves the registers as they were kept since.
"""

import asyncio
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.registers_rows import SHEET, Keeper, Register, begin_entries
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.database.tables import account, api_key, organisation
from infra.dev.sample_office import Organisation, Person, SampleOffice, Staff
from infra.settings import settings
from schemas.parties import Right

KEY_LASTS = timedelta(days=365)
CHOSEN_PERSONALLY = frozenset({"locale", "active", "fee_class"})
"""Columns a second run leaves as people have set them."""


async def ensure_office(connection: AsyncConnection, office: SampleOffice, procedures: Sequence[str]) -> None:
    """Write the whole sheet: organisations, people, certificates, memberships, filed lists, and mandates of every
    organisation to every certified handler for all of `procedures`. Idempotent."""
    await _upsert(connection, organisation, [_organisation_row(one) for one in office.organisations])
    clients = [
        _account_row(person, ("client",), organisation_id=one.code)
        for one in office.organisations
        for person in one.staff
    ]
    await _upsert(connection, account, [_staff_row(person) for person in office.staff] + clients)
    certified = [person for person in office.staff if person.certificate]
    keeper = Keeper(SHEET, datetime.now(UTC))
    mandates = [_mandate_row(one, person, procedures) for one in office.organisations for person in certified]
    begun = {
        Register.CERTIFICATE: [_certificate_row(person) for person in certified],
        Register.MEMBERSHIP: [_membership_row(one) for one in office.organisations],
        Register.MANDATE: mandates,
        Register.PLEDGE_LIST: [
            _list_row(person, office, keeper) for person in certified if _pledged_on(person)
        ],
    }
    for register, rows in begun.items():
        await begin_entries(connection, register, rows, keeper)


async def _upsert(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    adding = insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {
        name: adding.excluded[name] for name in rows[0] if name not in keys and name not in CHOSEN_PERSONALLY
    }
    await connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def _organisation_row(one: Organisation) -> dict[str, Any]:
    return {
        "id": one.code,
        "kind": one.kind,
        "name": one.name,
        "name_kana": one.name_ja,
        "prefecture": "",
        "fee_class": one.fee_class,
        "locale": "ja",
        "notice_email": one.staff[0].email,
    }


def _staff_row(person: Staff) -> dict[str, Any]:
    return _account_row(person, person.roles, office=person.unit)


def _account_row(
    person: Person, roles: Sequence[str], *, organisation_id: str | None = None, office: str | None = None
) -> dict[str, Any]:
    return {
        "id": person.subject,
        "subject": person.subject,
        "organisation_id": organisation_id,
        "display_name": person.name,
        "email": person.email,
        "roles": list(roles),
        "locale": "ja",
        "office": office,
    }


def _certificate_row(person: Staff) -> dict[str, Any]:
    held = person.certificate
    if held is None:
        raise ValueError(f"{person.subject} holds no certificate")
    return {
        "account_id": person.subject,
        "certificate_number": held.number,
        "bureau": held.bureau,
        "valid_from": held.valid_from_on,
        "valid_until": held.valid_until_on,
        "online_id_valid_until": held.online_until_on,
    }


def _pledged_on(person: Staff) -> date | None:
    return person.certificate.pledged_on if person.certificate else None


def _list_row(person: Staff, office: SampleOffice, keeper: Keeper) -> dict[str, Any]:
    return {
        "id": f"l-{person.subject}-{_pledged_on(person)}",
        "account_id": person.subject,
        "filed_on": _pledged_on(person),
        "organisations": [{"id": one.code, "name": one.name} for one in office.organisations],
        "recorded_by": keeper.actor.id,
        "recorded_at": keeper.at,
    }


def _membership_row(one: Organisation) -> dict[str, Any]:
    return {
        "organisation_id": one.code,
        "is_member": one.member_since_on is not None,
        "since": one.member_since_on,
        "parent_id": one.subsidiary_of,
    }


def _mandate_row(one: Organisation, person: Staff, procedures: Sequence[str]) -> dict[str, Any]:
    return {
        "id": f"{one.code}.{person.subject}",
        "organisation_id": one.code,
        "account_id": person.subject,
        "procedures": list(procedures),
        "valid_from": one.mandate_from_on,
        "valid_until": None,
        "requested_on": one.mandate_from_on,
    }


async def set_active(connection: AsyncConnection, account_id: str, *, active: bool) -> bool:
    """Open or close an account; its sessions and tokens count no longer at once. False when there is none."""
    changed = update(account).where(account.c.id == account_id).values(active=active)
    return (await connection.execute(changed)).rowcount == 1


async def set_locale(connection: AsyncConnection, account_id: str, locale: str) -> None:
    """The language somebody reads the desk in."""
    await connection.execute(update(account).where(account.c.id == account_id).values(locale=locale))


async def add_key(
    connection: AsyncConnection,
    organisation_id: str,
    *,
    key_id: str,
    name: str,
    sha256: str,
    rights: frozenset[Right],
    at: datetime,
) -> None:
    """Store a new API key of an organisation; it lasts a year."""
    row = {
        "id": key_id,
        "organisation_id": organisation_id,
        "name": name,
        "sha256": sha256,
        "rights": sorted(rights),
        "created_at": at,
        "expires_at": at + KEY_LASTS,
    }
    await connection.execute(insert(api_key).values(row))


async def keys_of(connection: AsyncConnection, organisation_id: str) -> Sequence[Any]:
    """The keys of an organisation, newest first; what they were hashed to stays here."""
    columns = [column for column in api_key.c if column.name != "sha256"]
    asked = select(*columns).where(api_key.c.organisation_id == organisation_id)
    return (await connection.execute(asked.order_by(api_key.c.created_at.desc()))).all()


async def revoke_key(connection: AsyncConnection, organisation_id: str, key_id: str, at: datetime) -> bool:
    """Revoke a key at once. False when the organisation has no such key; revoking twice is fine."""
    owned = (api_key.c.organisation_id == organisation_id, api_key.c.id == key_id)
    revoked = update(api_key).where(*owned, api_key.c.revoked_at.is_(None)).values(revoked_at=at)
    await connection.execute(revoked)
    return (await connection.execute(select(api_key.c.id).where(*owned))).first() is not None


async def load_sheet(path: Path) -> None:
    """Write the office sheet at `path` with the front desk's login."""
    office = SampleOffice.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    database = Database(settings().database_url)
    procedures = [procedure.id for procedure in load_catalogue().procedures()]
    try:
        async with database.as_desk() as connection:
            await ensure_office(connection, office, procedures)
    finally:
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m api.directory <office.toml>")
    asyncio.run(load_sheet(Path(sys.argv[1])))
