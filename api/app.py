"""The front desk as one application: its doors, its problems, its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api import (
    applications,
    arrival_confirming,
    arrival_uploads,
    arrivals,
    board,
    cases,
    checklists,
    codec_server,
    corrections,
    documents,
    explanations,
    fees,
    filings,
    findings,
    following,
    health,
    holds,
    inspections,
    links,
    listing,
    me,
    middleware,
    omissions,
    own_results,
    planning,
    problems,
    procedures,
    proposals,
    reads,
    registers,
    registers_leaving,
    registers_mandates,
    registers_members,
    registers_pledges,
    remarks,
    results,
    sign_in,
    splitting,
    stops,
    tasks,
    timeline,
    verdicts,
)
from api.desk import Desk, opened
from api.pages import doors
from api.pages import routes as pages
from infra.catalogue import load_catalogue
from infra.desk_wishes import refuse_wishes_for_nothing
from infra.settings import Settings
from infra.tariffs import load_tariff

TITLE = "取次 Toritsugi"
VERSION = "1"
ROUTERS = (
    health.router,
    sign_in.router,
    problems.router,
    me.router,
    procedures.router,
    planning.router,
    listing.router,
    applications.router,
    arrival_uploads.router,
    arrivals.router,
    arrival_confirming.router,
    documents.router,
    omissions.router,
    corrections.router,
    board.router,
    cases.router,
    checklists.router,
    codec_server.router,
    fees.router,
    filings.router,
    findings.router,
    following.router,
    explanations.router,
    inspections.router,
    holds.router,
    links.router,
    proposals.router,
    registers_leaving.router,
    registers_pledges.router,
    registers_members.router,
    registers_mandates.router,
    registers.router,
    remarks.router,
    reads.router,
    own_results.router,
    results.router,
    splitting.router,
    stops.router,
    tasks.router,
    timeline.router,
    verdicts.router,
    *pages.ROUTERS,
)
OPEN_TO_ALL = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/sign-in",
        "/sign-in/back",
        "/sign-out",
        "/openapi.json",
        "/problems/{code}",
        *pages.OPEN_TO_ALL,
    }
)
"""The only addresses that declare no right."""


class FrontDesk(FastAPI):
    """The application; its description has the shape of refusals once."""

    def openapi(self) -> dict[str, Any]:
        """What the desk tells machines of itself, made when first asked for."""
        if self.openapi_schema is None:
            super().openapi()["components"]["schemas"] |= problems.shapes()
        return super().openapi()


def build(settings: Settings, desk: Desk | None = None) -> FastAPI:
    """The application. Without an open desk it opens one when it starts and closes it when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if desk is not None:
            yield
            return
        _build_routes(app)
        async with opened(settings) as own:
            app.state.desk = own
            yield

    refuse_wishes_for_nothing(settings, load_catalogue())
    load_tariff(settings.tariff_file)  # a tariff that can't be read stops the start, and no hand-in
    app = FrontDesk(
        title=TITLE,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problems.DOCUMENTED,
        default_response_class=JSONResponse,
        separate_input_output_schemas=True,
    )
    if desk is not None:
        app.state.desk = desk
    problems.install(app, doors.answer)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", pages.own_files(), name="static")
    app.add_middleware(middleware.Door, settings=settings, answer=doors.answer)
    return app


def _build_routes(app: FastAPI) -> None:
    """FastAPI builds a route's models when a visitor first passes it: seconds of work, done before anybody comes."""
    nowhere = {"type": "http", "method": "GET", "path": "/nowhere", "root_path": "", "headers": []}
    for route in app.routes:
        route.matches(dict(nowhere))
