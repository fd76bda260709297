"""Links between applications: who waits is not lodged; when the other is decided he goes on, or is reviewed again.

When another result of the other comes to hold later, somebody looks at who went on meanwhile.
"""

from schemas.application import HandedIn
from schemas.commands import TellLink
from schemas.events import ReviewSentBack
from schemas.links import LinkNoted
from schemas.standing import PersonLine, Stage
from schemas.tasks import TaskKind
from workflows.human_tasks import opened
from workflows.situation import Happenings, Situation

REVIEWED_AGAIN = frozenset({Stage.READY, Stage.SECOND_REVIEW})
WENT_ON = frozenset({Stage.FILING, Stage.LODGED, Stage.MORE_REQUESTED, Stage.DECIDED, Stage.CLOSED})
"""Where no review comes any more that would look at him by itself."""


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
    if command.instead_of is not None:
        return _turned(situation, line, command)
    if line.waits_for != command.other_number:
        return []
    ended = LinkNoted(person_id=line.person_id, other_number=command.other_number, outcome=command.outcome)
    if command.outcome == "granted" or line.stage not in REVIEWED_AGAIN:
        return [ended]
    return [ended, ReviewSentBack(persons=(line.person_id,))]


def _turned(situation: Situation, line: PersonLine, command: TellLink) -> Happenings:
    """What was told, or what this application began from, does not hold any more. Told twice, it is noted once."""
    if line.waits_for is not None or (line.link_outcome or "granted") != command.instead_of:
        return []
    turned = LinkNoted(
        person_id=line.person_id,
        other_number=command.other_number,
        outcome=command.outcome,
        instead_of=command.instead_of,
    )
    if command.outcome != "granted" and line.stage in REVIEWED_AGAIN:
        return [turned, ReviewSentBack(persons=(line.person_id,))]
    if command.outcome != "granted" and line.stage in WENT_ON:
        return [turned, opened(situation, TaskKind.LINK_TURNED, (line.person_id,))]
    return [turned]
