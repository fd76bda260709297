"""Signing in and out of the pages: to the issuer with PKCE, state and nonce, and back with a session of our own."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import ValidationError

from api import sessions
from api.access import authenticated
from api.accounts import account_of_subject
from api.desk import SIGN_IN_RETURN_PATH, AtDesk, Desk
from infra.identity import PendingSignIn, SignInRefused
from schemas.refusals import Refused

PENDING = "toritsugi-sign-in"
PENDING_SECONDS = 600
HOME = "/"

router = APIRouter(tags=["sign-in"])


@router.get("/sign-in", status_code=303, response_class=RedirectResponse)
async def sign_in(at: AtDesk, next: str = HOME) -> RedirectResponse:
    """Send the browser to the issuer; it comes back to `/sign-in/back` and then to `next`."""
    address, pending = await at.identity.begin_sign_in()
    answer = RedirectResponse(address, status_code=303)
    kept = _sealer(at).dumps({**pending.model_dump(), "next": _own_path(next)})
    _set(at, answer, PENDING, kept, seconds=PENDING_SECONDS)
    return answer


@router.get(SIGN_IN_RETURN_PATH, status_code=303, response_class=RedirectResponse)
async def come_back(request: Request, at: AtDesk, code: str = "", state: str = "") -> RedirectResponse:
    """Back from the issuer: a new session, under a new cookie."""
    pending, following = _pending(request, at)
    try:
        claims = await at.identity.finish_sign_in(code, pending, state=state)
    except SignInRefused:
        raise Refused("not_signed_in") from None
    async with at.database.as_desk() as connection:
        account = await account_of_subject(connection, claims.subject)
        if account is None:
            raise Refused("not_signed_in")
        earlier = request.cookies.get(sessions.cookie_name(at.settings))
        if earlier:
            await sessions.end(connection, sessions.digest(earlier), at.now())
        cookie = await sessions.begin(connection, account.id, account.locale, at.now())
    answer = RedirectResponse(following, status_code=303)
    _set(at, answer, sessions.cookie_name(at.settings), cookie, seconds=None)
    answer.delete_cookie(PENDING, path=HOME)
    return answer


@router.post("/sign-out", status_code=303, response_class=RedirectResponse)
async def sign_out(request: Request, at: AtDesk) -> RedirectResponse:
    """End the session at once."""
    principal = await authenticated(request, at)
    if principal.session_sha256 is not None:
        async with at.database.as_desk() as connection:
            await sessions.end(connection, principal.session_sha256, at.now())
    answer = RedirectResponse(HOME, status_code=303)
    answer.delete_cookie(
        sessions.cookie_name(at.settings),
        path=HOME,
        secure=sessions.is_over_tls(at.settings),
        httponly=True,
        samesite="lax",
    )
    return answer


def _pending(request: Request, at: Desk) -> tuple[PendingSignIn, str]:
    try:
        kept = _sealer(at).loads(request.cookies.get(PENDING, ""), max_age=PENDING_SECONDS)
        following = _own_path(str(kept.pop("next")))
        return PendingSignIn.model_validate(kept), following
    except (BadSignature, ValidationError, KeyError, AttributeError):
        raise Refused("not_signed_in") from None


def _sealer(at: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(at.settings.session_secret.get_secret_value(), salt="sign-in")


def _own_path(path: str) -> str:
    parts = urlsplit(path)
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc
    return path if is_own and path.isprintable() and "\\" not in path else HOME


def _set(at: Desk, answer: Response, name: str, value: str, *, seconds: int | None) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=HOME,
        secure=sessions.is_over_tls(at.settings),
        httponly=True,
        samesite="lax",
    )
