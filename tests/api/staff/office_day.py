"""A day at the sample office: people who sign in, cases that were handed in, and the requests they make."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
from sqlalchemy import Executable, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api import sessions
from api.content import Author, begin_application, change_values
from api.desk import Desk
from api.directory import set_active
from api.hand_in import seal_round
from api.reading import Case, case_of, collected
from infra.database.tables import data_key, task
from infra.dev.demo.visitor import pauses
from infra.dev.sample_office import load_sample_office
from infra.dev.services import Stack
from schemas.calendar import japan_date
from schemas.parties import Actor
from schemas.planning import DeskPolicy, handed_in
from tests.api.apps import app_of

EXTENSION = "isa.extension.ssw1"
PLAN = "otit.plan.accreditation.D"
CANARY = "CANARYNAME"
Answer = TypeVar("Answer")


def somebody(role: str, place: int = 0) -> str:
    """The account of the n-th sample person whose last named role this is."""
    office = load_sample_office()
    if role == "client":
        return office.organisations[place].staff[0].subject
    return [person.subject for person in office.staff if person.roles[-1] == role][place]


def organisation(place: int = 0) -> str:
    """The n-th sample client organisation."""
    return load_sample_office().organisations[place].code


async def eventually(asked: Callable[[], Awaitable[Answer | None]], *, within_seconds: float = 60) -> Answer:
    """The first answer that is not None; fails when none comes in time."""
    ends = time.monotonic() + within_seconds
    for pause in pauses():
        answer = await asked()
        if answer is not None:
            return answer
        if time.monotonic() > ends:
            break
        await asyncio.sleep(pause)
    raise AssertionError("it did not happen in time")


@dataclass
class OfficeDay:
    """The desk of one test, spoken to as its people do."""

    desk: Desk
    client: httpx2.AsyncClient
    owner_url: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def call(
        self, who: str | None, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """One request of somebody with a page session (None: nobody)."""
        sent = {"Origin": self.desk.settings.public_url, **headers}
        if who is not None:
            sent["Cookie"] = f"{sessions.cookie_name(self.desk.settings)}={await self._cookie(who)}"
        content = {} if body is None else {"json": body}
        return await self.client.request(method, path, headers=sent, **content)

    async def act(self, who: str, path: str, body: Any = None, *, key: str | None = None) -> httpx2.Response:
        """A POST with an idempotency key."""
        return await self.call(who, "POST", path, body, **{"Idempotency-Key": key or str(uuid4())})

    async def get(self, who: str, path: str) -> Any:
        """A GET that must succeed; its JSON."""
        answer = await self.call(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def done(self, who: str, path: str, body: Any = None) -> Any:
        """A POST that must succeed; its JSON."""
        answer = await self.act(who, path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def _cookie(self, who: str) -> str:
        if who not in self.cookies:
            async with self.desk.database.as_desk() as connection:
                self.cookies[who] = await sessions.begin(connection, who, "ja", self.desk.now())
        return self.cookies[who]

    async def drafted(self, place: int = 0, *, persons: int = 1, procedure: str = EXTENSION) -> Case:
        """A draft of the n-th sample organisation."""
        at = self.desk
        ready = at.catalogue.map_for(procedure, on=japan_date(at.now()))
        author = self._author(place)
        async with at.database.as_client(organisation(place)) as connection:
            return await begin_application(connection, at.keys, author, ready, persons)

    async def fill(self, case: Case, values: Mapping[str, Mapping[str, object]], place: int = 0) -> None:
        """Values by scope, written by the client's person."""
        at = self.desk
        ready = at.catalogue.map_for(case.procedure, version=case.map_version)
        key = await at.keys.key_for(case.number)
        async with at.database.as_client(organisation(place)) as connection:
            await change_values(connection, case, self._author(place), changes=values, ready=ready, key=key)

    async def sealed(self, case: Case, place: int = 0, *, by: str | None = None) -> Case:
        """Hand in what there is, complete or not; the road is not told. `by` an account or API key."""
        at = self.desk
        key = await at.keys.key_for(case.number)
        async with at.database.as_client(organisation(place)) as connection:
            present = await case_of(connection, case.number, organisation(place), locked=True)
            everything = await collected(connection, present, key)
            author = self._author(place, by)
            await seal_round(connection, everything, author, present.persons)
            return await case_of(connection, case.number, organisation(place))

    async def handed_in(self, place: int = 0, *, persons: int = 1, procedure: str = EXTENSION) -> Case:
        """A case that was handed in and whose road has begun: a review task waits."""
        case = await self.drafted(place, persons=persons, procedure=procedure)
        values = {"name_latin": f"{CANARY} TARO", "residence_prefecture": "13"}
        if procedure == EXTENSION:
            await self.fill(case, dict.fromkeys(case.persons, values), place)
        case = await self.sealed(case, place)
        await self.start(case, place)
        await self.task_of(case.number, "review")
        return case

    async def start(self, case: Case, place: int = 0) -> None:
        """Tell the road."""
        at = self.desk
        ready = at.catalogue.map_for(case.procedure, version=case.map_version)
        assert case.handed_in_at is not None
        policy = DeskPolicy(at.settings.limits.correction_rounds, machine_channel=False)
        told = handed_in(
            case, ready, policy, persons=case.persons, by=somebody("client", place), at=case.handed_in_at
        )
        assert await at.gateway.start(told)

    async def task_of(self, number: str, kind: str) -> dict[str, Any]:
        """The open task of this kind, as soon as there is one."""

        waiting = select(task).where(task.c.number == number, task.c.kind == kind, task.c.closed_at.is_(None))

        async def open_task() -> dict[str, Any] | None:
            async with self.desk.database.as_desk() as connection:
                found = await rows(connection, waiting)
            return found[0] if found else None

        return await eventually(open_task)

    async def reviewed(self, case: Case, reviewer: str = somebody("reviewer")) -> None:
        """The first review, everything the rules found dismissed with a reason: all persons go on."""
        waiting = await self.task_of(case.number, "review")
        path = f"/v1/tasks/{waiting['id']}"
        await self.done(reviewer, f"{path}/claim")
        settled = [
            {"finding_id": each["id"], "state": "dismissed", "words": "見本のため不要"}
            for each in (await self.get(reviewer, path))["findings"]
        ]
        verdict = {"kind": "review", "settled": settled}
        await self.done(reviewer, f"{path}/complete", {"verdict": verdict})

    async def reviewed_twice(self, case: Case) -> None:
        """Both reviews; a filing waits."""
        await self.reviewed(case)
        second = somebody("second_reviewer")
        path = f"/v1/tasks/{(await self.task_of(case.number, 'second_review'))['id']}"
        await self.done(second, f"{path}/claim")
        await self.done(second, f"{path}/complete", {"verdict": {"kind": "second_review"}})
        await self.task_of(case.number, "lodge")

    async def lodged(self, case: Case, handler: str = somebody("handler")) -> str:
        """Reviewed and lodged by hand, each person with a receipt; the filing's id."""
        await self.reviewed(case)
        return await self.lodge(case, handler)

    async def lodge(self, case: Case, handler: str = somebody("handler")) -> str:
        """Who is ready is lodged by hand, each person with a receipt; the filing's id."""
        filing_id = str((await self.task_of(case.number, "lodge"))["filing_id"])
        filing = f"/v1/filings/{filing_id}"
        await self.done(handler, f"{filing}/begin", {"channel": "online"})
        receipts = [
            {"person_id": person, "number": receipt_number(case.number, line)}
            for line, person in enumerate(case.persons, 1)
        ]
        await self.done(handler, f"{filing}/end", {"outcome": "confirmed", "receipts": receipts})
        return filing_id

    async def erase(self, number: str) -> None:
        """Destroy the application's key, as its erasure does."""
        gone = update(data_key).where(data_key.c.number == number)
        await self.behind_the_desk(gone.values(wrapped=None, destroyed_at=self.desk.now()))
        self.desk.keys.forget(number)

    async def behind_the_desk(self, statement: Executable) -> None:
        """What is done with the owner's rights, past every door."""
        owner = create_async_engine(self.owner_url)
        async with owner.begin() as connection:
            await connection.execute(statement)
        await owner.dispose()

    @asynccontextmanager
    async def closed_account(self, account_id: str) -> AsyncIterator[None]:
        """For a while this account is closed."""
        async with self.desk.database.as_desk() as connection:
            await set_active(connection, account_id, active=False)
        try:
            yield
        finally:
            async with self.desk.database.as_desk() as connection:
                await set_active(connection, account_id, active=True)

    @asynccontextmanager
    async def later(self, passed: timedelta) -> AsyncIterator["OfficeDay"]:
        """The same desk some time later."""
        moved = replace(self.desk, now=lambda: self.desk.now() + passed)
        async with browsing(moved) as client:
            yield OfficeDay(moved, client, self.owner_url)

    def _author(self, place: int, by: str | None = None) -> Author:
        actor = Actor(id=by or somebody("client", place), capacity="client")
        return Author(actor, organisation(place), self.desk.now())

    def today(self) -> date:
        """The day in Japan."""
        return japan_date(self.desk.now())


@contextmanager
def locked(stack: Stack, table: str, mode: str = "EXCLUSIVE") -> Iterator[None]:
    """Nobody else writes to this table meanwhile, or reads it when locked `ACCESS EXCLUSIVE`: whoever must, waits."""
    with stack.connect("toritsugi") as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
        yield


def receipt_number(number: str, line: int) -> str:
    """A receipt number no other case has."""
    return f"R-{number}-{line}"


def browsing(at: Desk) -> httpx2.AsyncClient:
    """A client of a desk in this process."""
    transport = httpx2.ASGITransport(app=app_of(at))
    return httpx2.AsyncClient(transport=transport, base_url=at.settings.public_url, timeout=30)


async def rows(connection: AsyncConnection, statement: Any) -> list[dict[str, Any]]:
    """Rows as plain mappings."""
    return [dict(row._mapping) for row in await connection.execute(statement)]
