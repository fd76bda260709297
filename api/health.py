"""Health: alive, and ready. Ready means PostgreSQL answers: intake works without everything else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import text

from api.bodies import Shown
from api.desk import AtDesk, Desk
from infra.object_answers import ObjectAbsentError
from infra.objects import quarantine_key

ANSWERS_WITHIN_SECONDS = 1.0

router = APIRouter(prefix="/health", tags=["health"])

Condition = Literal["ok", "away"]


class Alive(Shown):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Shown):
    """`ok`; `degraded` when intake works but something behind it is away; `away` when PostgreSQL is."""

    status: Literal["ok", "degraded", "away"]
    database: Condition
    object_store: Condition
    engine: Condition


@router.get("/live")
async def live() -> Alive:
    """Whether the process runs."""
    return Alive()


@router.get("/ready", responses={503: {"model": Ready, "description": "PostgreSQL is away."}})
async def ready(at: AtDesk, response: Response) -> Ready:
    """Whether work is accepted, and what behind it is away. Answers within about a second."""
    database, store, engine = await asyncio.gather(
        _condition(_database, at), _condition(_store, at), _condition(_engine, at)
    )
    if database == "away":
        response.status_code = 503
        return Ready(status="away", database=database, object_store=store, engine=engine)
    status: Literal["ok", "degraded"] = "ok" if store == engine == "ok" else "degraded"
    return Ready(status=status, database=database, object_store=store, engine=engine)


async def _condition(probe: Callable[[Desk], Awaitable[bool]], at: Desk) -> Condition:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            return "ok" if await probe(at) else "away"
    except Exception:
        # Whatever a probe raises means the same to who asks: that server is away.
        return "away"


async def _database(at: Desk) -> bool:
    async with at.database.as_desk() as connection:
        return bool((await connection.execute(text("SELECT 1"))).scalar_one())


async def _store(at: Desk) -> bool:
    return await asyncio.to_thread(_store_answers, at)


def _store_answers(at: Desk) -> bool:
    try:
        at.objects.stat(quarantine_key("health"))
    except ObjectAbsentError:
        return True
    return True


async def _engine(at: Desk) -> bool:
    return await at.gateway.alive()
