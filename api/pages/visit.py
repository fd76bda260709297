"""One visit to a page: who came, in which language, and the page drawn for them under a strict policy."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import Principal
from api.desk import Desk
from api.pages.forms import KEY, Filled
from api.pages.telling import FILTERS
from api.pages.terms import Terms
from api.pages.trouble import Trouble
from api.pages.words import Locale, Wording, all_words, locale_of
from infra.settings import Settings
from schemas.calendar import japan_date
from schemas.maps import ProcedureMap
from schemas.packs import Pinned
from schemas.parties import Right

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "toritsugi-language"
NOT_FILLED = Filled()


@lru_cache(maxsize=2)
def drawing(locale: Locale) -> Environment:
    """The templates in one language; everything shown is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({name: partial(tell, locale) for name, tell in FILTERS.items()})
    words = Wording(locale)
    environment.globals.update(t=words, or_code=words.or_code, locale=locale, Right=Right)
    return environment


def language_of(request: Request) -> Locale:
    """The account's language; before signing in, the one chosen or the browser's."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is not None:
        return locale_of(principal.locale)
    return locale_of(request.cookies.get(LANGUAGE_COOKIE) or request.headers.get("accept-language"))


@dataclass(frozen=True)
class Visit:
    """A request for a page by somebody who may have it."""

    request: Request
    at: Desk
    principal: Principal

    @property
    def locale(self) -> Locale:
        """The language of this page."""
        return language_of(self.request)

    def terms_of(self, ready: ProcedureMap) -> Terms:
        """The terms of a map, as of today."""
        return Terms(ready, self.locale, japan_date(self.at.now()))

    async def terms(self, pinned: Pinned) -> Terms:
        """The terms of the procedure as the application is pinned to it."""
        return self.terms_of(await self.at.packs.of(pinned))

    def show(
        self, template: str, *, trouble: Trouble | None = None, filled: Filled = NOT_FILLED, **shown: Any
    ) -> HTMLResponse:
        """The page; with trouble it keeps what was filled in and has the refusal's status."""
        kept = filled.text(KEY) if trouble is not None and trouble.is_unsure else None
        return drawn(
            self.request,
            self.at.settings,
            template,
            status=trouble.status if trouble else 200,
            trouble=trouble,
            filled=filled,
            kept_key=kept,
            **shown,
        )


def drawn(
    request: Request, settings: Settings, template: str, *, status: int = 200, **shown: Any
) -> HTMLResponse:
    """A template as an answer, with everything `base.html` asks for."""
    page = drawing(language_of(request)).get_template(template)
    common: dict[str, Any] = {"filled": NOT_FILLED, "kept_key": None, **shown}
    trouble: Trouble | None = common.pop("trouble", None)
    around = {
        "principal": getattr(request.state, "principal", None),
        "path": request.url.path,
        "back": _address(request),
        "done": _done(request),
        "office_name": settings.office_name,
        "acting_key": partial(_acting_key, request.url.path, common["kept_key"]),
    }
    html = page.render(**common, **around, trouble=trouble)
    if trouble and (leading := trouble.leading_in(html)) != trouble:
        html = page.render(**common, **around, trouble=leading)
    return HTMLResponse(html, status_code=status, headers=policy(settings))


def _acting_key(path: str, kept_key: str | None, action: str) -> str:
    return kept_key if kept_key and action == path else secrets.token_urlsafe(16)


def _address(request: Request) -> str:
    """Where the choice of a language leads back to; from the address of an act it goes on to its page."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _done(request: Request) -> str | None:
    said = request.query_params.get("done")
    return said if said and f"done.{said}" in all_words() else None


def policy(settings: Settings) -> Mapping[str, str]:
    """The headers of pages. The referrer stays on this site, so that browsers state the origin of our forms."""
    own = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
    rest = "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    return {
        "Content-Security-Policy": f"{own}; connect-src 'self' {store_origin(settings)}; {rest}",
        "Referrer-Policy": "same-origin",
    }


def store_origin(settings: Settings) -> str:
    """Where browsers send files to: the object store's origin."""
    if settings.s3_endpoint is None:
        return f"https://{settings.s3_quarantine_bucket}.s3.{settings.s3_region}.amazonaws.com"
    parts = urlsplit(settings.s3_endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def gone_to(path: str, done: str | None = None, place: str = "") -> RedirectResponse:
    """See other: after an act, with the words that say it is done and the place on the page."""
    query = f"{'&' if '?' in path else '?'}done={quote(done)}" if done else ""
    return RedirectResponse(f"{path}{query}{place}", status_code=303)


def own_path(path: str | None) -> str:
    """A path of this site, or the first page."""
    if (
        not path
        or not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or not path.isprintable()
    ):
        return "/"
    return path
