"""The authority simulator as a machine channel, for demos, tests and training."""

from typing import Any

import httpx2
from pydantic import ConfigDict, ValidationError

from infra.outgoing import sending
from schemas.checked import Lodged, MachineLodging
from schemas.receipt_numbers import ReceiptNumber
from schemas.words import Word

ANSWER_WITHIN_SECONDS = 8.0
REFUSED = 422


class Taken(Word):
    """What the machine says of a filing it has taken: who has which number, and who was sent away."""

    model_config = ConfigDict(extra="ignore")

    receipts: dict[str, ReceiptNumber]
    not_taken: tuple[str, ...]


class Simulator:
    """Speaks to the simulator. What is certain is said; everything else is unknown."""

    def __init__(self, url: str, *, answer_within_seconds: float = ANSWER_WITHIN_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout = httpx2.Timeout(answer_within_seconds)

    async def lodge(self, filing: MachineLodging) -> Lodged:
        """Lodge once: refused connections never left the desk, a clear no is a refusal, any other trouble is unknown."""
        body = {
            "reference": filing.filing_id,
            "application": filing.number,
            "office": filing.office,
            "channel": filing.channel,
            "procedure": filing.procedure,
            "persons": list(filing.persons),
            "package_sha256": filing.package_sha256,
            "kind": filing.filing_kind,
            "parent_reference": filing.parent_id,
        }
        try:
            async with sending(self._timeout) as client:
                answer = await client.post(f"{self._url}/filings", json=body)
        except httpx2.ConnectError:
            return Lodged(outcome="not_sent", reason="connection_refused")
        except httpx2.HTTPError:
            return Lodged(outcome="unknown", reason="no_answer")
        return _judged(answer, first=filing.filing_kind == "first")

    async def news(self, after: int) -> list[dict[str, Any]]:
        """The outcomes published after this number, in order."""
        async with sending(self._timeout) as client:
            answer = await client.get(f"{self._url}/news", params={"after": after})
            answer.raise_for_status()
            items: list[dict[str, Any]] = answer.json()["news"]
            return items


def _judged(answer: httpx2.Response, *, first: bool) -> Lodged:
    if answer.status_code == httpx2.codes.CREATED:
        try:
            told = Taken.model_validate_json(answer.content)
        except ValidationError:
            return Lodged(outcome="unknown", reason="receipt_form")
        return Lodged(outcome="confirmed", receipts=told.receipts if first else {}, not_taken=told.not_taken)
    if answer.status_code == REFUSED:
        return Lodged(outcome="refused", reason="refused")
    return Lodged(outcome="unknown", reason=f"status_{answer.status_code}")
