"""The authority simulator as the demo uses it: takes filings at its counter, decides, asks for more, falls silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.dev.demo.visitor import Json, eventually
from infra.outgoing import sending_one_by_one


class AuthorityDesk:
    """The switches and the counter of the simulator."""

    def __init__(self, url: str) -> None:
        self._http = sending_one_by_one(30, base_url=url)

    def close(self) -> None:
        """No connection stays open."""
        self._http.close()

    def _post(self, path: str, body: Json) -> Any:
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def take(self, filing: Json) -> dict[str, str]:
        """A handler lodges by hand; answers the receipt number per person."""
        body = {
            "reference": filing["id"],
            "application": filing["number"],
            "office": filing["office"]["id"] if isinstance(filing["office"], dict) else filing["office"],
            "channel": filing["channel"],
            "procedure": filing["procedure"],
            "persons": filing["persons"],
            "package_sha256": filing["package_sha256"],
            "kind": filing["kind"],
            "parent_reference": filing["parent_id"],
        }
        receipts: dict[str, str] = self._post("/filings", body)["receipts"]
        return receipts

    def acceptances(self, reference: str) -> int:
        """How often this filing was accepted."""
        answer = self._http.get("/filings", params={"reference": reference}).json()
        return len(answer["acceptances"])

    def receipts(self, reference: str) -> dict[str, str]:
        """The receipt numbers of a filing, as the portal shows them, as soon as it does."""

        def look() -> dict[str, str] | None:
            found = self._http.get("/filings", params={"reference": reference}).json()["acceptances"]
            return dict(found[0]["receipts"]) if found else None

        return eventually(look, f"receipts of {reference}")

    def decide_all(self, reference: str, result: str) -> None:
        """Decide every person of a filing."""
        for receipt in self.receipts(reference).values():
            self.decide(receipt, result)

    def decide(self, receipt: str, result: str) -> None:
        """Decide one person."""
        self._post("/outcomes", {"kind": "result", "receipt": receipt, "result": result})

    def ask_for_more(self, receipt: str) -> None:
        """Ask for more about one person."""
        self._post("/outcomes", {"kind": "more_requested", "receipt": receipt})

    def be(self, mode: str, **more: float) -> None:
        """Turn the authority's mood: normal, slow, down, accept_then_timeout, …"""
        self._post("/mood", {"mode": mode, **more})

    @contextmanager
    def silent_after_accepting(self) -> Iterator[None]:
        """While this lasts, filings are accepted and never answered."""
        self.be("accept_then_timeout")
        try:
            yield
        finally:
            self.be("normal")
