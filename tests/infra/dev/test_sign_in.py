"""The development sign-in: the code flow gives a token our desk can verify, and refuses strangers."""

from collections.abc import Iterator

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from infra.dev.place import CLIENT_ID
from infra.dev.services import Stack
from infra.dev.sign_in import SignInRefusedError, obtain_token
from tests.infra.dev.running import running

REDIRECT = "http://127.0.0.1:8700/sign-in/return"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("identity"), {"identity"}) as running_stack:
        yield running_stack


def token_of(stack: Stack, subject: str) -> str:
    return obtain_token(
        stack.place.issuer, CLIENT_ID, stack.place.secrets.oidc_client_secret, REDIRECT, subject
    )


def keys_of(stack: Stack) -> KeySet:
    return KeySet.import_key_set(httpx2.get(f"{stack.place.issuer}/jwks").json())


def test_a_sample_person_gets_a_token_signed_by_the_published_key(stack: Stack) -> None:
    token = token_of(stack, "handler-1")

    claims = jwt.decode(token, keys_of(stack), algorithms=["RS256"]).claims

    assert claims["iss"] == stack.place.issuer
    assert claims["aud"] == [CLIENT_ID]
    assert claims["sub"] == "handler-1"
    assert claims["email"] == "handler-1@office.example"
    assert "Sample Handler 1" in claims["name"]


def test_a_token_with_other_claims_does_not_verify(stack: Stack) -> None:
    head, _, signature = token_of(stack, "reviewer-1").split(".")
    _, claims, _ = token_of(stack, "manager-1").split(".")

    with pytest.raises(BadSignatureError):
        jwt.decode(f"{head}.{claims}.{signature}", keys_of(stack), algorithms=["RS256"])


@pytest.mark.parametrize(("client", "secret"), [(CLIENT_ID, "wrong"), ("stranger", "wrong")])
def test_a_stranger_gets_no_token(stack: Stack, client: str, secret: str) -> None:
    with pytest.raises(SignInRefusedError):
        obtain_token(stack.place.issuer, client, secret, REDIRECT, "handler-1")


def test_the_sign_in_page_offers_the_sample_people_and_loads_nothing_from_elsewhere(stack: Stack) -> None:
    question = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT, "scope": "openid"}

    page = httpx2.get(f"{stack.place.issuer}/oauth2/authorize", params=question).text

    assert "Sample Reviewer 1" in page
    assert "https://" not in page


async def test_tokens_outlive_a_restart_of_the_provider(stack: Stack) -> None:
    token = token_of(stack, "operator-1")

    await stack.stop("identity")
    await stack.start("identity")

    assert jwt.decode(token, keys_of(stack), algorithms=["RS256"]).claims["sub"] == "operator-1"
