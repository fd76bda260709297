"""Visitors of the front desk in tests: somebody with a token, and the ways of a client with a draft."""

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from schemas.catalogue import FieldRow, Procedure
from schemas.maps import ProcedureMap

SSW = "isa.extension.ssw1"
PLAN = "otit.plan.accreditation.D"
ANSWERS: dict[str, Any] = {
    "text": "見本",
    "latin_name": "SAMPLE PERSON",
    "kana": "ミホン",
    "integer": 12,
    "decimal": "40",
    "money_yen": 200_000,
    "boolean": False,
    "country": "VNM",
    "prefecture": "13",
    "card_number": "AB12345678CD",
    "passport_number": "C1234567",
    "corporate_number": "7000012050002",
    "sending_number": "VNM000123",
    "email": "person@client.example",
    "phone": "03-0000-0000",
    "date": "2026-10-01",
}


Files = Mapping[str, bytes]
NO_FILES: Files = dict.fromkeys(("application/pdf", "image/jpeg"), b"%PDF-1.7 sample")
"""Bytes that arrive but would not pass an examination."""


@dataclass
class Visitor:
    """Somebody who sends requests; `token` None is a stranger."""

    http: httpx2.AsyncClient
    token: str | None = None
    organisation: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Send one request with this visitor's token."""
        headers = {**self.headers, **given.pop("headers", {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return await self.http.request(method, path, headers=headers, **given)

    async def get(self, path: str, **given: Any) -> httpx2.Response:
        return await self.ask("GET", path, **given)

    async def delete(self, path: str, **given: Any) -> httpx2.Response:
        return await self.ask("DELETE", path, **given)

    async def post(
        self, path: str, body: Any = None, *, key: str | None = None, **given: Any
    ) -> httpx2.Response:
        """POST under a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **given.pop("headers", {})}
        return await self.ask("POST", path, json=body, headers=headers, **given)

    async def patch(self, path: str, body: Any, *, version: int | None, **given: Any) -> httpx2.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self.ask("PATCH", path, json=body, headers=headers, **given)

    async def begin(self, procedure: str = SSW, persons: int = 1) -> dict[str, Any]:
        """A new draft."""
        answer = await self.post("/v1/applications", {"procedure": procedure, "persons": persons})
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    async def complete_draft(
        self, ready: ProcedureMap, store: httpx2.AsyncClient, persons: int = 1, files: Files = NO_FILES
    ) -> dict[str, Any]:
        """A draft with every answer and every document that is needed; `files` are the bytes by media type."""
        begun = await self.begin(ready.procedure.id, persons)
        number = begun["number"]
        body = {
            "application": answers_for(ready, per_person=False),
            "persons": {person: answers_for(ready, per_person=True) for person in begun["persons"]},
        }
        saved = await self.patch(f"/v1/applications/{number}/content", body, version=begun["version"])
        assert saved.status_code == 200, saved.text
        listed = (await self.get(f"/v1/applications/{number}/documents")).json()
        needed = [line for line in listed["lines"] if line["need"] in ("needed", "omittable")]
        await asyncio.gather(
            *(
                self.upload(store, number, line["kind"], line["person_id"], files[line["media_types"][0]])
                for line in needed
            )
        )
        return {**begun, "version": saved.json()["version"]}

    async def declare(
        self,
        number: str,
        kind: str,
        person_id: str | None = None,
        content: bytes = b"%PDF-1.7 sample",
        **more: Any,
    ) -> httpx2.Response:
        """Declare a file."""
        body = {
            "kind": kind,
            "person_id": person_id,
            "file_name": "見本.pdf",
            "media_type": "application/pdf",
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            **more,
        }
        return await self.post(f"/v1/applications/{number}/documents", body)

    async def upload(
        self,
        store: httpx2.AsyncClient,
        number: str,
        kind: str,
        person_id: str | None = None,
        content: bytes = b"%PDF-1.7 sample",
    ) -> httpx2.Response:
        """Declare, send and complete a file in one part."""
        more = {"media_type": "image/jpeg"} if kind == "photo" else {}
        declared = await self.declare(number, kind, person_id, content, **more)
        assert declared.status_code == 201, declared.text
        (part,) = declared.json()["parts"]
        sent = await store.put(part["url"], content=content, headers=part["headers"])
        assert sent.status_code == 200, sent.text
        body = {"parts": [{"number": 1, "etag": sent.headers["etag"]}]}
        return await self.post(f"/v1/documents/{declared.json()['document_id']}/complete", body)


def answers_for(ready: ProcedureMap, *, per_person: bool) -> dict[str, Any]:
    """An answer to every field of the map, of its type."""
    return {
        row.id: answer_to(ready, row) for row in ready.procedure.fields if row.belongs_to_person is per_person
    }


def answer_to(ready: ProcedureMap, row: FieldRow) -> Any:
    """One acceptable answer."""
    if row.type == "choice":
        return ready.choices_of(row)[-1].id
    answer = "1-2-3" if row.pattern else ANSWERS[row.type]
    return row.minimum if isinstance(answer, int) and row.minimum and answer < row.minimum else answer


def required_fields(procedure: Procedure) -> set[str]:
    """The fields that must always be answered."""
    return {row.id for row in procedure.fields if row.required and row.required_when is None}
