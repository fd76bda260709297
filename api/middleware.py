"""The door of every request: its id, the limits of its body, its origin, and the headers of every answer."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, MutableMapping
from urllib.parse import unquote, urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import sessions
from api.bodies import read_strictly
from api.host_names import asked_name, host_name, own_names
from api.problems import Answering, problem
from infra.logs import about, get_log
from infra.settings import Limits, Settings
from schemas.refusals import Refused

JSON = "application/json"
MULTIPART = "multipart/form-data"
FORMS = frozenset({"application/x-www-form-urlencoded", MULTIPART})
ANSWERED_IN = frozenset(
    {
        *("", "*/*", "application/*", "text/*", "image/*"),
        *(JSON, "application/problem+json", "application/x-ndjson", "application/pdf", "application/zip"),
        *("text/csv", "text/event-stream", "text/html", "image/webp"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""Media types that some door of the API answers in; a caller who takes none of them is told so."""
JSON_PATHS = ("/v1/", "/codec/")
BODY_WITHIN_SECONDS = 15
FILE_FORMS = re.compile(r"/applications/[^/]+/documents|/arrivals/uploads")
AROUND_A_FILE_BYTES = 16_384
PROBED = "/health/"
"""Probes ask by number, under no name; they are told nothing that a name could change."""
CODEC_PATH = "/codec/decode"
"""The one address that another origin may use with our cookie: the engine's own pages, to read payloads."""
VERDICTS = re.compile(r"(/v1)?/tasks/[^/]+/complete")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})
CONTENT_SECURITY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")

log = get_log("api")


class Door:
    """ASGI middleware around the whole application; an unexpected exception ends here as a `fault`.

    A HEAD is answered as a GET without its body (RFC 9110, 9.3.2).
    """

    def __init__(self, app: ASGIApp, settings: Settings, answer: Answering = problem) -> None:
        self._app = app
        self._answer = answer
        self._settings = settings
        self._own_names = own_names(settings)
        self._own_origin = _origin(settings.public_url)
        self._engine_pages_origin = _origin(settings.temporal_ui_url) if settings.temporal_ui_url else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        visit = _Visit(send, is_over_tls=sessions.is_over_tls(self._settings), is_head=is_head)
        request = Request({**scope, "method": "GET"} if is_head else scope, receive)
        request.state.request_id = visit.request_id
        with about(request_id=visit.request_id):
            await self._received(request, visit, receive)

    async def _received(self, request: Request, visit: "_Visit", receive: Receive) -> None:
        scope = request.scope
        try:
            if not self._is_under_own_name(request):
                # As a problem for browsers too, and before anything reads an address that is made of this name.
                await visit.answer(problem(request, Refused("foreign_host")), scope, receive)
                return
            await self._app(scope, await self._admitted(request, receive), visit.send)
        except Refused as refused:
            await visit.answer(self._answer(request, refused), scope, receive)
        except Exception as error:
            log.exception("fault", code=getattr(error, "code", type(error).__name__))
            if visit.has_begun:
                raise
            await visit.answer(problem(request, Refused("fault")), scope, receive)
        finally:
            visit.close(request)

    async def _admitted(self, request: Request, receive: Receive) -> Receive:
        _insist_on_plain_address(request)
        _insist_on_an_answer_we_have(request)
        if request.method in SAFE_METHODS:
            return receive
        self._insist_on_own_origin(request)
        if not _has_body(request):
            return receive
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = request.url.path.startswith(JSON_PATHS)
        if media_type != JSON and (is_json or media_type not in FORMS):
            raise Refused("unsupported_media_type")
        if media_type == MULTIPART and FILE_FORMS.fullmatch(request.url.path):
            return self._streamed(request, receive)
        body = await self._read(request, receive)
        if media_type == JSON:
            read_strictly(body)
        return _replaying(body, receive)

    def _is_under_own_name(self, request: Request) -> bool:
        hosts = request.headers.getlist("host")
        is_probe = request.scope["path"].startswith(PROBED) and all(map(host_name, hosts))
        return is_probe or asked_name(hosts) in self._own_names

    def _insist_on_own_origin(self, request: Request) -> None:
        if sessions.cookie_name(self._settings) not in request.cookies or "authorization" in request.headers:
            return
        if request.url.path == CODEC_PATH and request.headers.get("origin") == self._engine_pages_origin:
            return
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site")
        is_own = site in SAME_SITE if origin is None else origin == self._own_origin
        if not is_own or (site is not None and site not in SAME_SITE):
            raise Refused("foreign_origin")

    def _streamed(self, request: Request, receive: Receive) -> Receive:
        """A form with one file goes through in pieces: counted, and refused when the line falls silent."""
        limit_bytes = self._settings.limits.file_size_bytes + AROUND_A_FILE_BYTES
        if int(_announced(request)) > limit_bytes:
            raise Refused("document_too_large", limit_bytes=self._settings.limits.file_size_bytes)
        counted = 0

        async def piece() -> Message:
            nonlocal counted
            try:
                async with asyncio.timeout(BODY_WITHIN_SECONDS):
                    message = await receive()
            except TimeoutError:
                raise Refused("malformed_body") from None
            counted += len(message.get("body", b""))
            if counted > limit_bytes:
                raise Refused("document_too_large", limit_bytes=self._settings.limits.file_size_bytes)
            return message

        return piece

    async def _read(self, request: Request, receive: Receive) -> bytes:
        limit_bytes = body_bytes_at_most(self._settings.limits, request.url.path)
        if int(_announced(request)) > limit_bytes:
            raise Refused("body_too_large", limit_bytes=limit_bytes)
        read = bytearray()
        try:
            async with asyncio.timeout(BODY_WITHIN_SECONDS):
                async for chunk in _chunks(receive):
                    read += chunk
                    if len(read) > limit_bytes:
                        raise Refused("body_too_large", limit_bytes=limit_bytes)
        except TimeoutError:
            raise Refused("malformed_body") from None
        return bytes(read)


