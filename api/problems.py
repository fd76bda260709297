"""Problem details (RFC 9457) for every refusal and fault; never a caller's data or an exception's text.

`api.app` hangs these handlers in; `GET /problems/{code}` explains a code to people.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.gateway import NotReady
from infra.identity import IssuerUnreachable
from infra.keys import KeyDestroyed
from infra.object_answers import StoreUnavailableError
from schemas.refusals import REFUSALS, Refused, Telling

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
CODE_OF_STATUS = {
    400: "malformed_body",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    503: "not_ready",
}
NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
RETRIED_LATER = frozenset({429, 503})

AWAY = (NotReady, StoreUnavailableError, IssuerUnreachable, PoolExhausted, OperationalError, InterfaceError)
"""A server of ours did not answer: the caller tries again with the same key."""

Found = tuple[Refused, dict[str, str]]
"""What an exception means to the caller, with the headers that go with it."""

router = APIRouter()


class Answering(Protocol):
    """Makes an answer of a refusal: a problem body, or a page where a browser asked for one."""

    def __call__(
        self, request: Request, refused: Refused, *, headers: dict[str, str] | None = None
    ) -> Response:
        """The answer."""
        ...


class ItemAtFault(NamedTuple):
    """One of several things wrong with a request, each with its own telling; names no value."""

    code: str
    ja: str
    en: str
    field: str | None = None
    person_id: str | None = None
    kind: str | None = None


class RefusedTogether(Refused):
    """A refusal that lists everything wrong at once."""

    def __init__(self, code: str, items: Sequence[ItemAtFault]) -> None:
        super().__init__(code)
        self.items = tuple(items)


class Titles(BaseModel):
    """The title in both languages."""

    ja: str
    en: str


class Fault(BaseModel):
    """One of several things wrong."""

    code: str
    field: str | None = None
    person_id: str | None = None
    kind: str | None = None
    ja: str
    en: str


class Problem(BaseModel):
    """The body of every error (RFC 9457 with members of our own)."""

    type: str
    title: str
    titles: Titles
    status: int
    code: str
    field: str | None = None
    reason: str | None = None
    request_id: str | None = None
    facts: dict[str, str | int] = {}
    errors: list[Fault] = []


_SHAPES = "#/components/schemas/{model}"
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": f"Refused: `{code}` and others of this status.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _SHAPES.format(model=Problem.__name__)}}},
    }
    for status, code in {**CODE_OF_STATUS, 421: "foreign_host", 422: "malformed_request"}.items()
}
"""For `responses=` of the application: every route may answer so. The shape is named, not given: FastAPI would build
it anew for every route and status, which takes longer than everything else when the desk opens."""


def shapes() -> dict[str, Any]:
    """The shapes `DOCUMENTED` names, for the components of the description."""
    whole = Problem.model_json_schema(mode="serialization", ref_template=_SHAPES)
    return {**whole.pop("$defs"), Problem.__name__: whole}


def problem(request: Request, refused: Refused, *, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer for a refusal, in the caller's language."""
    return told(
        refused.code,
        refused.telling,
        language=_language(request),
        request_id=getattr(request.state, "request_id", None),
        refused=refused,
        headers=headers,
    )


def told(
    code: str,
    telling: Telling,
    *,
    language: str = "ja",
    request_id: str | None = None,
    refused: Refused | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem body from a code; what a refusal adds (field, facts, list of faults) comes along."""
    facts = dict(refused.facts) if refused else {}
    reason = facts.pop("reason", None)
    items = refused.items if isinstance(refused, RefusedTogether) else ()
    body = Problem(
        type=f"/problems/{code}",
        title=telling.en if language == "en" else telling.ja,
        titles=Titles(ja=telling.ja, en=telling.en),
        status=telling.status,
        code=code,
        field=refused.field if refused else None,
        reason=str(reason) if reason is not None else None,
        request_id=request_id,
        facts=facts,
        errors=[Fault(**item._asdict()) for item in items],
    )
    late = {"Retry-After": RETRY_AFTER_SECONDS} if telling.status in RETRIED_LATER else {}
    return JSONResponse(
        body.model_dump(exclude_none=True, exclude_defaults=False),
        status_code=telling.status,
        headers={**late, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def _language(request: Request) -> str:
    return "en" if request.headers.get("accept-language", "").strip().lower().startswith("en") else "ja"


def _refused(error: Exception) -> Found:
    return (error if isinstance(error, Refused) else Refused("fault")), {}


def _erased(_: Exception) -> Found:
    return Refused("not_found"), {}


def _away(_: Exception) -> Found:
    return Refused("not_ready"), {}


def _malformed(error: Exception) -> Found:
    if not isinstance(error, RequestValidationError):
        return Refused("fault"), {}
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return Refused("malformed_body"), {}
    if any(each["loc"][0] == "path" for each in error.errors()):
        return Refused("not_found"), {}
    return RefusedTogether("malformed_request", [_item(each) for each in error.errors()]), {}


def _item(each: dict[str, Any]) -> ItemAtFault:
    place = place_in_words(part for part in each["loc"] if part != "body")
    telling = REFUSALS["malformed_request"]
    return ItemAtFault(code=str(each["type"]), field=place or None, ja=telling.ja, en=telling.en)


def place_in_words(parts: Iterable[str | int]) -> str:
    """Where something is wrong. A name that can't be one of ours is left out: it may be anything."""
    return ".".join(str(part) if NAME.fullmatch(str(part)) else "?" for part in parts)


def _http(error: Exception) -> Found:
    refused = refused_by(error) if isinstance(error, HTTPException) else Refused("fault")
    return refused, dict(getattr(error, "headers", None) or {})


def refused_by(error: HTTPException) -> Refused:
    """What the framework refused (no such address, a wrong method, a broken form), in our codes."""
    status = error.status_code
    return Refused(CODE_OF_STATUS.get(status, "fault" if status >= 500 else "malformed_request"))


def install(app: FastAPI, answer: Answering = problem) -> None:
    """Hang the handlers into the application. Unexpected exceptions are answered by `api.middleware`."""

    def answering(read: Callable[[Exception], Found]) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def answered(request: Request, error: Exception) -> Response:
            refused, headers = read(error)
            return answer(request, refused, headers=headers)

        return answered

    app.add_exception_handler(Refused, answering(_refused))
    app.add_exception_handler(KeyDestroyed, answering(_erased))
    for away in AWAY:
        app.add_exception_handler(away, answering(_away))
    app.add_exception_handler(RequestValidationError, answering(_malformed))
    app.add_exception_handler(HTTPException, answering(_http))


class Explained(BaseModel):
    """What a code means, for people who build against the desk."""

    code: str
    status: int
    titles: Titles


@router.get("/problems/{code}", tags=["problems"])
async def explain(code: str) -> Explained:
    """Explain one stable error code."""
    telling = REFUSALS.get(code)
    if telling is None:
        raise Refused("not_found")
    return Explained(code=code, status=telling.status, titles=Titles(ja=telling.ja, en=telling.en))
