"""Sign-in for development: oidc-provider-mock with the sample people and a key that survives restarts.

`python -m infra.dev.identity_provider`. Loopback only; anyone may be anyone: never for production.
"""

import argparse
import json
import os
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import uvicorn
from authlib.deprecate import AuthlibDeprecationWarning
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.dev.doors import LOOPBACK
from infra.dev.sample_office import Person, load_sample_office

with warnings.catch_warnings():
    # Imports a module its own dependency calls deprecated.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    import oidc_provider_mock as provider
    from oidc_provider_mock import _storage as shelves

TOKEN_VALID_FOR = timedelta(hours=12)
TEMPLATES = Path(__file__).parent / "pages"


def build(client_id: str, client_secret: str, key_file: Path) -> flask.Flask:
    """The provider as a Flask application: refuses unknown clients and wrong secrets, redirects anywhere."""
    people = load_sample_office().people
    app = flask.Flask("identity_provider", template_folder=str(TEMPLATES))
    app.secret_key = os.urandom(16)
    app.jinja_env.globals["people"] = {person.subject: person for person in people}
    users = [provider.User(sub=person.subject, claims=_claims(person)) for person in people]
    provider.init_app(
        app, require_client_registration=True, access_token_max_age=TOKEN_VALID_FOR, user_claims=users
    )
    # The mock wraps itself in an interactive debugger; a sign-in page needs none.
    app.wsgi_app = app.wsgi_app.app  # type: ignore[method-assign,attr-defined]
    app.debug = False
    _furnish(app, client_id, client_secret, _signing_key(key_file))
    return app


def _claims(person: Person) -> dict[str, object]:
    return {"email": person.email, "email_verified": True, "name": person.name}


def _furnish(app: flask.Flask, client_id: str, client_secret: str, key: str) -> None:
    with app.test_request_context():
        app.preprocess_request()
        storage: Any = flask.g.oidc_provider_mock_storage
    storage.jwk = type(storage.jwk).import_key(key)
    storage.store_client(
        shelves.Client(
            id=client_id,
            secret=client_secret,
            redirect_uris=shelves.ClientAllowAny(),
            allowed_scopes=shelves.Client.SCOPES_SUPPORTED,
            token_endpoint_auth_method=shelves.ClientAllowAny(),
        )
    )


def _signing_key(file: Path) -> str:
    """The RSA key in this file, PEM; made once, so that tokens live through a restart."""
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.touch(mode=0o600)
        file.write_bytes(pem)
    return file.read_text()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--identity-port", type=int, required=True)
    arguments.add_argument("--client-id", required=True)
    arguments.add_argument("--key-file", type=Path, required=True)
    arguments.add_argument("--secrets", type=Path, required=True, help="JSON with oidc_client_secret")
    chosen = arguments.parse_args()
    # The library refuses plain HTTP otherwise; on the loopback there is no TLS.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    secret: str = json.loads(chosen.secrets.read_text())["oidc_client_secret"]
    app: Any = build(chosen.client_id, secret, chosen.key_file)
    uvicorn.run(app, interface="wsgi", host=LOOPBACK, port=chosen.identity_port, log_level="warning")


if __name__ == "__main__":
    main()