class _Visit:
    """One request and the answer on its way out."""

    def __init__(self, send: Send, *, is_over_tls: bool, is_head: bool) -> None:
        self._send = send
        self._is_over_tls = is_over_tls
        self._is_head = is_head
        self._began_at = time.monotonic()
        self.request_id = secrets.token_hex(8)
        self.status = 0

    @property
    def has_begun(self) -> bool:
        """Whether the answer's head is out."""
        return self.status != 0

    async def send(self, message: Message) -> None:
        """Send on, with our headers on the head of the answer; who asked for the head only gets no body."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._furnish(message)
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def answer(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Answer from the door itself."""
        await response(scope, receive, self.send)

    def close(self, request: Request) -> None:
        """One line for the log: method, route, status, time. The route is a template and names nobody."""
        route = getattr(request.scope.get("route"), "path", "-")
        seconds = round(time.monotonic() - self._began_at, 3)
        log.info(
            "request",
            method="HEAD" if self._is_head else request.method,
            route=route,
            status=self.status,
            seconds=seconds,
        )

    def _furnish(self, message: MutableMapping[str, object]) -> None:
        headers = MutableHeaders(raw=message["headers"])  # type: ignore[arg-type]
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = self.request_id
        if self._is_over_tls:
            headers.setdefault(*STRICT_TRANSPORT)


def body_bytes_at_most(limits: Limits, path: str) -> int:
    """How large a body at this address may be: two of them take more than the others."""
    if path == CODEC_PATH:
        return limits.codec_body_bytes
    return limits.verdict_body_bytes if VERDICTS.fullmatch(path) else limits.json_body_bytes


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _announced(request: Request) -> str:
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit():
        raise Refused("malformed_body")
    return announced


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _insist_on_plain_address(request: Request) -> None:
    if "\0" in request.url.path:
        raise Refused("not_found")
    named = [name for name, _ in request.query_params.multi_items()]
    if len(set(named)) != len(named) or "\0" in unquote(request.url.query):
        raise Refused("malformed_request")


def _insist_on_an_answer_we_have(request: Request) -> None:
    if not request.url.path.startswith(JSON_PATHS):
        return
    asked = {
        each.partition(";")[0].strip().lower() for each in request.headers.get("accept", "*/*").split(",")
    }
    if asked.isdisjoint(ANSWERED_IN):
        raise Refused("not_acceptable")


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
