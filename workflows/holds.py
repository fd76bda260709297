"""Holds (保留): clocks stop and nothing is lodged until the hold is lifted; the deadlines then move by its length."""

from schemas.commands import LiftHold, PlaceHold
from schemas.events import HoldLifted, HoldPlaced
from schemas.refusals import Refused
from workflows.situation import Happenings, Situation


def place(situation: Situation, command: PlaceHold) -> Happenings:
    """Stop the clocks."""
    if situation.standing.hold is not None:
        raise Refused("on_hold")
    return [HoldPlaced(reason=command.reason, remark_id=command.remark_id)]


def lift(situation: Situation, command: LiftHold) -> Happenings:
    """Let the clocks go on."""
    if situation.standing.hold is None:
        raise Refused("not_on_hold")
    return [HoldLifted()]
