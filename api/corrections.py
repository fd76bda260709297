"""Corrections: the client sees all findings together, answers them, and hands in the next round."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.applications import HandedInShown, MayHandIn, author_of, insist_on_completeness, map_of
from api.bodies import Body, Shown, Token, Words
from api.content import Author, locked_case
from api.desk import AtDesk, Desk
from api.gateway import NotReady
from api.hand_in import Receipt, seal_round
from api.idempotency import Act, Answered, CurrentAct, once
from api.paths import NumberInPath
from api.queries_deadlines import answer_due_at
from api.queries_findings import FindingView, KeptFinding, findings_of, remarks_of, texts_under
from api.reading import (
    WHOLE,
    Case,
    Collected,
    case_of,
    collected,
    contents_of,
    current,
    editable_persons,
    key_of,
)
from api.remark_rows import NewRemark, RemarkKind, remark_id_of, write_remarks
from api.remedies import with_remedies
from infra.database.tables import finding, hand_in, person_standing, standing
from infra.kept_checks import kept_findings
from infra.keys import DataKey
from infra.logs import get_log
from schemas import messages
from schemas.commands import HandInCorrection
from schemas.findings import ASKS_CLIENT, FindingState
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.standing import ASKED, CORRECTABLE

ROAD_TOLD_WITHIN_SECONDS = 0.3
TOLD_TO_CLIENT = frozenset(
    {FindingState.OPEN, FindingState.ANSWERED, FindingState.VERIFIED, FindingState.WAIVED}
)

WENT_ON = tuple(stage.value for stage in CORRECTABLE if stage not in ASKED)

router = APIRouter(prefix="/v1/applications/{number}", tags=["corrections"])
log = get_log("api")


class FindingsShown(Shown):
    """All findings the client was told of, and until when a correction is expected."""

    number: str
    due_at: datetime | None
    persons_to_correct: list[str]
    findings: list[FindingView]


class Reply(Body):
    """An answer to one finding."""

    finding_id: Token
    words: Words


class Correction(Body):
    """The next round: whose (everybody asked when nobody is named), with answers to findings."""

    persons: list[Token] = Field(default_factory=list, max_length=100)
    replies: list[Reply] = Field(default_factory=list, max_length=500)


@router.get("/findings")
async def read_findings(
    principal: Annotated[Principal, Depends(needs(Right.READ_OWN))], at: AtDesk, number: NumberInPath
) -> FindingsShown:
    """Findings of one's own application, as they were told to the client, with what would settle them."""
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.client_organisation)
        editable = frozenset() if case.is_draft else await editable_persons(connection, case)
        remarks = await remarks_of(connection, number, key)
        due_at = await answer_due_at(connection, number) if editable else None
    # The values in messages stand in reports that only the desk's hat reads; the case is the caller's own.
    async with at.database.as_desk() as connection:
        kept = await kept_findings(connection, key, number)
    told = {
        name: KeptFinding(each.message_values, check.as_of, seen_on=each.seen_on)
        for name, (check, each) in kept.items()
    }
    texts = texts_under(await map_of(at, case), told, remarks)
    async with scope(at, principal) as connection:
        found = await findings_of(connection, number, texts)
    return FindingsShown(
        number=number,
        due_at=due_at,
        persons_to_correct=[person for person in case.persons if person in editable],
        findings=await with_remedies(at, filter(_is_told, found), kept),
    )


def _is_told(found: FindingView) -> bool:
    """What was asked of the client; what only reviewers look at (notes, what a rule could not decide) stays inside."""
    return found.state in TOLD_TO_CLIENT and found.severity in ASKS_CLIENT and not found.cannot_decide


