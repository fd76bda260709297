"""One's own account, and the API keys of one's own organisation."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from api import directory, sessions
from api.access import MACHINE_RIGHTS, Principal, needs
from api.bodies import Body, Shown
from api.desk import AtDesk
from api.idempotency import Answered, CurrentAct, once
from api.paths import KeyInPath
from infra.identity import new_api_key
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1", tags=["me"])

SignedIn = Annotated[Principal, Depends(needs())]
KeyKeeper = Annotated[Principal, Depends(needs(Right.HAND_IN))]


class Me(Shown):
    """Who the desk takes you for."""

    id: str
    name: str
    organisation_id: str | None
    capacity: str
    roles: list[str]
    rights: list[str]
    locale: str


class Language(Body):
    """The language of pages and mails."""

    locale: Literal["ja", "en"]


class NewKey(Body):
    """A key for a machine of the organisation, with the rights it may use."""

    name: str = Field(min_length=1, max_length=100)
    rights: list[Literal["edit_content", "hand_in", "read_own", "withdraw"]] = Field(min_length=1)


class KeyShown(Shown):
    """A key, without its secret."""

    id: str
    name: str
    rights: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


class KeyMade(Shown):
    """A new key. `secret` is shown this once; a repeated request answers null."""

    id: str
    name: str
    secret: str | None


class Keys(Shown):
    """The keys of the organisation, newest first."""

    items: list[KeyShown]


@router.get("/me")
async def read_me(principal: SignedIn) -> Me:
    """Who the desk takes you for, and what you may do."""
    return _me(principal, principal.locale)


def _me(principal: Principal, locale: str) -> Me:
    return Me(
        id=principal.id,
        name=principal.display_name,
        organisation_id=principal.organisation_id,
        capacity=principal.actor.capacity,
        roles=sorted(principal.roles),
        rights=sorted(principal.rights),
        locale=locale,
    )


@router.patch("/me")
async def choose_language(principal: SignedIn, at: AtDesk, language: Language) -> Me:
    """Choose the language of pages and mails."""
    _insist_on_a_person(principal)
    async with at.database.as_desk() as connection:
        await directory.set_locale(connection, principal.id, language.locale)
        if principal.session_sha256 is not None:
            await sessions.set_locale(connection, principal.session_sha256, language.locale)
    return _me(principal, language.locale)


def _insist_on_a_person(principal: Principal) -> None:
    if not principal.actor.is_human:
        raise Refused("not_allowed")


@router.get("/api-keys")
async def list_keys(principal: KeyKeeper, at: AtDesk) -> Keys:
    """The keys of one's own organisation."""
    _insist_on_a_person(principal)
    async with at.database.as_desk() as connection:
        rows = await directory.keys_of(connection, principal.client_organisation)
    return Keys(items=[_key(row) for row in rows])


def _key(row: Any) -> KeyShown:
    return KeyShown(
        id=row.id,
        name=row.name,
        rights=list(row.rights),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


@router.post("/api-keys", status_code=201)
async def make_key(principal: KeyKeeper, at: AtDesk, act: CurrentAct, wanted: NewKey) -> KeyMade:
    """Make a key for a machine. Its secret is in this answer only."""
    _insist_on_a_person(principal)
    new = new_api_key()
    key_id = secrets.token_hex(8)
    async with at.database.as_desk() as connection:

        async def perform() -> Answered:
            await directory.add_key(
                connection,
                principal.client_organisation,
                key_id=key_id,
                name=wanted.name,
                sha256=new.sha256.hex(),
                rights=frozenset(Right(right) for right in wanted.rights) & MACHINE_RIGHTS,
                at=at.now(),
            )
            return Answered(201, {"id": key_id, "name": wanted.name})

        answered = await once(connection, act, at.now(), perform)
    return KeyMade(**answered.body, secret=None if answered.is_repeat else new.shown_once)


@router.delete("/api-keys/{key_id}", status_code=204)
async def revoke_key(principal: KeyKeeper, at: AtDesk, key_id: KeyInPath) -> None:
    """Revoke a key at once."""
    _insist_on_a_person(principal)
    async with at.database.as_desk() as connection:
        if not await directory.revoke_key(connection, principal.client_organisation, key_id, at.now()):
            raise Refused("not_found")
