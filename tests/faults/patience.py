"""A visitor who does not give up: a request without an answer is sent again, the same bytes under the same key."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import httpx2

from infra.dev.demo.__main__ import RETURN_PATH, WHO
from infra.dev.demo.authority import AuthorityDesk
from infra.dev.demo.day import People
from infra.dev.demo.visitor import RefusedAtTheDesk, Visitor
from infra.dev.place import CLIENT_ID
from infra.dev.services import Stack
from infra.dev.sign_in import obtain_token
from infra.outgoing import trusted
from schemas.calendar import japan_date

PATIENCE_SECONDS = 150.0
PAUSE_SECONDS = 0.3
NOT_NOW = frozenset({502, 503, 504})
Got = TypeVar("Got")


class Persistent(httpx2.BaseTransport):
    """Sends again until somebody answers. Counts what it met: broken connections, `not now`, and faults (500)."""

    def __init__(self) -> None:
        self._inner = httpx2.HTTPTransport(verify=trusted())
        self.met: dict[str, int] = {"broken": 0, "not_now": 0, "fault": 0}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._attempt(request)
            if answer is not None:
                return answer
            if time.monotonic() > ends:
                raise TimeoutError(f"nobody answered {request.method} {request.url.path}")
            time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        self._inner.close()

    def _attempt(self, request: httpx2.Request) -> httpx2.Response | None:
        try:
            answer = self._inner.handle_request(request)
            answer.read()
        except httpx2.TransportError:
            self.met["broken"] += 1
            return None
        if answer.status_code in NOT_NOW or _is_being_prepared(request, answer):
            self.met["not_now"] += 1
            return None
        self.met["fault"] += answer.status_code == 500
        return answer


def _is_being_prepared(request: httpx2.Request, answer: httpx2.Response) -> bool:
    """A lodging that was taken on: asked again under the same key, it tells what became of it."""
    return answer.status_code == 202 and request.url.path.endswith("/begin")


def stubborn(desk: Stack, subject: str) -> tuple[Visitor, Persistent]:
    """A sample person who does not give up, and what he met."""
    place = desk.place
    secret = place.secrets.oidc_client_secret
    token = obtain_token(place.issuer, CLIENT_ID, secret, place.public_url + RETURN_PATH, subject)
    transport = Persistent()
    return Visitor(place.public_url, token, subject, transport=transport), transport


def patient_people(desk: Stack) -> tuple[People, dict[str, Persistent]]:
    """The sample people of a desk, none of whom gives up, and what each of them met."""
    visitors = {role: stubborn(desk, subject) for role, subject in WHO.items()}
    people = People(
        **{role: visitor for role, (visitor, _) in visitors.items()},
        authority=AuthorityDesk(desk.address("authority")),
        today=japan_date(datetime.now(UTC)),
    )
    return people, {role: transport for role, (_, transport) in visitors.items()}


def again(act: Callable[[], Got], what: str) -> Got:
    """An act of several steps (an upload through the store) as often as it takes."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (httpx2.HTTPError, RefusedAtTheDesk):
            if time.monotonic() > ends:
                raise TimeoutError(what) from None
            time.sleep(PAUSE_SECONDS)
