"""What managers ask of the rules: newer ones weighed and adopted case by case, a kept check repeated."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, StringConstraints

from api.access import Principal, needs
from api.acts import SomeWords, ask_road, case_at, saying
from api.bodies import Body
from api.desk import AtDesk, Desk
from api.idempotency import CurrentAct
from api.paging import Listed, Paged, following, position
from api.paths import NumberInPath
from api.queries_case import HandedInCase
from api.read_log import record_read
from api.reading import key_of
from api.remark_rows import RemarkKind
from schemas import messages
from schemas.calendar import japan_date
from schemas.commands import AdoptPack, Answer
from schemas.inspections import Impact, RepeatAsked, Repeated, WeighAsked, Weighed
from schemas.maps import ProcedureMap, UnknownProcedure
from schemas.parties import Right
from schemas.refusals import Refused

LIST = "impact"
AT_ONCE = 50

router = APIRouter(prefix="/v1", tags=["rules"])

Inspector = Annotated[Principal, Depends(needs(Right.INSPECT))]
Adopter = Annotated[Principal, Depends(needs(Right.ADOPT_RULES))]
RoundInPath = Annotated[int, Path(ge=1, le=1_000)]


class ImpactQuery(Paged):
    """How many applications to weigh at once."""

    limit: int = Field(default=20, ge=1, le=AT_ONCE)


class Impacts(Listed[Impact]):
    """A page of impacts; `unreadable` were erased, or their rules can't be asked any more."""

    unreadable: tuple[str, ...] = ()


class Adopted(Body):
    """The shipped pack to adopt, and why."""

    pack_version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reason: SomeWords


@router.get("/impact")
async def show_impact(principal: Inspector, at: AtDesk, asked: Annotated[ImpactQuery, Query()]) -> Impacts:
    """What the shipped rules would change for open applications under others; nothing is changed. No values.

    Rules that are not shipped yet are weighed at the command line: `python -m activities.checks.impact --catalogue FOLDER`.
    """
    after = position(at.settings, LIST, asked.cursor)
    wanted = WeighAsked(
        on=japan_date(at.now()), after=str(after[0]) if after else "", limit=asked.rows(at.settings)
    )
    weighed = await at.gateway.inspect(messages.IMPACT, wanted, Weighed)
    async with at.database.as_desk() as connection:
        await record_read(
            connection, principal.id, [each.number for each in weighed.items], "impact", at.now()
        )
    last = (weighed.next,) if weighed.next else None
    return Impacts(
        items=weighed.items, next=following(at.settings, LIST, last), unreadable=weighed.unreadable
    )


@router.get("/applications/{number}/checks/{round}/again")
async def repeat_check(
    principal: Inspector, at: AtDesk, number: NumberInPath, round: RoundInPath
) -> Repeated:
    """Ask the kept checks of a round again, under their own rules, and compare. Refused: `check_not_kept`."""
    await case_at(at, number)
    await key_of(at.keys, number)
    repeated = await at.gateway.inspect(
        messages.CHECK_AGAIN, RepeatAsked(number=number, round=round), Repeated
    )
    if not repeated.items and not repeated.unreadable:
        raise Refused("check_not_kept")
    async with at.database.as_desk() as connection:
        await record_read(connection, principal.id, number, "check", at.now())
    return repeated


@router.post("/applications/{number}/rules")
async def adopt(
    principal: Adopter, at: AtDesk, number: NumberInPath, body: Adopted, act: CurrentAct
) -> Answer:
    """Check this application by the shipped rules from its next round on. Refused: `unknown_pack`, `pack_in_force`."""
    case = await case_at(at, number)
    newer = _shipped(at, case, body.pack_version)
    await at.packs.keep(newer)
    reason = saying(case, principal, act, RemarkKind.REASON, body.reason, for_client=False)
    command = AdoptPack(
        actor=principal.actor,
        act_id=act.id,
        pack_version=newer.pack_version,
        map_version=newer.procedure.version,
        remark_id=reason.id,
    )
    return await ask_road(at, number, messages.ADOPT_PACK, command, [reason])


def _shipped(at: Desk, case: HandedInCase, pack_version: str) -> ProcedureMap:
    """The pack that is shipped for the procedure today. Raises Refused."""
    if case.pack_version == pack_version:
        raise Refused("pack_in_force", "pack_version")
    try:
        newer = at.packs.shipped_for(case.procedure, japan_date(at.now()))
    except UnknownProcedure:
        raise Refused("unknown_pack", "pack_version") from None
    if newer.pack_version != pack_version:
        raise Refused("unknown_pack", "pack_version")
    return newer
