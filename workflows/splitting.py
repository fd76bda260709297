"""Splitting off (分割): persons who are not lodged yet go on in another application, which the front desk has written."""

from schemas.application import HandedIn
from schemas.commands import SplitOff
from schemas.events import FindingsRaised
from schemas.proposals import ProposalAnswered, insist_on_open
from schemas.refusals import Refused
from schemas.splitting import CameBySplit, PersonsMoved, SplitRefused, insist_on_splittable
from workflows.situation import Happenings, Situation


def split_off(situation: Situation, command: SplitOff) -> Happenings:
    """They leave this road for the other application; what was found about them and not settled goes with them.

    Asked late, by the desk's own round, nobody hears a refusal: it is noted, and everybody stays.
    """
    try:
        return _moved(situation, command)
    except Refused as refused:
        if not command.is_late:
            raise
        failed = SplitRefused(persons=command.persons, to_number=command.to_number, code=refused.code)
        return [failed]


def _moved(situation: Situation, command: SplitOff) -> Happenings:
    insist_on_splittable(situation.standing, command.persons)
    happenings: Happenings = [
        PersonsMoved(persons=command.persons, to_number=command.to_number, proposal_id=command.proposal_id)
    ]
    if command.proposal_id is not None:
        insist_on_open(situation.standing, command.proposal_id, "split_off")
        happenings.append(ProposalAnswered(proposal_id=command.proposal_id, answer="accepted"))
    return happenings


def came(handed_in: HandedIn) -> Happenings:
    """What begins with the road of persons who were split off: where they come from, and what is still asked of them."""
    origin = handed_in.origin
    if origin is None:
        return []
    told = CameBySplit(from_number=origin.number, persons=handed_in.persons)
    return [told, FindingsRaised(findings=origin.findings)] if origin.findings else [told]
