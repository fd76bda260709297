"""Connections to PostgreSQL: one transaction per unit of work, always under a named hat (`infra.database.rights`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from infra.database.rights import ORGANISATION_SETTING

CONNECT_WITHIN_SECONDS = 3
STATEMENT_WITHIN_MILLISECONDS = 10_000
PUT_ON_HAT = text(
    f"SELECT set_config('role', :hat, true), set_config('{ORGANISATION_SETTING}', :organisation, true)"
)


class Database:
    """A pool of connections of one login."""

    def __init__(self, url: SecretStr, *, pool_size: int = 10) -> None:
        ways: dict[str, Any] = {
            "hide_parameters": True,
            "connect_args": {
                "connect_timeout": CONNECT_WITHIN_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_WITHIN_MILLISECONDS} -c timezone=UTC",
                "tcp_user_timeout": CONNECT_WITHIN_SECONDS * 1000,
                "keepalives_idle": CONNECT_WITHIN_SECONDS,
            },
        }
        self.engine: AsyncEngine = create_async_engine(
            url.get_secret_value(),
            pool_size=pool_size,
            max_overflow=5,
            pool_timeout=CONNECT_WITHIN_SECONDS,
            pool_pre_ping=True,
            **ways,
        )
        self._beside = create_async_engine(url.get_secret_value(), poolclass=NullPool, **ways)

    @asynccontextmanager
    async def as_client(self, organisation_id: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that can see and write the rows of one client organisation only."""
        async with self.engine.begin() as connection:
            await connection.execute(PUT_ON_HAT, {"hat": "toritsugi_client", "organisation": organisation_id})
            yield connection

    @asynccontextmanager
    async def as_desk(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the desk's own people: reads all cases, writes no content."""
        async with self.engine.begin() as connection:
            await connection.execute(PUT_ON_HAT, {"hat": "toritsugi_desk", "organisation": ""})
            yield connection

    @asynccontextmanager
    async def as_worker(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the worker's login, which needs no hat."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def aside(self, hat: str | None = None) -> AsyncIterator[AsyncConnection]:
        """A rare transaction on a connection beside the pool, for who may hold one of the pool already."""
        async with self._beside.begin() as connection:
            if hat is not None:
                await connection.execute(PUT_ON_HAT, {"hat": hat, "organisation": ""})
            yield connection

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()
