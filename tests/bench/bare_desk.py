"""The intake everybody would write: FastAPI, pydantic, psycopg, one INSERT of as many rows. A process of its own."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, ConfigDict, Field

from infra.temporal import leave

TABLE = """CREATE TABLE IF NOT EXISTS bare_row (
    id text PRIMARY KEY, number text NOT NULL, kind text NOT NULL, body text NOT NULL, written_at timestamptz NOT NULL)"""
INDEX = "CREATE INDEX IF NOT EXISTS bare_row_number ON bare_row (number, written_at)"
WRITE = """INSERT INTO bare_row (id, number, kind, body, written_at)
    SELECT gen_random_uuid()::text, %(number)s, 'row', row, now() FROM unnest(%(rows)s::text[]) AS row"""
POOL_SIZE = 10


class HandIn(BaseModel):
    """What is handed in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: str = Field(max_length=40)
    persons: list[str] = Field(max_length=100)
    rows: list[str] = Field(max_length=1_000)


class Written(BaseModel):
    """What was written."""

    number: str
    rows: int


def build(database: str) -> FastAPI:
    """The whole of it."""
    pool = AsyncConnectionPool(database, min_size=POOL_SIZE, max_size=POOL_SIZE, open=False)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with pool, pool.connection() as connection:
            await connection.execute(TABLE)
            await connection.execute(INDEX)
            await connection.commit()
            yield

    app = FastAPI(lifespan=running)

    @app.post("/hand-in", status_code=201)
    async def hand_in(handed: HandIn, request: Request) -> Written:
        async with pool.connection() as connection:
            await connection.execute(WRITE, {"number": handed.number, "rows": handed.rows})
        return Written(number=handed.number, rows=len(handed.rows))

    return app


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("database")
    asked.add_argument("port", type=int)
    where = asked.parse_args()
    uvicorn.run(
        build(where.database), host="127.0.0.1", port=where.port, access_log=False, log_level="warning"
    )
    leave(0)
