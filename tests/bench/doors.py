"""The same road driven through the public API: every act with its token and idempotency key, as people's browsers do."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from temporalio.client import Client, WorkflowHandle

from infra.dev.demo.day import dispositions
from schemas.identifiers import filing_id, task_id
from tests.bench.callers import token_of
from tests.bench.ground import Ground
from tests.bench.sowing import Sown

ROLES = ("client", "reviewer", "handler")
AGAIN = 503


class Doors:
    """The front desk as three people see it."""

    def __init__(self, http: httpx2.AsyncClient, tokens: dict[str, str], today: str) -> None:
        self._http, self._tokens, self.today = http, tokens, today

    async def get(self, role: str, path: str) -> Any:
        """What this person reads."""
        answer = await self._http.get(path, headers=self._signed(role))
        answer.raise_for_status()
        return answer.json()

    async def post(self, role: str, path: str, body: Any = None) -> Any:
        """One act; who is asked to try again with the same key does so."""
        headers = self._signed(role) | {"Idempotency-Key": str(uuid.uuid4())}
        while True:
            answer = await self._http.post(path, json=body if body is not None else {}, headers=headers)
            if answer.status_code != AGAIN:
                answer.raise_for_status()
                return answer.json()

    def _signed(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[role]}"}


@asynccontextmanager
async def doors_of(ground: Ground) -> AsyncIterator[Doors]:
    """Connections to the front desk of this stack."""
    tokens = {role: token_of(ground.place, role) for role in ROLES}
    async with httpx2.AsyncClient(base_url=ground.place.public_url, timeout=30) as http:
        yield Doors(http, tokens, ground.people.today.isoformat())


class DeskDriver:
    """Our road of one copied draft, through the front desk."""

    def __init__(self, doors: Doors, client: Client, sown: Sown) -> None:
        self._doors, self._client, self._sown = doors, client, sown

    async def start(self) -> WorkflowHandle[Any, Any]:
        """The client hands in."""
        await self._doors.post("client", f"/v1/applications/{self._sown.number}/hand-in")
        return self._client.get_workflow_handle(self._sown.number)

    async def review(self) -> None:
        """A reviewer opens the task and passes everybody."""
        path = f"/v1/tasks/{task_id(self._sown.number, 1)}"
        seen = await self._doors.get("reviewer", path)
        verdict = {"kind": "review", "settled": dispositions(seen["findings"])}
        await self._doors.post("reviewer", f"{path}/complete", {"verdict": verdict})

    async def begin(self) -> None:
        """A handler records the intent."""
        await self._doors.post("handler", f"{self._filing}/begin", {"channel": "online"})

    async def end(self) -> None:
        """A handler records the receipt numbers."""
        receipts = [{"person_id": person, "number": self._receipt(person)} for person in self._sown.persons]
        await self._doors.post(
            "handler", f"{self._filing}/end", {"outcome": "confirmed", "receipts": receipts}
        )

    async def results(self) -> None:
        """A handler records the results, one after the other."""
        for person in self._sown.persons:
            body = {
                "person_id": person,
                "receipt": self._receipt(person),
                "result": "permitted",
                "decided_on": self._doors.today,
            }
            await self._doors.post("handler", f"/v1/applications/{self._sown.number}/results", body)

    @property
    def _filing(self) -> str:
        return f"/v1/filings/{filing_id(self._sown.number, 1)}"

    def _receipt(self, person: str) -> str:
        return f"R-{self._sown.number}-{self._sown.persons.index(person)}"
