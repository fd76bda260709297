"""Who is asking: OpenID Connect tokens verified against the issuer's keys, sign-in for browsers, API keys.

Only RS256 and ES256 are accepted; what a token's header says about keys or algorithms decides nothing.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import math
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.outgoing import sending
from infra.settings import Settings

ALGORITHMS = ("RS256", "ES256")
SCOPES = "openid profile email"
RETURN_PATH = "/sign-in/return"
LEEWAY_SECONDS = 60
TOKEN_CHARACTERS = 16_000
FRESH_SECONDS = 3_600.0
KEPT_SECONDS = 86_400.0
PAUSE_SECONDS = 5.0
REQUEST_SECONDS = 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
API_KEY = re.compile(r"tsk_[A-Za-z0-9_-]{43}")


class SignInRefused(Exception):
    """The token or the sign-in is not acceptable. The text names the check that failed and no value."""

    code = "not_signed_in"


class IssuerUnreachable(ConnectionError):
    """The issuer does not answer, or not as an OpenID Connect issuer. Trying again later may help."""

    code = "issuer_unreachable"


class Claims(BaseModel):
    """What a verified token says. Issuer and subject identify an account; name and e-mail are shown."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    issuer: str = Field(alias="iss")
    subject: str = Field(alias="sub", min_length=1, max_length=255)
    expires_at: datetime = Field(alias="exp")
    email: str | None = Field(default=None, max_length=320, repr=False)
    email_verified: bool = False
    name: str | None = Field(default=None, max_length=200, repr=False)


class PendingSignIn(BaseModel):
    """What the browser's sealed cookie keeps between leaving for the issuer and coming back."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    state: str = Field(repr=False)
    nonce: str = Field(repr=False)
    verifier: str = Field(repr=False)


@dataclass(frozen=True)
class Issuer:
    """The issuer's addresses and keys as last read."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    keys: KeySet = field(repr=False)
    read_at: float

    def is_within(self, seconds: float) -> bool:
        """Whether it was read in the last `seconds`."""
        return time.monotonic() - self.read_at < seconds


