"""The catalogue: which procedures the desk takes, and one map with everything it asks for."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from api.access import Principal, needs
from api.bodies import Shown
from api.desk import AtDesk
from schemas.calendar import japan_date
from schemas.catalogue import Choice, Procedure
from schemas.maps import NotInForce, ProcedureMap, UnknownProcedure
from schemas.packs import PackBroken
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/procedures", tags=["procedures"])

PackName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SignedIn = Annotated[Principal, Depends(needs())]


class Brief(Shown):
    """One procedure in the list."""

    id: str
    regime: str
    authority: str
    ja: str
    en: str
    form: str
    version: date
    valid_from: date
    valid_to: date | None
    verification: str
    verified_on: date


class Procedures(Shown):
    """The procedures in force today."""

    items: list[Brief]


class Map(Shown):
    """One map, and the answers of every field that is chosen from a list, by field id."""

    procedure: Procedure
    choices: dict[str, list[Choice]]


@router.get("")
async def list_procedures(principal: SignedIn, at: AtDesk) -> Procedures:
    """What can be handed in today."""
    today = japan_date(at.now())
    return Procedures(items=[_brief(each) for each in at.catalogue.procedures(on=today)])


def _brief(procedure: Procedure) -> Brief:
    return Brief(
        id=procedure.id,
        regime=procedure.regime,
        authority=procedure.authority,
        ja=procedure.name.ja,
        en=procedure.name.en,
        form=procedure.form,
        version=procedure.version,
        valid_from=procedure.valid_from,
        valid_to=procedure.valid_to,
        verification=procedure.verification,
        verified_on=procedure.verified_on,
    )


@router.get("/{procedure_id}")
async def read_procedure(
    principal: SignedIn,
    at: AtDesk,
    procedure_id: str,
    version: Annotated[date | None, Query()] = None,
    pack: Annotated[PackName | None, Query()] = None,
) -> Map:
    """One map: today's, a version's, or that of the `pack` an application is pinned to."""
    today = japan_date(at.now())
    try:
        on = None if version else today
        ready = (
            await at.packs.named(pack) if pack else at.catalogue.map_for(procedure_id, on=on, version=version)
        )
    except (UnknownProcedure, NotInForce, PackBroken):
        raise Refused("not_found") from None
    if ready.procedure.id != procedure_id:
        raise Refused("not_found")
    return Map(procedure=ready.procedure, choices=choices_of(ready, today))


def choices_of(ready: ProcedureMap, on: date) -> dict[str, list[Choice]]:
    """The answers offered for every field that has any: choices, prefectures, countries; called as on that day."""
    tables = ready.tables
    listed = {
        "prefecture": [Choice(id=row.code, ja=row.ja, en=row.en) for row in tables.prefectures],
        "country": [Choice(id=row.code, ja=row.ja, en=row.en) for row in tables.countries],
    }
    offered = {
        field.id: listed.get(field.type) or list(ready.choices_of(field, on))
        for field in ready.procedure.fields
    }
    return {field_id: choices for field_id, choices in offered.items() if choices}
