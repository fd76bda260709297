"""A verdict as a form brings it: everything that may be settled at once fits into one, and no more."""

from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from api.pages.forms import filled
from api.pages.verdict_forms import verdict_in
from api.verdicts import SETTLED_AT_MOST, Reviewed
from infra.settings import Limits
from schemas.refusals import Refused
from tests.builders import NUMBER


def a_form(findings: int) -> bytes:
    """What a browser sends for so many findings: a choice for each, and an empty line for its reason."""
    ids = [f"{NUMBER}.finding.{place}" for place in range(1, findings + 1)]
    pairs = [("verdict", "review")]
    pairs += [pair for each in ids for pair in ((f"settle.{each}", "verified"), (f"why.{each}", ""))]
    return urlencode(pairs).encode()


def sent(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(
        {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}, receive
    )


async def test_the_findings_of_a_hundred_persons_are_settled_at_once() -> None:
    body = a_form(SETTLED_AT_MOST)

    verdict = verdict_in(await filled(sent(body)))

    assert isinstance(verdict, Reviewed)
    assert len(verdict.settled) == SETTLED_AT_MOST
    assert len(body) < Limits().json_body_bytes


async def test_one_finding_more_is_refused() -> None:
    form = await filled(sent(a_form(SETTLED_AT_MOST + 1)))

    with pytest.raises(Refused, match="malformed_request"):
        verdict_in(form)
