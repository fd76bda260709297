"""Signing in without a browser: code flow with PKCE at the development provider, for scripts and tests."""

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx2

from infra.outgoing import sending_one_by_one

SCOPE = "openid profile email"


class SignInRefusedError(Exception):
    """The provider did not give a token; the message says at which step and with which error code."""

    def __init__(self, step: str, code: str) -> None:
        super().__init__(f"サインインできません（{step}: {code}） / Sign-in was refused at {step}: {code}")


def obtain_token(issuer: str, client_id: str, client_secret: str, redirect_uri: str, subject: str) -> str:
    """Sign `subject` in and answer the id token: a JWT (RS256) with iss, aud, sub, email, name.

    Only the development provider lets a caller choose the subject.
    Raises SignInRefusedError, httpx2.TransportError.
    """
    with sending_one_by_one(20) as browser:
        known = browser.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        question = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        answer = browser.post(known["authorization_endpoint"], params=question, data={"sub": subject})
        code = _code(answer, state)
        claim = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        granted = browser.post(known["token_endpoint"], data=claim, auth=(client_id, client_secret))
    if not granted.is_success:
        raise SignInRefusedError("token", str(granted.json().get("error", granted.status_code)))
    return str(granted.json()["id_token"])


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _code(answer: httpx2.Response, state: str) -> str:
    given = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if given.get("state") != [state] or "code" not in given:
        raise SignInRefusedError("authorization", given.get("error", [str(answer.status_code)])[0])
    return given["code"][0]
