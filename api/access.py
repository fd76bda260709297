"""Who is asking and what they may do. Every route declares its right with `needs(...)`; a house test insists.

A bearer token (the issuer's id token, or an API key of ours) or the session cookie of the pages. Accounts are
looked up anew on every request: a closed one is out at once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api import sessions
from api.accounts import AccountRow, account_of_session, account_of_subject, rights_of_key
from api.desk import AtDesk, Desk
from infra.identity import SignInRefused, hash_api_key, is_api_key
from schemas.parties import RIGHTS_OF, Actor, Right, Role, rights_of
from schemas.refusals import Refused

MACHINE_RIGHTS = rights_of(frozenset({Role.CLIENT}))


@dataclass(frozen=True)
class Principal:
    """Somebody known to the desk. `organisation_id` is None for the desk's own people."""

    actor: Actor
    organisation_id: str | None
    roles: frozenset[Role]
    rights: frozenset[Right]
    locale: str
    display_name: str
    session_sha256: str | None = None

    @property
    def id(self) -> str:
        """The account's or key's id."""
        return self.actor.id

    @property
    def is_staff(self) -> bool:
        """Whether this is one of the desk's own people."""
        return self.organisation_id is None

    @property
    def client_organisation(self) -> str:
        """The organisation whose walls hold. Raises Refused `not_allowed` for staff, who have no content."""
        if self.organisation_id is None:
            raise Refused("not_allowed")
        return self.organisation_id

    def acting_by(self, right: Right) -> "Principal":
        """The same person in the capacity of the first role that gives this right."""
        role = next((role for role in Role if role in self.roles and right in RIGHTS_OF[role]), None)
        capacity = role.value if role else self.actor.capacity
        return replace(self, actor=Actor(id=self.actor.id, capacity=capacity))


async def authenticated(request: Request, at: AtDesk) -> Principal:
    """Who sent this request. Raises Refused `not_signed_in`, the same for every reason."""
    principal = await _recognised(request, at)
    if principal is None:
        raise Refused("not_signed_in")
    request.state.principal = principal
    return principal


CurrentPrincipal = Annotated[Principal, Depends(authenticated)]


async def _recognised(request: Request, at: Desk) -> Principal | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await (_by_key if is_api_key(token) else _by_token)(at, token.strip())
    cookie = request.cookies.get(sessions.cookie_name(at.settings))
    return await _by_session(at, cookie) if cookie else None


async def _by_token(at: Desk, token: str) -> Principal | None:
    try:
        claims = await at.identity.verify(token)
    except SignInRefused:
        return None
    async with at.database.as_desk() as connection:
        row = await account_of_subject(connection, claims.subject)
    return _person(row) if row else None


async def _by_session(at: Desk, cookie: str) -> Principal | None:
    digest = sessions.digest(cookie)
    async with at.database.as_desk() as connection:
        if not await sessions.seen(connection, digest, at.now()):
            return None
        row = await account_of_session(connection, digest)
    return replace(_person(row), session_sha256=digest) if row else None


async def _by_key(at: Desk, token: str) -> Principal | None:
    async with at.database.as_desk() as connection:
        row = await rights_of_key(connection, hash_api_key(token).hex(), at.now())
    if row is None:
        return None
    return Principal(
        actor=Actor(id=f"key:{row.id}", capacity=Role.CLIENT.value),
        organisation_id=row.organisation_id,
        roles=frozenset(),
        rights=frozenset(Right(right) for right in row.rights) & MACHINE_RIGHTS,
        locale=row.locale,
        display_name=row.name,
    )


def _person(row: AccountRow) -> Principal:
    named = frozenset(Role(role) for role in row.roles)
    clients = frozenset({Role.CLIENT})
    roles = named & clients if row.organisation_id else named - clients
    first = next((role.value for role in Role if role in roles), "none")
    return Principal(
        actor=Actor(id=row.id, capacity=first),
        organisation_id=row.organisation_id,
        roles=roles,
        rights=rights_of(roles),
        locale=row.locale,
        display_name=row.display_name,
    )


def needs(*rights: Right) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency that lets in who has one of these rights, in the capacity that goes with the first held.

    With no right named it lets in everybody who is signed in. Raises Refused `not_allowed`.
    """

    async def allowed(principal: CurrentPrincipal) -> Principal:
        if not rights:
            return principal
        held = next((right for right in rights if right in principal.rights), None)
        if held is None:
            raise Refused("not_allowed")
        return principal.acting_by(held)

    allowed.__dict__["rights"] = rights
    return allowed


@asynccontextmanager
async def scope(at: Desk, principal: Principal) -> AsyncIterator[AsyncConnection]:
    """The transaction this principal may have: a client's sees its own organisation's rows only.

    Never open one inside another. Raises Refused `too_many_requests` when the organisation's lane stays full.
    """
    if principal.organisation_id is None:
        async with at.database.as_desk() as connection:
            yield connection
        return
    organisation_id = principal.organisation_id
    async with at.lanes.of(organisation_id), at.database.as_client(organisation_id) as connection:
        yield connection
