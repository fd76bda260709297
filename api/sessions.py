"""Sessions of the pages: kept in the database, named by a random cookie whose SHA-256 alone is stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import session
from infra.settings import Settings

IDLE_WITHIN = timedelta(minutes=30)
ENDS_WITHIN = timedelta(hours=12)
COOKIE = "toritsugi"


def is_over_tls(settings: Settings) -> bool:
    """Whether people reach the desk by https; then cookies are bound to it."""
    return settings.public_url.startswith("https://")


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to host, root path and TLS; browsers refuse the prefix without TLS."""
    return f"__Host-{COOKIE}" if is_over_tls(settings) else COOKIE


def digest(cookie: str) -> str:
    """What is stored of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


async def begin(connection: AsyncConnection, account_id: str, locale: str, at: datetime) -> str:
    """Open a session; answers the cookie, which is not kept anywhere else."""
    cookie = secrets.token_urlsafe(32)
    row = {
        "sha256": digest(cookie),
        "account_id": account_id,
        "locale": locale,
        "created_at": at,
        "seen_at": at,
    }
    await connection.execute(insert(session).values(row))
    return cookie


async def seen(connection: AsyncConnection, sha256: str, at: datetime) -> bool:
    """Whether the session lives: not ended, used within 30 minutes, begun within 12 hours. Counts as use."""
    alive = (
        update(session)
        .where(
            session.c.sha256 == sha256,
            session.c.ended_at.is_(None),
            session.c.seen_at > at - IDLE_WITHIN,
            session.c.created_at > at - ENDS_WITHIN,
        )
        .values(seen_at=at)
    )
    return (await connection.execute(alive)).rowcount == 1


async def end(connection: AsyncConnection, sha256: str, at: datetime) -> None:
    """End a session at once."""
    await connection.execute(
        update(session).where(session.c.sha256 == sha256, session.c.ended_at.is_(None)).values(ended_at=at)
    )


async def set_locale(connection: AsyncConnection, sha256: str, locale: str) -> None:
    """The language of the pages for the rest of this session."""
    await connection.execute(update(session).where(session.c.sha256 == sha256).values(locale=locale))
