"""Omissions: documents the authority has already, declared by the client where the procedure allows it."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api import uploads
from api.access import scope
from api.applications import MayEdit, author_of, map_of
from api.bodies import Body, IsoDate, Shown, Token
from api.content import insist_on_editable, locked_case
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.paths import NumberInPath, OmissionInPath
from api.reading import WHOLE, Case, collected, dossier, key_of
from infra.keys import DataKey
from schemas.calendar import japan_date
from schemas.document_list import document_list
from schemas.refusals import Refused

router = APIRouter(prefix="/v1", tags=["documents"])


class NewOmission(Body):
    """A document the authority has already: its number or reference there, and when it was handed in."""

    kind: Token
    person_id: Token | None = None
    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    submitted_on: IsoDate


class OmissionShown(Shown):
    """An omission that was declared."""

    omission_id: str
    kind: str
    person_id: str | None


@router.post("/applications/{number}/omissions", status_code=201)
async def omit(
    principal: MayEdit, at: AtDesk, number: NumberInPath, act: CurrentAct, wanted: NewOmission
) -> OmissionShown:
    """Declare that the authority has a document already. Only where the procedure allows it for these answers."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)

        async def perform() -> Answered:
            await _insist_on_omittable(connection, at, case, wanted, key)
            omission_id = await uploads.declare_omission(
                connection, case, author, uploads.Omitting(**wanted.model_dump()), key
            )
            return Answered(201, {"omission_id": omission_id}, number)

        answered = await once(connection, act, author.at, perform)
    return OmissionShown(
        omission_id=answered.body["omission_id"], kind=wanted.kind, person_id=wanted.person_id
    )


async def _insist_on_omittable(
    connection: AsyncConnection, at: Desk, case: Case, wanted: NewOmission, key: DataKey
) -> None:
    ready = await map_of(at, case)
    uploads.kind_of(ready.procedure, wanted.kind, wanted.person_id)
    await insist_on_editable(connection, case, {wanted.person_id or WHOLE})
    everything = await collected(connection, case, key)
    lines = document_list(ready, dossier(everything, ready, japan_date(at.now())))
    slot = (wanted.kind, wanted.person_id)
    if not any((line.kind, line.person_id) == slot and line.need == "omittable" for line in lines):
        raise Refused("omission_not_allowed", "kind")


@router.delete("/applications/{number}/omissions/{omission_id}", status_code=204)
async def take_back_omission(
    principal: MayEdit, at: AtDesk, number: NumberInPath, omission_id: OmissionInPath
) -> None:
    """Take back an omission; the document is needed again."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)
        everything = await collected(connection, case, key)
        row = next((each for each in everything.omissions if each.id == omission_id), None)
        if row is None:
            raise Refused("not_found")
        await insist_on_editable(connection, case, {row.person_id or WHOLE})
        await uploads.end_omissions(connection, case, author, kind=row.kind, person_id=row.person_id)
