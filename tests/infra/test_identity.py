"""Identity: tokens of our issuer for us are accepted, every other one is not; browsers sign in."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from infra.identity import (
    IdentityProvider,
    IssuerUnreachable,
    PendingSignIn,
    SignInRefused,
    hash_api_key,
    is_api_key,
    new_api_key,
)
from infra.settings import Settings
from tests.infra.issuer import CLIENT_ID, SampleIssuer, running_issuer
from tests.infra.loopback import answering, free_port
from tests.offline import settings_with


@pytest.fixture
def issuer() -> Iterator[SampleIssuer]:
    with running_issuer() as running:
        yield running


def settings_for(issuer: str) -> Settings:
    return settings_with(
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret="s3cret/ +",
        public_url="https://desk.example/",
    )


@pytest.fixture
async def provider(issuer: SampleIssuer) -> AsyncIterator[IdentityProvider]:
    provider = IdentityProvider(settings_for(issuer.address), pause_seconds=0)
    yield provider
    await provider.aclose()


async def test_a_token_of_our_issuer_for_us_is_accepted(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    claims = await provider.verify(issuer.token(name="Sample Reviewer 1", email="r1@desk.example"))

    assert (claims.issuer, claims.subject) == (issuer.address, "reviewer-1")
    assert claims.expires_at.utcoffset() is not None
    assert "Sample Reviewer 1" not in repr(claims)


async def test_both_kinds_of_signature_are_accepted(provider: IdentityProvider, issuer: SampleIssuer) -> None:
    assert (await provider.verify(issuer.token(key=issuer.ec))).subject == "reviewer-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": []},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**30},
        {"email": ["a"]},
    ],
)
async def test_a_token_for_somebody_else_or_without_a_claim_is_refused(
    provider: IdentityProvider, issuer: SampleIssuer, changed: dict[str, Any]
) -> None:
    with pytest.raises(SignInRefused):
        await provider.verify(issuer.token(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID},
        {"sub": "x" * 255},
        {"nonce": "left from a sign-in"},
    ],
)
async def test_a_token_for_us_in_another_form_is_accepted(
    provider: IdentityProvider, issuer: SampleIssuer, changed: dict[str, Any]
) -> None:
    assert await provider.verify(issuer.token(**changed))


@pytest.mark.parametrize(
    ("claim", "seconds", "accepted"),
    [
        ("exp", -55, True),
        ("exp", -60, False),
        ("nbf", 60, True),
        ("nbf", 65, False),
        ("iat", 60, True),
        ("iat", 65, False),
    ],
)
async def test_clocks_may_differ_by_a_minute(
    provider: IdentityProvider, issuer: SampleIssuer, claim: str, seconds: int, accepted: bool
) -> None:
    moved: dict[str, Any] = {claim: int(time.time()) + seconds}
    token = issuer.token(**moved)

    if accepted:
        assert await provider.verify(token)
        return
    with pytest.raises(SignInRefused):
        await provider.verify(token)


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    signed = f"{part(header)}.{part(claims)}"
    signature = b"" if secret is None else hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{part(signature)}"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256"])
async def test_a_token_without_signature_is_refused(
    provider: IdentityProvider, issuer: SampleIssuer, algorithm: str
) -> None:
    with pytest.raises(SignInRefused):
        await provider.verify(forged({"alg": algorithm, "kid": "rsa-1"}, issuer.claims(), None))


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1", None])
async def test_the_public_key_is_not_taken_as_a_shared_secret(
    provider: IdentityProvider, issuer: SampleIssuer, kid: str | None
) -> None:
    header = {"alg": "HS256", **({"kid": kid} if kid else {})}
    secrets = [
        issuer.rsa.as_pem(private=False),
        issuer.rsa.as_der(private=False),
        json.dumps(issuer.rsa.as_dict()).encode(),
    ]

    for secret in secrets:
        with pytest.raises(SignInRefused):
            await provider.verify(forged(header, issuer.claims(), secret))


def test_the_forgery_with_the_public_key_would_convince_a_careless_verifier(issuer: SampleIssuer) -> None:
    secret = json.dumps(issuer.rsa.as_dict()).encode()
    token = forged({"alg": "HS256", "kid": "rsa-1"}, issuer.claims(), secret)

    assert jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims["sub"] == "reviewer-1"


async def test_a_key_brought_along_in_the_header_is_not_used(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    own = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    _, payload, _ = issuer.token(key=own).split(".")
    header = part({"alg": "RS256", "kid": "rsa-1", "jwk": own.as_dict(private=False)})

    with pytest.raises(SignInRefused):
        await provider.verify(f"{header}.{payload}.{issuer.token(key=own).split('.')[2]}")


async def test_a_foreign_key_with_our_key_id_is_refused(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    with pytest.raises(SignInRefused):
        await provider.verify(issuer.token(key=RSAKey.generate_key(2048, {"kid": "rsa-1"})))
    with pytest.raises(SignInRefused):
        await provider.verify(issuer.token(key=ECKey.generate_key("P-256", {"kid": "rsa-1"})))


async def test_a_changed_claim_breaks_the_signature(provider: IdentityProvider, issuer: SampleIssuer) -> None:
    header, _, signature = issuer.token().split(".")

    with pytest.raises(SignInRefused):
        await provider.verify(f"{header}.{part(issuer.claims(sub='manager-1'))}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "e30.e30.", "é.é.é", "[" * 5_000, "x" * 20_000])
async def test_what_is_no_token_is_refused(provider: IdentityProvider, token: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        await provider.verify(token)

    assert refused.value.code == "not_signed_in"


@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64"]), st.text() | st.none() | st.integers()
    )
)
@hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
async def test_no_header_brings_the_verifier_down(
    provider: IdentityProvider, issuer: SampleIssuer, header: dict[str, Any]
) -> None:
    with pytest.raises(SignInRefused):
        await provider.verify(forged(header, issuer.claims(), b"secret"))


async def test_keys_are_read_once_for_many_tokens(provider: IdentityProvider, issuer: SampleIssuer) -> None:
    for _ in range(5):
        await provider.verify(issuer.token())

    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_new_key_of_the_issuer_is_found_at_once(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    await provider.verify(issuer.token())
    fresh = RSAKey.generate_key(2048, {"kid": "rsa-2"})
    issuer.published = [fresh]

    assert await provider.verify(issuer.token(key=fresh))
    with pytest.raises(SignInRefused):
        await provider.verify(issuer.token(key=issuer.rsa))


async def test_unknown_keys_do_not_make_us_hammer_the_issuer(issuer: SampleIssuer) -> None:
    provider = IdentityProvider(settings_for(issuer.address), pause_seconds=60)
    stranger = RSAKey.generate_key(2048, {"kid": "unknown"})

    for _ in range(5):
        with pytest.raises(SignInRefused):
            await provider.verify(issuer.token(key=stranger))
    await provider.aclose()

    assert issuer.asked.count("/keys") == 1


async def test_known_keys_count_while_the_issuer_is_away(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    await provider.verify(issuer.token())
    issuer.broken = True

    with pytest.raises(SignInRefused):
        await provider.verify(issuer.token(key=RSAKey.generate_key(2048, {"kid": "unknown"})))

    assert await provider.verify(issuer.token())


async def test_an_issuer_that_is_away_from_the_start_is_said_to_be(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    issuer.broken = True
    nobody = IdentityProvider(settings_for(f"http://127.0.0.1:{free_port()}"))

    with pytest.raises(IssuerUnreachable):
        await provider.verify(issuer.token())
    with pytest.raises(IssuerUnreachable):
        await nobody.begin_sign_in()
    with pytest.raises(IssuerUnreachable) as paused:
        await nobody.begin_sign_in()
    await nobody.aclose()

    assert "a moment ago" in str(paused.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"jwks_uri": "http://other.example/keys"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": None},
    ],
)
async def test_an_issuer_that_describes_itself_wrongly_is_not_used(
    provider: IdentityProvider, issuer: SampleIssuer, changed: dict[str, Any]
) -> None:
    issuer.discovery |= changed

    with pytest.raises(IssuerUnreachable):
        await provider.begin_sign_in()


async def test_an_issuer_without_encryption_is_not_used() -> None:
    provider = IdentityProvider(settings_for("http://issuer.example"))

    with pytest.raises(IssuerUnreachable) as refused:
        await provider.begin_sign_in()
    await provider.aclose()

    assert "https" in str(refused.value)


async def test_a_code_is_redeemed_with_its_proof(provider: IdentityProvider, issuer: SampleIssuer) -> None:
    url, pending = await provider.begin_sign_in()
    question = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    issuer.token_answer = {"id_token": issuer.token(nonce=question["nonce"])}

    claims = await provider.finish_sign_in("code-1", pending, state=question["state"])

    [request] = issuer.token_requests
    proof = (
        base64.urlsafe_b64encode(hashlib.sha256(request["code_verifier"].encode()).digest())
        .rstrip(b"=")
        .decode()
    )
    assert claims.subject == "reviewer-1"
    assert (question["code_challenge"], question["code_challenge_method"]) == (proof, "S256")
    assert question["redirect_uri"] == request["redirect_uri"] == "https://desk.example/sign-in/return"
    assert (request["code"], request["grant_type"]) == ("code-1", "authorization_code")
    assert base64.b64decode(issuer.authorizations[0].removeprefix("Basic ")) == b"desk:s3cret%2F%20%2B"
    assert len(request["code_verifier"]) >= 43


async def test_a_sign_in_is_bound_to_the_browser_that_began_it(
    provider: IdentityProvider, issuer: SampleIssuer
) -> None:
    _, pending = await provider.begin_sign_in()
    _, other = await provider.begin_sign_in()
    issuer.token_answer = {"id_token": issuer.token(nonce=other.nonce)}

    with pytest.raises(SignInRefused, match="state"):
        await provider.finish_sign_in("code-1", pending, state=other.state)
    with pytest.raises(SignInRefused, match="nonce"):
        await provider.finish_sign_in("code-1", pending, state=pending.state)
    assert len(issuer.token_requests) == 1


@pytest.mark.parametrize(
    ("status", "answer"), [(400, {"error": "invalid_grant"}), (200, {}), (200, {"id_token": 1})]
)
async def test_a_code_that_the_issuer_refuses_signs_nobody_in(
    provider: IdentityProvider, issuer: SampleIssuer, status: int, answer: dict[str, Any]
) -> None:
    _, pending = await provider.begin_sign_in()
    issuer.token_status, issuer.token_answer = status, answer

    with pytest.raises(SignInRefused):
        await provider.finish_sign_in("code-1", pending, state=pending.state)


async def test_a_pending_sign_in_survives_in_a_cookie_and_shows_nothing(provider: IdentityProvider) -> None:
    _, pending = await provider.begin_sign_in()

    assert PendingSignIn.model_validate_json(pending.model_dump_json()) == pending
    assert pending.verifier not in repr(pending)


@pytest.fixture
async def sample_people(tmp_path: Path) -> AsyncIterator[str]:
    port = free_port()
    person = json.dumps({"sub": "reviewer-1", "email": "r1@desk.example", "name": "Sample Reviewer 1"})
    command = [
        str(Path(sys.executable).with_name("oidc-provider-mock")),
        "-p",
        str(port),
        "--user-claims",
        person,
    ]
    with (tmp_path / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        await answering(port)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait(10)


async def test_a_person_signs_in_at_a_real_provider_once_per_code(sample_people: str) -> None:
    provider = IdentityProvider(settings_for(sample_people))
    url, pending = await provider.begin_sign_in()
    async with httpx2.AsyncClient() as browser:
        back = await browser.post(url, data={"sub": "reviewer-1"})
    answer = parse_qs(urlsplit(back.headers["location"]).query)

    claims = await provider.finish_sign_in(answer["code"][0], pending, state=answer["state"][0])
    with pytest.raises(SignInRefused):
        await provider.finish_sign_in(answer["code"][0], pending, state=answer["state"][0])
    await provider.aclose()

    assert back.headers["location"].startswith("https://desk.example/sign-in/return?")
    assert (claims.subject, claims.email, claims.name) == (
        "reviewer-1",
        "r1@desk.example",
        "Sample Reviewer 1",
    )


def test_an_api_key_is_shown_once_and_known_by_its_hash() -> None:
    key, other = new_api_key(), new_api_key()

    assert hash_api_key(key.shown_once) == key.sha256
    assert len(key.sha256) == 32
    assert key.shown_once != other.shown_once
    assert is_api_key(key.shown_once)


@pytest.mark.parametrize(
    "text", ["", "tsk_", "tsk_" + "a" * 42, "tsk_" + "a" * 44, "a.b.c", "tsk_" + "é" * 43]
)
def test_what_is_no_api_key_is_told_apart(text: str) -> None:
    assert not is_api_key(text)
