"""One person or system at the front desk, over HTTP: signs every act, sends files straight to the store."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from infra.dev.demo.contents import application_answers, person_answers
from infra.dev.demo.files import JPEG, PDF, sample_pdf, sample_photo
from infra.outgoing import sending_one_by_one

PHOTO = "photo"
Json = dict[str, Any]
Seen = TypeVar("Seen")
PATIENCE_SECONDS = 60.0
PAUSE_GROWTH = 1.25
UPLOADS_AT_ONCE = 4


class RefusedAtTheDesk(Exception):
    """The front desk answered with a problem."""

    def __init__(self, answer: httpx2.Response) -> None:
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        self.status = answer.status_code
        self.code = str(problem.get("code", answer.status_code))
        self.problem = problem
        super().__init__(
            f"{answer.request.method} {answer.request.url.path}: {self.status} {self.code} {problem}"
        )


def pauses(first_seconds: float = 0.1, longest_seconds: float = 1.0) -> Iterator[float]:
    """How long to wait before looking again: ever longer, as each look takes computing from those waited for."""
    pause = first_seconds
    while True:
        yield pause
        pause = min(pause * PAUSE_GROWTH, longest_seconds)


def eventually(
    look: Callable[[], Seen | None], what: str, *, within_seconds: float = PATIENCE_SECONDS
) -> Seen:
    """What `look` sees as soon as it sees something. Raises TimeoutError naming what was waited for."""
    ends = time.monotonic() + within_seconds
    for pause in pauses():
        seen = look()
        if seen:
            return seen
        if time.monotonic() > ends:
            break
        time.sleep(pause)
    raise TimeoutError(what)


class Visitor:
    """Somebody with a bearer token."""

    def __init__(
        self, url: str, token: str, name: str = "", *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self.name = name
        headers = {"Authorization": f"Bearer {token}"}
        self._http = sending_one_by_one(30, base_url=url, headers=headers, transport=transport)
        self._store = sending_one_by_one(60)

    def close(self) -> None:
        """Leave: no connection stays open."""
        self._http.close()
        self._store.close()

    def get(self, path: str, **params: str | int) -> Any:
        """The JSON of one address."""
        return self._answered(self._http.get(path, params=params)).json()

    def post(self, path: str, body: Json | None = None, *, key: str | None = None) -> Any:
        """One act, signed with an idempotency key."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        answer = self._answered(self._http.post(path, json=body if body is not None else {}, headers=headers))
        return answer.json() if answer.content else None

    def raw(self, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """A request as it is, for those who want to see the answer itself."""
        return self._http.request(method, path, **kwargs)

    def patch(self, path: str, body: Json, version: int) -> Any:
        """A change of what was read as this version."""
        headers = {"If-Match": f'"{version}"'}
        return self._answered(self._http.patch(path, json=body, headers=headers)).json()

    @staticmethod
    def _answered(answer: httpx2.Response) -> httpx2.Response:
        if answer.is_error:
            raise RefusedAtTheDesk(answer)
        return answer

    def draft(self, procedure: str, persons: int) -> Json:
        """Begin a draft for so many persons."""
        begun: Json = self.post("/v1/applications", {"procedure": procedure, "persons": persons})
        return begun

    def fill(self, draft: Json, today: date, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Json:
        """Answer every question with sample answers; `changes` by "application" or person id go on top."""
        extra = dict(changes or {})
        procedure = draft["procedure"]
        body = {
            "application": application_answers(procedure, today) | dict(extra.get("application", {})),
            "persons": {
                person: person_answers(procedure, today, place, draft["number"]) | dict(extra.get(person, {}))
                for place, person in enumerate(draft["persons"], 1)
            },
        }
        saved: Json = self.patch(f"/v1/applications/{draft['number']}/content", body, draft["version"])
        return saved

    def change(self, number: str, body: Json) -> Json:
        """Change some values of the present version."""
        version = self.get(f"/v1/applications/{number}")["version"]
        saved: Json = self.patch(f"/v1/applications/{number}/content", body, version)
        return saved

    def attach_all(self, number: str, *, leave_out: frozenset[str] = frozenset()) -> int:
        """Upload a sample of everything the list asks for and that is not there yet."""
        lines = self.get(f"/v1/applications/{number}/documents")["lines"]
        wanted = [
            line
            for line in lines
            if line["need"] in ("needed", "omittable")
            and not line["documents"]
            and line["kind"] not in leave_out
        ]
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as hands:
            sent = [
                hands.submit(self.attach, number, line["kind"], line["person_id"], place=place)
                for place, line in enumerate(wanted, 1)
            ]
        return len([upload.result() for upload in sent])

    def attach(self, number: str, kind: str, person_id: str | None = None, *, place: int = 1) -> Json:
        """Upload one sample of a kind."""
        if kind == PHOTO:
            return self.upload(number, kind, person_id, sample_photo(place), JPEG)
        return self.upload(number, kind, person_id, sample_pdf(kind), PDF)

    def upload(
        self,
        number: str,
        kind: str,
        person_id: str | None,
        content: bytes,
        media_type: str,
        *,
        file_name: str | None = None,
    ) -> Json:
        """Declare, send the parts to the store, complete."""
        declared = self.declare(number, kind, person_id, content, media_type, file_name=file_name)
        sent = [self._send(part, content) for part in declared["parts"]]
        done: Json = self.post(f"/v1/documents/{declared['document_id']}/complete", {"parts": sent})
        return done

    def declare(
        self,
        number: str,
        kind: str,
        person_id: str | None,
        content: bytes,
        media_type: str,
        *,
        file_name: str | None = None,
    ) -> Json:
        """Say what will be sent, under a file name of the kind's unless one is given."""
        body = {
            "kind": kind,
            "person_id": person_id,
            "file_name": file_name or f"{kind}.{'jpg' if media_type == JPEG else 'pdf'}",
            "media_type": media_type,
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "issued_on": date.today().isoformat(),  # noqa: DTZ011  a sample's own date
        }
        declared: Json = self.post(f"/v1/applications/{number}/documents", body)
        return declared

    def _send(self, part: Json, content: bytes) -> Json:
        answer = self._store.put(part["url"], content=content, headers=part["headers"])
        answer.raise_for_status()
        return {"number": part["number"], "etag": answer.headers["etag"]}

    def hand_in(self, number: str, *, key: str | None = None) -> Json:
        """Hand in; answers number and receipt."""
        handed: Json = self.post(f"/v1/applications/{number}/hand-in", key=key)
        return handed

    def complete_application(self, procedure: str, persons: int, today: date) -> Json:
        """A draft with all answers and documents, ready to be handed in."""
        draft = self.draft(procedure, persons)
        self.fill(draft, today)
        self.attach_all(draft["number"])
        return draft

    def task(self, number: str, kind: str) -> Json:
        """The open task of this kind of one application, as soon as there is one."""

        def look() -> Json | None:
            rows = self.get("/v1/tasks", limit=100, search=number)["items"]
            return next((row for row in rows if row["number"] == number and row["kind"] == kind), None)

        return eventually(look, f"{kind} of {number}")

    def decide(self, task: Json, verdict: Json) -> Json:
        """Take a task and complete it."""
        self.post(f"/v1/tasks/{task['id']}/claim")
        done: Json = self.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})
        return done
