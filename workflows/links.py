"""Links between applications: who waits is not lodged; when the other is decided he goes on, or is reviewed again."""

from schemas.application import HandedIn
from schemas.commands import TellLink
from schemas.events import ReviewSentBack
from schemas.links import LinkNoted
from schemas.standing import Stage
from workflows.situation import Happenings, Situation

REVIEWED_AGAIN = frozenset({Stage.READY, Stage.SECOND_REVIEW})


def noted(handed_in: HandedIn) -> Happenings:
    """What begins with the road: for whom it waits for another application."""
    return [
        LinkNoted(person_id=each.person_id, other_number=each.other_number, outcome="waits")
        for each in handed_in.waits
    ]


def tell(situation: Situation, command: TellLink) -> Happenings:
    """The other application has ended. Granted: the person goes on by himself. Otherwise a reviewer looks at him again.

    Told of what nobody waits for (any more), nothing happens.
    """
    line = situation.person(command.person_id)
    if line.waits_for != command.other_number:
        return []
    ended = LinkNoted(person_id=line.person_id, other_number=command.other_number, outcome=command.outcome)
    if command.outcome == "granted" or line.stage not in REVIEWED_AGAIN:
        return [ended]
    return [ended, ReviewSentBack(persons=(line.person_id,))]
