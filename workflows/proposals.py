"""Proposals: a reviewer suggests that persons are split off or that one waits for another application; clients answer."""

from schemas.commands import AnswerProposal, Propose
from schemas.links import LinkNoted
from schemas.proposals import ProposalAnswered, Proposed, insist_on_open
from schemas.refusals import Refused
from schemas.splitting import insist_on_splittable
from schemas.standing import PersonLine, Proposal, Stage, Standing
from workflows.situation import Happenings, Situation

WAITABLE = frozenset({Stage.INTAKE, Stage.REVIEW, Stage.SECOND_REVIEW, Stage.CORRECTION, Stage.READY})


def propose(situation: Situation, command: Propose) -> Happenings:
    """Put the question; refused where the client could not do it now, or is asked the same already."""
    if command.proposed == "split_off":
        insist_on_splittable(situation.standing, command.persons)
    else:
        _insist_on_waiting(situation, command)
    if any(_asks_the_same(each, command) for each in situation.standing.proposals):
        raise Refused("proposed_already")
    return [
        Proposed(
            proposal_id=proposal_id(situation.standing),
            proposed=command.proposed,
            persons=command.persons,
            other_number=command.other_number,
            other_person_id=command.other_person_id,
            remark_id=command.remark_id,
        )
    ]


def proposal_id(standing: Standing) -> str:
    """The id of the next proposal."""
    return f"{standing.number}.proposal.{len(standing.proposals) + 1}"


def _asks_the_same(asked: Proposal, command: Propose) -> bool:
    same = (asked.proposed, asked.other_number) == (command.proposed, command.other_number)
    return asked.state == "open" and same and set(asked.persons) == set(command.persons)


def _insist_on_waiting(situation: Situation, command: Propose) -> None:
    if len(command.persons) != 1 or command.other_number is None or command.other_person_id is None:
        raise Refused("unknown_person", "persons")
    _insist_on_not_lodged(situation.person(command.persons[0]))


def _insist_on_not_lodged(line: PersonLine) -> None:
    if line.stage is Stage.FILING:
        raise Refused("filing_under_way", "persons")
    if line.stage not in WAITABLE or line.receipt is not None or line.waits_for is not None:
        raise Refused("not_to_wait", "persons")


def answer(situation: Situation, command: AnswerProposal) -> Happenings:
    """The client declines, or lets the person wait. To be split off is an act of its own, which answers by itself."""
    asked = insist_on_open(situation.standing, command.proposal_id)
    told = ProposalAnswered(proposal_id=asked.id, answer=command.answer, remark_id=command.remark_id)
    if command.answer == "declined":
        return [told]
    if asked.proposed != "wait_for" or asked.other_number is None:
        raise Refused("no_such_proposal", "proposal_id")
    line = situation.person(asked.persons[0])
    _insist_on_not_lodged(line)
    waits = LinkNoted(person_id=line.person_id, other_number=asked.other_number, outcome="waits")
    return [told, waits]
