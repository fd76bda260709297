"""What the authority decided, for the client: each person's result, the reasons given, and the notices it may read."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

from api.access import Principal, needs, scope
from api.bodies import Shown
from api.desk import AtDesk
from api.paths import NumberInPath
from api.queries_arrivals import SharedNotice, shared_notices
from api.queries_findings import Words, remarks_of
from api.reading import case_of, key_of
from api.remark_rows import RemarkKind
from infra.database.tables import person_standing
from schemas.filing import ResultKind
from schemas.parties import Right

router = APIRouter(prefix="/v1/applications/{number}", tags=["results"])

Reading = Annotated[Principal, Depends(needs(Right.READ_OWN))]


class OwnResult(Shown):
    """One person's result, the reasons the authority gave for it, and the notices that say it."""

    person_id: str
    result: ResultKind
    decided_on: date | None
    valid_to: date | None
    reasons: tuple[Words, ...]
    notices: tuple[SharedNotice, ...]


class OwnResults(Shown):
    """The results there are."""

    number: str
    items: tuple[OwnResult, ...]


@router.get("/results")
async def show_results(principal: Reading, at: AtDesk, number: NumberInPath) -> OwnResults:
    """The results of one's own application, with reasons and notices. Refused: `not_found`."""
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        await case_of(connection, number, principal.client_organisation)
        said = [each for each in await remarks_of(connection, number, key) if each.kind == RemarkKind.RESULT]
        decided = person_standing.c.number == number, person_standing.c.result.is_not(None)
        lines = (await connection.execute(select(person_standing).where(*decided))).all()
    # Arrivals are seen by the desk's hat only; the case is the caller's own, and somebody chose to show them.
    async with at.database.as_desk() as connection:
        notices = await shared_notices(connection, number)
    return OwnResults(
        number=number,
        items=tuple(
            OwnResult(
                person_id=line.person_id,
                result=line.result,
                decided_on=line.decided_on,
                valid_to=line.valid_to,
                reasons=tuple(
                    each for each in said if (each.person_id, each.place) == (line.person_id, line.result)
                ),
                notices=tuple(each for each in notices if line.person_id in each.persons),
            )
            for line in lines
        ),
    )
