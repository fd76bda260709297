"""Somebody with a plain browser: pages as text, forms filled in and sent as they stand on the page."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2

from tests.api.staff.office_day import OfficeDay, somebody

FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Shown:
    """A page that was shown."""

    answer: httpx2.Response

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def goes_to(self) -> str:
        """Where it sends the browser."""
        return str(self.answer.headers["location"])

    @property
    def language(self) -> str:
        return self._found(r'<html lang="(\w+)"')

    @property
    def heading(self) -> str:
        return html.unescape(self._found(r"<h1>(.*?)</h1>"))

    def hidden(self, action: str, name: str) -> str:
        """The value of a hidden field in the form with this action."""
        form = self._found(rf'<form[^>]*action="{re.escape(action)}".*?</form>', whole=True)
        found = re.search(rf'name="{name}" value="([^"]*)"', form)
        assert found, f"no {name} in {form}"
        return html.unescape(found[1])

    def trouble(self) -> str:
        """The error summary, as text."""
        return html.unescape(
            re.sub(r"<[^>]+>", " ", self._found(r'<div class="summary".*?</div>', whole=True))
        )

    def _found(self, pattern: str, *, whole: bool = False) -> str:
        found = re.search(pattern, self.text, re.DOTALL)
        assert found, f"{pattern} is not on the page: {self.text[:3000]}"
        return found[0] if whole else found[1]


class PageDay(OfficeDay):
    """A day at the office, seen through its pages."""

    async def page(self, who: str | None, path: str, **headers: str) -> Shown:
        """Open a page."""
        return Shown(await self.call(who, "GET", path, **headers))

    async def send(
        self, who: str | None, path: str, fields: Fields, *, seen: Shown | None = None, key: str = "k"
    ) -> Shown:
        """Send a form; with `seen` under the key that stood on that page."""
        given = {"key": seen.hidden(path, "key") if seen else f"{key}-{path}", **fields}
        return Shown(await self._post(who, path, urlencode(given, doseq=True).encode(), FORM))

    async def send_file(
        self, who: str, path: str, fields: Mapping[str, str], file: tuple[str, bytes, str]
    ) -> Shown:
        """Send a form with a file."""
        built = httpx2.Request("POST", self.desk.settings.public_url, data=dict(fields), files={"file": file})
        body = await built.aread()
        return Shown(await self._post(who, path, body, built.headers["content-type"]))

    async def _post(self, who: str | None, path: str, body: bytes, media_type: str) -> httpx2.Response:
        headers = {"Origin": self.desk.settings.public_url, "Content-Type": media_type}
        if who is not None:
            headers["Cookie"] = f"toritsugi={await self._cookie(who)}"
        return await self.client.request("POST", path, content=body, headers=headers)


CLIENT, OTHER = somebody("client"), somebody("client", 1)
REVIEWER, SECOND = somebody("reviewer"), somebody("second_reviewer")
HANDLER, MANAGER, OPERATOR = somebody("handler"), somebody("manager"), somebody("operator")
