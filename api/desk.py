"""The desk of one process: its open connections in one value, made at the start and closed at the end."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from api.gateway import Gateway
from api.lanes import Lanes
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.identity import IdentityProvider
from infra.keys import KeyRing, WrappedKeyLoad
from infra.objects import ObjectStore
from infra.packs import Packs, packs_of_the_desk
from infra.settings import Settings
from infra.wrapped_keys import wrapped_key
from schemas.maps import Catalogue

SIGN_IN_RETURN_PATH = "/sign-in/back"


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Everything a route needs. `now` is the only clock of the front desk."""

    settings: Settings
    database: Database
    objects: ObjectStore
    keys: KeyRing
    catalogue: Catalogue
    packs: Packs
    gateway: Gateway
    identity: IdentityProvider
    now: Callable[[], datetime] = utc_now
    lanes: Lanes = field(default_factory=Lanes)


def wrapped_keys_of(database: Database) -> WrappedKeyLoad:
    """Reads the wrapped data key of an application: None when never made, empty when destroyed."""

    async def load(number: str) -> bytes | None:
        async with database.as_desk() as connection:
            return await wrapped_key(connection, number)

    return load


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Desk]:
    """Open the desk for the life of the process. A server that is away is found out on first use."""
    database = Database(settings.database_url)
    keys = KeyRing.from_setting(settings.key_encryption_key.get_secret_value(), wrapped_keys_of(database))
    identity = IdentityProvider(settings, return_path=SIGN_IN_RETURN_PATH)
    catalogue = load_catalogue()
    try:
        yield Desk(
            settings=settings,
            database=database,
            objects=ObjectStore.connect(settings),
            keys=keys,
            catalogue=catalogue,
            packs=packs_of_the_desk(catalogue, database),
            gateway=Gateway(settings, keys),
            identity=identity,
        )
    finally:
        await identity.aclose()
        await database.close()


def desk(request: Request) -> Desk:
    """The desk this request came to."""
    at: Desk = request.app.state.desk
    return at


AtDesk = Annotated[Desk, Depends(desk)]
