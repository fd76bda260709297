"""The door of every page: who isn't signed in is shown where to, and every refusal is a page, not a problem body.

Also for addresses that are no page of ours: a browser gets a page, a machine a problem body.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.desk import Desk
from api.pages.trouble import told
from api.pages.visit import drawn
from api.problems import AWAY, problem, refused_by
from infra.keys import KeyDestroyed
from infra.logs import get_log
from schemas.refusals import Refused

FOR_MACHINES = ("/v1/", "/codec/")

log = get_log("pages")


class PageRoute(APIRoute):
    """A route whose refusals are pages in the visitor's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with its refusals caught."""
        inner = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception as error:
                return _turned_away(request, _refusal_in(error))

        return answered


def _refusal_in(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, KeyDestroyed):
        return Refused("not_found")
    if isinstance(error, AWAY):
        return Refused("not_ready")
    if isinstance(error, RequestValidationError):
        in_path = any(each["loc"][0] == "path" for each in error.errors())
        return Refused("not_found" if in_path else "malformed_request")
    if isinstance(error, HTTPException):
        return refused_by(error)
    log.exception("fault", code=type(error).__name__)
    return Refused("fault")


def answer(request: Request, refused: Refused, *, headers: dict[str, str] | None = None) -> Response:
    """A refusal as a page where a browser asked for one, else as a problem body."""
    wants_page = "text/html" in request.headers.get("accept", "").lower()
    if not wants_page or request.url.path.startswith(FOR_MACHINES):
        return problem(request, refused, headers=headers)
    above = _page_above(request) if refused.code == "method_not_allowed" and request.method == "GET" else None
    if above is not None:
        return RedirectResponse(above, status_code=303)
    shown = _page(request, refused)
    shown.headers.update(headers or {})
    return shown


def _page_above(request: Request) -> str | None:
    """The page an act's address belongs to: who reloads after a refused form comes back to it."""
    path = request.url.path
    while path := path.rpartition("/")[0]:
        asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        if any(route.matches(dict(asked))[0] is Match.FULL for route in request.app.routes):
            return path
    return None


def _turned_away(request: Request, refused: Refused) -> Response:
    if refused.code == "not_signed_in" and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query, safe='')}", status_code=303)
    return _page(request, refused)


def _page(request: Request, refused: Refused) -> Response:
    at: Desk = request.app.state.desk
    return drawn(
        request,
        at.settings,
        "refused.html",
        status=refused.telling.status,
        trouble=told(refused),
        request_id=getattr(request.state, "request_id", ""),
    )
