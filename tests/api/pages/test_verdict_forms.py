"""A verdict as a form or JSON brings it: everything that may be said at once fits into one, and no more."""

from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from api.middleware import body_bytes_at_most
from api.pages.forms import filled
from api.pages.verdict_forms import verdict_in
from api.verdicts import MARKS_AT_MOST, SETTLED_AT_MOST, Completed, Reviewed
from infra.settings import Limits
from schemas.refusals import Refused
from tests.builders import NUMBER

REASON = "領収証書の写しで納付を確認した。五年分がそろっているため免除する。"
MARKED = [f"OTIT-PAY-{item:02d}:contract:1/p-{place:016x}" for item in range(30) for place in range(100)]


def a_form(findings: int) -> bytes:
    """What a browser sends for so many findings, each with a reason, and as many marks as may be."""
    ids = [f"{NUMBER}.finding.{place}" for place in range(1, findings + 1)]
    pairs = [("verdict", "review"), *((f"item-of.{each}", "seen") for each in MARKED)]
    pairs += [pair for each in ids for pair in ((f"settle.{each}", "waived"), (f"why.{each}", REASON))]
    return urlencode(pairs).encode()


def sent(body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(
        {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}, receive
    )


async def test_the_findings_of_a_hundred_persons_are_settled_at_once_each_with_its_reason() -> None:
    form = a_form(SETTLED_AT_MOST)

    verdict = verdict_in(await filled(sent(form)))

    assert isinstance(verdict, Reviewed)
    assert (len(verdict.settled), len(verdict.looked_at)) == (SETTLED_AT_MOST, MARKS_AT_MOST)
    assert len(form) <= body_bytes_at_most(Limits(), "/tasks/T26-00000000.task.1/complete")
    json = Completed(verdict=verdict).model_dump_json().encode()
    assert len(json) <= body_bytes_at_most(Limits(), "/v1/tasks/T26-00000000.task.1/complete")


async def test_one_finding_more_is_refused() -> None:
    form = await filled(sent(a_form(SETTLED_AT_MOST + 1)))

    with pytest.raises(Refused, match="malformed_request"):
        verdict_in(form)