@router.post("/corrections", status_code=201)
async def correct(
    principal: MayHandIn, at: AtDesk, number: NumberInPath, act: CurrentAct, correction: Correction
) -> HandedInShown:
    """Hand in the next round. Durable like the first hand-in; the road is told at once or by the desk's round."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)

        async def perform() -> Answered:
            receipt = await _next_round(connection, at, case, author, correction=correction, act=act, key=key)
            return Answered(201, {"number": number, "receipt": receipt.shown()}, number)

        answered = await once(connection, act, author.at, perform)
        handed = HandedInShown.model_validate(answered.body)
        persons = await _persons_in(connection, number, handed.receipt.round)
    command = HandInCorrection(
        actor=principal.actor,
        act_id=act.id,
        round=handed.receipt.round,
        persons=persons,
        handed_in_at=handed.receipt.handed_in_at,
    )
    await _tell(at, number, command)
    return handed


async def _next_round(
    connection: AsyncConnection,
    at: Desk,
    case: Case,
    author: Author,
    *,
    correction: Correction,
    act: Act,
    key: DataKey,
) -> Receipt:
    persons = await _persons_to_correct(connection, case, correction)
    await _insist_on_a_round_left(connection, at, case)
    await _insist_on_findings(connection, case, correction)
    everything = await collected(connection, case, key)
    insist_on_completeness(at, everything, await map_of(at, case))
    if await _whole_changed(connection, case, everything):
        persons = await _with_those_who_went_on(connection, case, persons)
    receipt = await seal_round(connection, everything, author, persons)
    replies = (
        _remark(case, author, act, place=place, reply=reply) for place, reply in enumerate(correction.replies)
    )
    await write_remarks(connection, key, replies, author.at)
    return receipt


async def _persons_to_correct(
    connection: AsyncConnection, case: Case, correction: Correction
) -> tuple[str, ...]:
    if case.is_draft:
        raise Refused("not_handed_in")
    named = frozenset(correction.persons)
    if not named <= frozenset(case.persons):
        raise Refused("unknown_person", "persons")
    editable = await editable_persons(connection, case)
    if not editable or not named <= editable:
        raise Refused("nothing_to_correct", "persons")
    return tuple(person for person in case.persons if person in (named or editable))


async def _whole_changed(connection: AsyncConnection, case: Case, everything: Collected) -> bool:
    """Whether what concerns everybody (answers or documents of the whole application) differs from the last round."""
    whole = (await contents_of(connection, case)).get(WHOLE)
    fresh = [each for each in current(everything.documents) if each.sealed_in_round is None]
    return (whole is not None and whole.sealed_in_round is None) or any(
        each.person_id is None for each in fresh
    )


async def _with_those_who_went_on(
    connection: AsyncConnection, case: Case, persons: tuple[str, ...]
) -> tuple[str, ...]:
    """Who passed on what has changed now is checked and reviewed again, unless the authority has it already."""
    went_on = select(person_standing.c.person_id).where(
        person_standing.c.number == case.number, person_standing.c.stage.in_(WENT_ON)
    )
    chosen = {*persons, *(await connection.execute(went_on)).scalars()}
    return tuple(person for person in case.persons if person in chosen)


async def _insist_on_a_round_left(connection: AsyncConnection, at: Desk, case: Case) -> None:
    folded = select(standing.c.folded["rounds_granted"].as_integer()).where(standing.c.number == case.number)
    granted = (await connection.execute(folded)).scalar_one_or_none() or 0
    if case.rounds >= at.settings.limits.correction_rounds + granted:
        raise Refused("too_many_rounds", limit=at.settings.limits.correction_rounds + granted)


async def _insist_on_findings(connection: AsyncConnection, case: Case, correction: Correction) -> None:
    named = {reply.finding_id for reply in correction.replies}
    if not named:
        return
    asked = select(finding.c.id).where(
        finding.c.organisation_id == case.organisation_id,
        finding.c.number == case.number,
        finding.c.state.in_([state.value for state in TOLD_TO_CLIENT]),
    )
    if not named <= set((await connection.execute(asked)).scalars()):
        raise Refused("no_such_finding", "replies")


def _remark(case: Case, author: Author, act: Act, *, place: int, reply: Reply) -> NewRemark:
    return NewRemark(
        id=remark_id_of(act.id, place),
        organisation_id=case.organisation_id,
        number=case.number,
        kind=RemarkKind.REPLY,
        author=author.actor,
        words=reply.words,
        for_client=True,
        finding_id=reply.finding_id,
    )


async def _persons_in(connection: AsyncConnection, number: str, round_: int) -> tuple[str, ...]:
    asked = select(hand_in.c.persons).where(hand_in.c.number == number, hand_in.c.round == round_)
    return tuple((await connection.execute(asked)).scalar_one())


async def _tell(at: Desk, number: str, command: HandInCorrection) -> None:
    try:
        async with asyncio.timeout(ROAD_TOLD_WITHIN_SECONDS):
            await at.gateway.act(number, messages.HAND_IN_CORRECTION, command)
    except (TimeoutError, NotReady):
        log.info("road_not_told", number=number)
    except Refused as refused:
        log.warning("correction_refused_by_road", number=number, code=refused.code)
