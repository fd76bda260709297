"""Links between applications: who waits is not lodged; when the other is decided he goes on, or is reviewed again.

When another result of the other comes to hold later, somebody looks at who went on meanwhile.
"""

from schemas.application import HandedIn
from schemas.commands import TellLink
from schemas.events import ReviewSentBack
from schemas.links import LinkNoted
from schemas.standing import DECIDED, PersonLine, Stage
from schemas.tasks import TaskKind
from workflows.human_tasks import opened
from workflows.situation import Happenings, Situation

REVIEWED_AGAIN = frozenset({Stage.READY, Stage.SECOND_REVIEW})
WENT_ON = frozenset({Stage.FILING, Stage.LODGED, Stage.MORE_REQUESTED, *DECIDED})
"""Where no review comes any more that would look at him by itself."""


def noted(handed_in: HandedIn) -> Happenings:
    """What begins with the road: for whom it waits for another application."""
    return [
        LinkNoted(person_id=each.person_id, other_number=each.other_number, outcome="waits")
        for each in handed_in.waits
    ]


def tell(situation: Situation, command: TellLink) -> Happenings:
    """The other application has ended, or another result of it came to hold. Granted: the person goes on by himself.

    Otherwise a reviewer looks at him again; at who went on meanwhile, once. Told of what nobody waits for (any more), or
    of what is known, nothing happens.
    """
    line = situation.person(command.person_id)
    if not _is_news(line, command):
        return []
    persons = (line.person_id,)
    told = LinkNoted(
        person_id=line.person_id,
        other_number=command.other_number,
        outcome=command.outcome,
        instead_of=command.instead_of,
    )
    if command.outcome == "granted":
        return [told]
    if line.stage in REVIEWED_AGAIN:
        return [told, ReviewSentBack(persons=persons)]
    looked_at = {p for task in situation.standing.open_tasks(TaskKind.LINK_TURNED) for p in task.persons}
    if command.instead_of is None or line.stage not in WENT_ON or line.person_id in looked_at:
        return [told]
    return [told, opened(situation, TaskKind.LINK_TURNED, persons)]


def _is_news(line: PersonLine, command: TellLink) -> bool:
    """Whether he waits for it; of another result: whether what it replaces is what was told, or what he began from."""
    if command.instead_of is None:
        return line.waits_for == command.other_number
    return line.waits_for is None and (line.link_outcome or "granted") == command.instead_of
