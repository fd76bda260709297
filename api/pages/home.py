"""The first page, which sends everybody to their own work; and the choice of language."""

from fastapi import APIRouter, Request, Response

from api import me
from api.access import Principal, authenticated
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import FilledIn
from api.pages.visit import LANGUAGE_COOKIE, drawn, gone_to, own_path
from api.pages.words import locale_of
from api.sessions import is_over_tls
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.tasks import RIGHT_FOR, TaskKind

YEAR_SECONDS = 31_536_000
REVIEWING = frozenset({RIGHT_FOR[TaskKind.REVIEW], RIGHT_FOR[TaskKind.SECOND_REVIEW]})

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def first_page(principal: Principal) -> str | None:
    """Where somebody's work begins; None for who has no pages."""
    if Right.READ_OWN in principal.rights:
        return "/applications"
    if principal.rights & REVIEWING:
        return "/tasks"
    if Right.LODGE in principal.rights:
        return "/filings"
    return "/board" if Right.READ_CASES in principal.rights else None


async def _known(request: Request, at: AtDesk) -> Principal | None:
    try:
        return await authenticated(request, at)
    except Refused:
        return None


@router.get("/")
async def home(request: Request, at: AtDesk) -> Response:
    """To one's own work; who isn't signed in is welcomed."""
    principal = await _known(request, at)
    work = first_page(principal) if principal else None
    if work is not None:
        return gone_to(work)
    return drawn(request, at.settings, "welcome.html", is_known=principal is not None)


@router.post("/language")
async def choose_language(request: Request, at: AtDesk, form: FilledIn) -> Response:
    """The language of all pages from now on; for who is signed in, also of mails."""
    chosen = locale_of(form.text("locale"))
    principal = await _known(request, at)
    if principal is not None:
        await me.choose_language(principal, at, me.Language(locale=chosen))
    answer = gone_to(own_path(form.text("back")))
    answer.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        max_age=YEAR_SECONDS,
        secure=is_over_tls(at.settings),
        httponly=True,
        samesite="lax",
    )
    return answer
