"""Proposals: a reviewer proposes, with a reason, what only the client may do; the client does it or declines."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.act_paths import ProposalInPath
from api.acts import Persons, PlainId, SomeWords, ask_road, case_at, reason_of, saying
from api.applications import MayHandIn, MayRead, author_of
from api.bodies import Body, Shown
from api.content import Author, locked_case
from api.desk import AtDesk, Desk
from api.idempotency import CurrentAct
from api.paths import NumberInPath
from api.queries import reading_key
from api.queries_case import HandedInCase
from api.queries_findings import Words, remarks_of
from api.queries_splits import folded_standing
from api.read_log import record_read
from api.reading import Case, case_of, keys_of
from api.remark_rows import RemarkKind
from api.waiting import NewLink, end_waiting, insist_on_one_person, make_waiting, waited_for
from schemas import messages
from schemas.commands import Answer, AnswerProposal, Propose
from schemas.identifiers import Number
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.splitting import SPLITTABLE
from schemas.standing import Proposal, ProposedAct, Standing

router = APIRouter(prefix="/v1/applications/{number}/proposals", tags=["proposals"])

Proposing = Annotated[Principal, Depends(needs(Right.REVIEW))]


class NewProposal(Body):
    """What is proposed, for whom, why. To wait: for one person, which other application of the same client, and who
    that person is there."""

    proposed: ProposedAct
    persons: Annotated[Persons, Field(min_length=1)]
    other_number: Number | None = None
    other_person_id: PlainId | None = None
    reason: SomeWords


class Answering(Body):
    """Yes (to wait) or no; to be split off is said yes to by splitting off. A no may have a reason."""

    answer: Literal["accepted", "declined"]
    reason: SomeWords | None = None


class ProposalView(Shown):
    """One proposal with its reason. `is_possible`: an open one that the client can still follow."""

    id: str
    proposed: ProposedAct
    persons: list[str]
    other_number: str | None
    state: str
    is_possible: bool
    reason: Words | None


@router.get("")
async def show_proposals(principal: MayRead, at: AtDesk, number: NumberInPath) -> list[ProposalView]:
    """What reviewers proposed about an application, the oldest first; that staff read it is recorded."""
    key = await reading_key(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.organisation_id)
        if principal.is_staff and case.is_draft:
            raise Refused("not_found")
        standing = await folded_standing(connection, number)
        if standing is None or not standing.proposals:
            return []
        if principal.is_staff:
            await record_read(connection, principal.id, number, "proposals", at.now())
        said = {each.id: each for each in await remarks_of(connection, number, key)}
    return [_view(each, standing, said.get(each.remark_id)) for each in standing.proposals]


def _view(proposal: Proposal, standing: Standing, reason: Words | None) -> ProposalView:
    lines = [line for line in standing.persons if line.person_id in proposal.persons]
    possible = all(line.stage in SPLITTABLE and line.receipt is None for line in lines)
    return ProposalView(
        id=proposal.id,
        proposed=proposal.proposed,
        persons=list(proposal.persons),
        other_number=proposal.other_number,
        state=proposal.state,
        is_possible=proposal.state == "open" and possible,
        reason=reason,
    )


@router.post("", status_code=201)
async def propose(
    principal: Proposing, at: AtDesk, number: NumberInPath, act: CurrentAct, wanted: NewProposal
) -> Answer:
    """Propose to split persons off, or to let one wait for another application of the same client.

    Refused: `not_to_split`, `last_person`, `not_to_wait`, `proposed_already`, `link_circle`, `not_found`, …
    """
    case = await case_at(at, number)
    if wanted.proposed == "wait_for":
        await _insist_on_the_other(at, case, wanted)
    reason = saying(case, principal, act, RemarkKind.REASON, wanted.reason, for_client=True)
    command = Propose(
        actor=principal.actor,
        act_id=act.id,
        proposed=wanted.proposed,
        persons=tuple(dict.fromkeys(wanted.persons)),
        other_number=wanted.other_number if wanted.proposed == "wait_for" else None,
        other_person_id=wanted.other_person_id if wanted.proposed == "wait_for" else None,
        remark_id=reason.id,
    )
    return await ask_road(at, number, messages.PROPOSE, command, [reason])


async def _insist_on_the_other(at: Desk, case: HandedInCase, wanted: NewProposal) -> None:
    """The other application is the same client's and handed in, the person is himself there, and nobody waits in a ring."""
    if wanted.other_number is None or wanted.other_person_id is None:
        raise Refused("not_found", "other_number")
    if len(wanted.persons) != 1:
        raise Refused("not_to_wait", "persons")
    asked = NewLink(
        person_id=wanted.persons[0],
        other_number=wanted.other_number,
        other_person_id=wanted.other_person_id,
    )
    keys = await keys_of(at.keys, case.number, wanted.other_number)
    async with at.database.as_desk() as connection:
        here = await case_of(connection, case.number, case.organisation_id)
        other = await waited_for(connection, here, asked)
        if other.is_draft:
            raise Refused("not_found", "other_number")
        await insist_on_one_person(connection, keys, here, other, asked)


@router.post("/{proposal_id}/answer")
async def answer(
    principal: MayHandIn,
    at: AtDesk,
    number: NumberInPath,
    proposal_id: ProposalInPath,
    act: CurrentAct,
    *,
    wanted: Answering,
) -> Answer:
    """Follow a proposal to wait, or decline a proposal. Refused: `no_such_proposal`, `proposal_answered`, `not_to_wait`."""
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)
        if wanted.answer == "accepted":
            await _let_wait(connection, case, author, proposal_id)
    reason = reason_of(case, principal, act, wanted.reason)
    command = AnswerProposal(
        actor=principal.actor,
        act_id=act.id,
        proposal_id=proposal_id,
        answer=wanted.answer,
        remark_id=reason.id if reason else None,
    )
    try:
        return await ask_road(at, number, messages.ANSWER_PROPOSAL, command, [reason] if reason else [])
    except Refused:
        async with scope(at, principal) as connection:
            await _take_back(connection, case, proposal_id)
        raise


async def _let_wait(connection: AsyncConnection, case: Case, author: Author, proposal_id: str) -> None:
    """The link is written before the road is told. Of what was answered already the road knows the answer."""
    asked = await _proposal(connection, case, proposal_id)
    if asked is None or asked.other_number is None or asked.other_person_id is None:
        raise Refused("no_such_proposal", "proposal_id")
    if asked.state != "open":
        return
    wanted = NewLink(
        person_id=asked.persons[0],
        other_number=asked.other_number,
        other_person_id=asked.other_person_id,
    )
    await make_waiting(connection, case, author, wanted)


async def _proposal(connection: AsyncConnection, case: Case, proposal_id: str) -> Proposal | None:
    standing = await folded_standing(connection, case.number)
    return next((each for each in standing.proposals if each.id == proposal_id), None) if standing else None


async def _take_back(connection: AsyncConnection, case: Case, proposal_id: str) -> None:
    """The road refused: who waits for nothing there has no link either."""
    standing = await folded_standing(connection, case.number)
    asked = await _proposal(connection, case, proposal_id)
    line = standing.person(asked.persons[0]) if standing and asked and asked.other_number else None
    if line is not None and line.waits_for is None:
        await end_waiting(connection, case, line.person_id)
