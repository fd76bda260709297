"""The history of a case: events in words for managers and (their part) clients; the engine's behind it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Principal, needs, scope
from api.acts import case_at
from api.bodies import Shown
from api.desk import AtDesk, Desk
from api.paging import Paged, following, position
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_findings import remarks_of
from api.queries_timeline import Happened, NoticeSent, notices_of, timeline
from api.queries_words import said_of, words_at
from api.read_log import record_read
from api.reading import case_of
from infra.engine_histories import EngineHistory
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["history"])


class TimelinePage(Shown):
    """One page of the history. `notices` are the mails about the case; staff see them with the first page."""

    items: tuple[Happened, ...]
    notices: tuple[NoticeSent, ...]
    next: str | None


@router.get("/timeline")
async def show_timeline(
    principal: Annotated[Principal, Depends(needs(Right.INSPECT, Right.READ_OWN))],
    at: AtDesk,
    number: NumberInPath,
    asked: Annotated[Paged, Query()],
) -> TimelinePage:
    """Every event with who did it, in order; a client sees what concerns it in its own cases."""
    of = f"timeline.{number}"
    after = position(at.settings, of, asked.cursor)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.organisation_id)
        if principal.is_staff and case.is_draft:
            raise Refused("not_found")
        page = await timeline(
            connection, number, for_client=not principal.is_staff, limit=asked.rows(at.settings), after=after
        )
        with_notices = principal.is_staff and after is None
        notices = await notices_of(connection, number) if with_notices else ()
    rows = await _with_words(at, principal, number, page.rows) if principal.is_staff else page.rows
    return TimelinePage(items=rows, notices=notices, next=following(at.settings, of, page.last))


async def _with_words(
    at: Desk, principal: Principal, number: str, rows: tuple[Happened, ...]
) -> tuple[Happened, ...]:
    """The events with what people wrote at them; the read is recorded."""
    key = await reading_key(at.keys, number)
    async with at.database.as_desk() as connection:
        await record_read(connection, principal.id, number, "timeline", at.now())
        said = await said_of(connection, number, await remarks_of(connection, number, key))
    return tuple(row.model_copy(update={"words": words_at(said, row.seq, row.facts)}) for row in rows)


@router.get("/engine")
async def show_engine(
    principal: Annotated[Principal, Depends(needs(Right.INSPECT))], at: AtDesk, number: NumberInPath
) -> EngineHistory:
    """The engine's own history of a case: events, what is being tried how often, failures, a link to its page.

    Refused: `not_found`; `not_handed_in` while the engine knows nothing of it; 503 `not_ready` when it is away.
    """
    await case_at(at, number)
    return await at.gateway.engine_history(number)
