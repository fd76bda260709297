"""Tokens of the sample people, obtained once per stack."""

from functools import lru_cache

from infra.dev.demo.__main__ import RETURN_PATH, WHO
from infra.dev.place import CLIENT_ID, Place
from infra.dev.sign_in import obtain_token


def token_of(place: Place, role: str) -> str:
    """A bearer token of the person who plays this role in the sample day."""
    return _token(place.issuer, place.public_url + RETURN_PATH, place.secrets.oidc_client_secret, WHO[role])


@lru_cache(maxsize=64)
def _token(issuer: str, return_url: str, secret: str, subject: str) -> str:
    return obtain_token(issuer, CLIENT_ID, secret, return_url, subject)
