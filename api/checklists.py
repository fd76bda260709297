"""The checklist of a case (確認事項): what a reviewer looks for on the papers, under the rules the case is pinned to."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Principal, needs
from api.acts import case_at
from api.desk import AtDesk, Desk
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_case import HandedInCase
from api.queries_checklist import ItemView, marks_of
from api.read_log import record_read
from api.reading import case_of, collected, dossier
from schemas.calendar import japan_date
from schemas.checklist import checklist_items, checklist_of
from schemas.findings import ItemMark
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/applications/{number}", tags=["cases"])

Reader = Annotated[Principal, Depends(needs(Right.READ_CASES))]


@router.get("/checklist")
async def show_checklist(principal: Reader, at: AtDesk, number: NumberInPath) -> tuple[ItemView, ...]:
    """What is to be looked for, on which documents of whom, and what was marked; empty for an erased application."""
    handed_in = await case_at(at, number)
    key = await reading_key(at.keys, number)
    ready = await at.packs.of(handed_in)
    async with at.database.as_desk() as connection:
        await record_read(connection, principal.id, number, "checklist", at.now())
        if key is None:
            return ()
        everything = await collected(
            connection, await case_of(connection, number, None), key, sealed_only=True
        )
        marks = await marks_of(connection, number)
    items = checklist_of(ready, dossier(everything, ready, japan_date(at.now())))
    return tuple(ItemView(**dict(item), marked=marks.get(item.key)) for item in items)


async def insist_on_items(at: Desk, case: HandedInCase, marks: Iterable[ItemMark]) -> None:
    """Whether these are items of the case's map. Raises Refused `no_such_item`."""
    keys = {item.key for item in checklist_items(await at.packs.of(case))}
    if not {each.key for each in marks} <= keys:
        raise Refused("no_such_item", "looked_at")
