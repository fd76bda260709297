"""One case for staff: the overview and the content that was handed in. Every read here is recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Principal, needs
from api.desk import AtDesk
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_case import CaseView, case_view
from api.queries_content import HandedInContent, handed_in_content
from api.read_log import record_read
from api.reading import case_of, key_of
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["cases"])

Reader = Annotated[Principal, Depends(needs(Right.READ_CASES))]


@router.get("/overview")
async def show_overview(principal: Reader, at: AtDesk, number: NumberInPath) -> CaseView:
    """All of a case but its content: persons, balls, tasks, findings, filings, deadlines, rounds."""
    key = await reading_key(at.keys, number)
    async with at.database.as_desk() as connection:
        view = await case_view(connection, number, packs=at.packs, key=key, now=at.now())
        if view is None:
            raise Refused("not_found")
        await record_read(connection, principal.id, number, "overview", at.now())
    return view


@router.get("/content")
async def show_content(
    principal: Reader,
    at: AtDesk,
    number: NumberInPath,
    round_: Annotated[int | None, Query(alias="round", ge=1, le=1_000)] = None,
) -> HandedInContent:
    """What was handed in, as of a round (the latest unless named), with what that round changed."""
    key = await key_of(at.keys, number)
    async with at.database.as_desk() as connection:
        case = await case_of(connection, number, None)
        if case.is_draft or (round_ is not None and round_ > case.rounds):
            raise Refused("not_found")
        content = await handed_in_content(connection, case, key, round_=round_ or case.rounds)
        await record_read(connection, principal.id, number, "content", at.now())
    return content
