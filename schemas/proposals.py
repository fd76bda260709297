"""Proposals: what a reviewer suggests the client should do itself, why, and what the client answers. Pure.

The desk never acts in a client's place: a proposal changes nothing but the question it puts.
"""

from typing import Literal

from schemas.refusals import Refused
from schemas.standing import Proposal, ProposedAct, Standing
from schemas.words import Word


class Proposed(Word):
    """A reviewer proposes to split persons off, or to let one wait for another application; `remark_id` is the reason."""

    kind: Literal["proposed"] = "proposed"
    proposal_id: str
    proposed: ProposedAct
    persons: tuple[str, ...]
    other_number: str | None = None
    other_person_id: str | None = None
    remark_id: str


class ProposalAnswered(Word):
    """The client did what was proposed, or said no; or the proposal came to nothing because the person went on."""

    kind: Literal["proposal_answered"] = "proposal_answered"
    proposal_id: str
    answer: Literal["accepted", "declined"]
    remark_id: str | None = None


def proposed(body: Proposed, standing: Standing, event: object) -> Standing:
    """One more question to the client."""
    asked = Proposal(
        id=body.proposal_id,
        proposed=body.proposed,
        persons=body.persons,
        other_number=body.other_number,
        other_person_id=body.other_person_id,
        remark_id=body.remark_id,
    )
    return standing.model_copy(update={"proposals": (*standing.proposals, asked)})


def answered(body: ProposalAnswered, standing: Standing, event: object) -> Standing:
    """The question has its answer."""
    proposals = tuple(
        each.model_copy(update={"state": body.answer}) if each.id == body.proposal_id else each
        for each in standing.proposals
    )
    return standing.model_copy(update={"proposals": proposals})


def insist_on_open(standing: Standing, proposal_id: str, proposed: ProposedAct | None = None) -> Proposal:
    """The proposal that waits for its answer. Raises Refused `no_such_proposal`, `proposal_answered`."""
    found = next((each for each in standing.proposals if each.id == proposal_id), None)
    if found is None or proposed not in (None, found.proposed):
        raise Refused("no_such_proposal", "proposal_id")
    if found.state != "open":
        raise Refused("proposal_answered", "proposal_id")
    return found
