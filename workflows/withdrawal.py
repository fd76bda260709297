"""Withdrawal (取下げ), possible at every point: before lodging it ends a person's road, afterwards it becomes a filing."""

from schemas.commands import Withdraw
from schemas.events import WithdrawalRequested, Withdrawn
from schemas.filing import FilingKind
from schemas.refusals import Refused
from schemas.standing import DECIDED, PersonLine, Stage
from workflows.situation import Happenings, Situation


def withdraw(situation: Situation, command: Withdraw) -> Happenings:
    """Withdraw these persons, or all that are not decided yet. Refused while a lodging is under way."""
    for person_id in command.persons:
        situation.person(person_id)
    chosen = command.persons or tuple(line.person_id for line in situation.standing.persons)
    happenings = withdrawing(situation, chosen)
    if not happenings:
        raise Refused("already_closed")
    return happenings


def withdrawing(situation: Situation, persons: tuple[str, ...]) -> Happenings:
    """What withdrawing these persons means for each of them."""
    lines = [situation.person(person_id) for person_id in persons]
    lines = [line for line in lines if line.stage not in DECIDED and not _asked_already(line)]
    if any(line.stage is Stage.FILING for line in lines):
        raise Refused("filing_under_way")
    lodged = tuple(line.person_id for line in lines if line.receipt is not None)
    before = tuple(line.person_id for line in lines if line.receipt is None)
    happenings: Happenings = [Withdrawn(persons=before)] if before else []
    return [*happenings, WithdrawalRequested(persons=lodged)] if lodged else happenings


def _asked_already(line: PersonLine) -> bool:
    return line.lodges_next is FilingKind.WITHDRAWAL
