"""Idempotency keys: the same act sent again gets the same answer, at once or years later.

Another act under the same key is refused. The answer is remembered in the transaction of the act; commands
to the road carry `Act.id` instead, and the road remembers them and refuses another act under the same key.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import CurrentPrincipal
from infra.database.tables import idempotency
from schemas.acts import act_id_of
from schemas.refusals import Refused

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,200}")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True)
class Act:
    """One act of one principal: who, under which key, and a digest of what was asked."""

    principal: str
    key: str
    request_sha256: str

    @property
    def name(self) -> str:
        """Who, under which key: what the ids of things written under `once` are made of."""
        return hashlib.sha256(f"{self.principal}\n{self.key}".encode()).hexdigest()[:32]

    @property
    def id(self) -> str:
        """The `act_id` of a command to the road, which also says what was asked."""
        return act_id_of(self.name, self.request_sha256)

    def about(self, thing: str) -> str:
        """The `act_id` of what this act asks of the road about one of several things. No key has a line break."""
        return replace(self, key=f"{self.key}\n{thing}").id


@dataclass(frozen=True)
class Answered:
    """What was answered: status, a JSON body without personal data or secrets, and the application."""

    status: int
    body: dict[str, Any]
    number: str | None = None
    is_repeat: bool = False


async def current_act(
    request: Request,
    principal: CurrentPrincipal,
    idempotency_key: Annotated[str | None, Header(description="1 to 200 visible ASCII characters")] = None,
) -> Act:
    """The act this request asks for. Raises Refused `idempotency_key_missing`."""
    if idempotency_key is None or not VISIBLE_ASCII.fullmatch(idempotency_key):
        raise Refused("idempotency_key_missing")
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return Act(principal.id, idempotency_key, hashlib.sha256(asked).hexdigest())


CurrentAct = Annotated[Act, Depends(current_act)]


async def once(
    connection: AsyncConnection, act: Act, at: datetime, perform: Callable[[], Awaitable[Answered]]
) -> Answered:
    """Perform the act unless it was performed before; concurrent repeats wait for the first.

    Raises Refused `idempotency_key_reused`, and whatever `perform` raises (then nothing is remembered).
    """
    await connection.execute(ONE_AT_A_TIME, {"name": f"{act.principal}\n{act.key}"})
    earlier = await remembered(connection, act)
    if earlier is not None:
        return earlier
    answered = await perform()
    row = {
        "principal": act.principal,
        "key": act.key,
        "request_sha256": act.request_sha256,
        "status": answered.status,
        "answer": answered.body,
        "number": answered.number,
        "answered_at": at,
    }
    await connection.execute(insert(idempotency).values(row))
    return answered


async def remembered(connection: AsyncConnection, act: Act) -> Answered | None:
    """What this act was answered before; None when it is new. Raises Refused `idempotency_key_reused`."""
    asked = select(idempotency).where(idempotency.c.principal == act.principal, idempotency.c.key == act.key)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    if row.request_sha256 != act.request_sha256:
        raise Refused("idempotency_key_reused")
    return Answered(row.status, row.answer, row.number, is_repeat=True)
