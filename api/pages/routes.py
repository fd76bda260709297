"""All pages in one tuple, and the style sheet and modules they load."""

from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from api.pages import (
    applications,
    arrivals,
    board,
    cases,
    catalogue,
    documents,
    drafts,
    explanations,
    filings,
    following,
    histories,
    home,
    inbox,
    own_results,
    planning,
    reference,
    registers,
    registers_lists,
    reviews,
    splitting,
    stops,
)

ROUTERS = (
    home.router,
    applications.router,
    drafts.router,
    documents.router,
    cases.router,
    explanations.router,
    catalogue.router,
    histories.router,
    inbox.router,
    reviews.router,
    splitting.router,
    filings.router,
    arrivals.router,
    own_results.router,
    board.router,
    planning.router,
    following.router,
    registers.router,
    registers_lists.router,
    stops.router,
    reference.router,
)
OPEN_TO_ALL = frozenset({"/", "/language", "/docs"})
"""Pages that declare no right: the welcome, the choice of language, the reference of the API."""
STATIC = Path(__file__).parent / "static"


class OwnFiles(StaticFiles):
    """Our own style sheet and modules; browsers ask each time whether theirs is still the same."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept but checked."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def own_files() -> OwnFiles:
    """What `/static` serves."""
    return OwnFiles(directory=STATIC)