class IdentityProvider:
    """The configured issuer: verifies its tokens and signs people in. Close it with `aclose`.

    Its keys are read every hour, and for an unknown key at once, but never twice within `pause_seconds`:
    strangers can't drive us to hammer it. While it does not answer, its last keys count for a day.
    """

    def __init__(
        self, settings: Settings, *, return_path: str = RETURN_PATH, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._name = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret
        self._return_to = settings.public_url.rstrip("/") + return_path
        self._http = sending(REQUEST_SECONDS, follow_redirects=False)
        self._pause_seconds = pause_seconds
        self._issuer: Issuer | None = None
        self._tried_at = -math.inf
        self._reading = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections to the issuer."""
        await self._http.aclose()

    async def verify(self, token: str) -> Claims:
        """The claims of a bearer token of our issuer, for us, signed and in force (one minute of leeway).

        Raises SignInRefused, IssuerUnreachable.
        """
        return _claims(await self._verified(token))

    async def begin_sign_in(self) -> tuple[str, PendingSignIn]:
        """Where to send the browser, and what to keep until it comes back. Raises IssuerUnreachable."""
        issuer = await self._known_issuer()
        pending = PendingSignIn(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(64),
        )
        question = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._return_to,
            "scope": SCOPES,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": _challenge(pending.verifier),
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in issuer.authorization_endpoint else "?"
        return f"{issuer.authorization_endpoint}{separator}{urlencode(question)}", pending

    async def finish_sign_in(self, code: str, pending: PendingSignIn, *, state: str) -> Claims:
        """The claims of the one who came back with `code` and `state`.

        Raises SignInRefused (another browser's answer, a code used twice, a wrong token), IssuerUnreachable.
        """
        if not hmac.compare_digest(state.encode(), pending.state.encode()):
            raise SignInRefused("The answer belongs to another sign-in (state).")
        claims = await self._verified(await self._exchanged(code, pending))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), pending.nonce.encode()):
            raise SignInRefused("The token belongs to another sign-in (nonce).")
        return _claims(claims)

    async def _exchanged(self, code: str, pending: PendingSignIn) -> str:
        issuer = await self._known_issuer()
        request = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return_to,
            "code_verifier": pending.verifier,
        }
        secret = self._client_secret.get_secret_value()
        auth = (quote(self._client_id, safe=""), quote(secret, safe=""))
        answer = await self._answer("POST", issuer.token_endpoint, data=request, auth=auth)
        if not answer.is_success:
            raise SignInRefused("The issuer did not accept the code.")
        token = _json_object(answer).get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("The issuer gave no id token.")
        return token

    async def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > TOKEN_CHARACTERS:
            raise SignInRefused("The token is too long.")
        issuer = await self._known_issuer()
        try:
            claims = _signed_claims(token, issuer.keys)
        except InvalidKeyIdError:
            issuer = await self._issuer_read_after(issuer)
            claims = _signed_claims_or_refusal(token, issuer.keys)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise SignInRefused("The token is not signed by the issuer's keys with RS256 or ES256.") from None
        self._check(claims)
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._name},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            rules.validate(claims)
        except JoseError as refused:
            raise SignInRefused(f"The token failed a check ({type(refused).__name__}).") from None
        audience = claims["aud"]
        shared = isinstance(audience, list) and len(audience) > 1
        if (shared or "azp" in claims) and claims.get("azp") != self._client_id:
            raise SignInRefused("The token was issued to another client (azp).")

    async def _known_issuer(self) -> Issuer:
        known = self._issuer
        if known is not None and known.is_within(FRESH_SECONDS):
            return known
        return await self._issuer_read_after(known)

    async def _issuer_read_after(self, known: Issuer | None) -> Issuer:
        async with self._reading:
            current = self._issuer
            paused = time.monotonic() - self._tried_at < self._pause_seconds
            if current and current.is_within(KEPT_SECONDS) and (paused or current is not known):
                return current
            if paused:
                raise IssuerUnreachable("The issuer did not answer a moment ago.")
            self._tried_at = time.monotonic()
            self._issuer = await self._read_issuer_or_keep(current)
            return self._issuer

    async def _read_issuer_or_keep(self, current: Issuer | None) -> Issuer:
        try:
            return await self._read_issuer()
        except IssuerUnreachable:
            if current is None or not current.is_within(KEPT_SECONDS):
                raise
            return current

    async def _read_issuer(self) -> Issuer:
        found = await self._document(self._name.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self._name:
            raise IssuerUnreachable("The issuer calls itself otherwise than TORITSUGI_OIDC_ISSUER does.")
        addresses = {
            name: _safe(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        try:
            keys = KeySet.import_key_set(await self._document(addresses["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError):
            raise IssuerUnreachable("The issuer's keys can't be read.") from None
        return Issuer(**addresses, keys=keys, read_at=time.monotonic())

    async def _document(self, address: str) -> dict[str, Any]:
        answer = await self._answer("GET", _safe(address))
        if not answer.is_success:
            raise IssuerUnreachable(f"The issuer answered {answer.status_code}; check TORITSUGI_OIDC_ISSUER.")
        return _json_object(answer)

    async def _answer(self, method: str, address: str, **request: Any) -> httpx2.Response:
        try:
            return await self._http.request(method, address, **request)
        except (httpx2.HTTPError, httpx2.StreamError) as trouble:
            raise IssuerUnreachable(f"The issuer does not answer ({type(trouble).__name__}).") from None


def _safe(address: object) -> str:
    if not isinstance(address, str):
        raise IssuerUnreachable("The issuer does not name its addresses.")
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return address
    raise IssuerUnreachable("An address of the issuer is not https.")


def _json_object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        value = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        value = None
    if not isinstance(value, dict):
        raise IssuerUnreachable("The issuer's answer is not a JSON object.")
    return value


def _signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _signed_claims_or_refusal(token: str, keys: KeySet) -> dict[str, Any]:
    try:
        return _signed_claims(token, keys)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise SignInRefused("The token is not signed by a key that the issuer has now.") from None


def _claims(claims: Mapping[str, Any]) -> Claims:
    try:
        return Claims.model_validate({**claims, "exp": datetime.fromtimestamp(claims["exp"], UTC)})
    except (ValidationError, ValueError, OverflowError, OSError):
        raise SignInRefused("The token's claims have unusable values.") from None


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class NewApiKey(NamedTuple):
    """A key for a machine: the text is shown once, the hash is stored."""

    shown_once: str
    sha256: bytes


def new_api_key() -> NewApiKey:
    """A new key with 256 random bits."""
    text = f"tsk_{secrets.token_urlsafe(32)}"
    return NewApiKey(text, hash_api_key(text))


def is_api_key(text: str) -> bool:
    """Whether the text has the form of an API key (and not of a token)."""
    return API_KEY.fullmatch(text) is not None


def hash_api_key(text: str) -> bytes:
    """SHA-256 of a key: enough, because the key itself is 256 random bits."""
    return hashlib.sha256(text.encode()).digest()
