"""The checklist of a case (確認事項): what a reviewer looks for on the papers, under the rules the case is pinned to."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Principal, needs
from api.acts import case_at
from api.desk import AtDesk
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_checklist import ItemView, marked_item, marks_of
from api.read_log import record_read
from api.reading import case_of, collected, dossier
from schemas.calendar import japan_date
from schemas.checklist import checklist_items, checklist_of
from schemas.findings import ItemMark
from schemas.maps import ProcedureMap
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
    return tuple(marked_item(item, marks) for item in items)


def insist_on_items(ready: ProcedureMap, marks: Iterable[ItemMark]) -> None:
    """Whether these are items of the case's map, a person's own marks at items on documents of persons.

    Raises Refused `no_such_item`, `unknown_person`.
    """
    kinds = {item.key: item.kinds for item in checklist_items(ready, None)}
    of_persons = {row.id for row in ready.procedure.documents if row.belongs_to_person}
    for each in marks:
        if each.key not in kinds:
            raise Refused("no_such_item", "looked_at")
        if each.person_id is not None and of_persons.isdisjoint(kinds[each.key]):
            raise Refused("unknown_person", "looked_at")


def rules_behind(ready: ProcedureMap, keys: Iterable[str]) -> list[str]:
    """The rules these items of the case's map serve, in the same order. Raises Refused `no_such_item`."""
    rules = {item.key: item.rule_id for item in checklist_items(ready, None)}
    try:
        return [rules[key] for key in keys]
    except KeyError:
        raise Refused("no_such_item", "objections") from None
