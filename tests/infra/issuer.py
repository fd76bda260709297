"""A small OpenID Connect issuer over real HTTP whose keys and answers a test may bend."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT_ID = "desk"


@cache
def usual_keys() -> tuple[RSAKey, ECKey]:
    """Made once: an RSA key takes longer than all the rest."""
    rsa = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
    return rsa, ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})


class SampleIssuer:
    """What it answers; `asked` lists the requests it got."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.rsa, self.ec = usual_keys()
        self.published: list[RSAKey | ECKey] = [self.rsa, self.ec]
        self.discovery: dict[str, Any] = {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
        }
        self.token_status = 200
        self.token_answer: dict[str, Any] = {}
        self.broken = False
        self.asked: list[str] = []
        self.token_requests: list[dict[str, str]] = []
        self.authorizations: list[str] = []

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT_ID, "sub": "reviewer-1", "iat": now, "exp": now + 600}
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def token(self, *, key: RSAKey | ECKey | None = None, **changed: Any) -> str:
        signer = key or self.rsa
        algorithm = "RS256" if isinstance(signer, RSAKey) else "ES256"
        return jwt.encode({"alg": algorithm, "kid": signer.kid}, self.claims(**changed), signer)

    def answer(self, path: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.broken:
            return 503, {}
        if path == "/keys":
            return 200, KeySet(list(self.published)).as_dict()
        if path == "/token":
            return self.token_status, self.token_answer
        return 200, self.discovery


def _handler(issuer: SampleIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*issuer.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            issuer.token_requests.append(dict(parse_qsl(body)))
            issuer.authorizations.append(self.headers["Authorization"])
            self._send(*issuer.answer(self.path))

        def _send(self, status: int, document: Any) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def running_issuer() -> Iterator[SampleIssuer]:
    """Serve a sample issuer on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    issuer = SampleIssuer(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(issuer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
