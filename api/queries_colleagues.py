"""Colleagues: whose role gives a right, for passing work on."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named
from infra.database.tables import account
from schemas.parties import Right, roles_with


async def colleagues_with(connection: AsyncConnection, right: Right) -> tuple[Named, ...]:
    """The desk's active people who have this right by one of their roles, by name."""
    query = (
        select(account.c.id, account.c.display_name)
        .where(
            account.c.organisation_id.is_(None),
            account.c.active,
            account.c.roles.overlap(roles_with(right)),
        )
        .order_by(account.c.display_name, account.c.id)
    )
    return tuple(Named(id=row.id, name=row.display_name) for row in await connection.execute(query))
