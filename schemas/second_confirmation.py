"""The second confirmation of a lodging: where it is asked, what the first person reported, and who must say the same.

No authority asks for it. A map or the desk's own settings may: it guards against a slip of one person.
"""

from typing import ClassVar, Literal, Protocol

from schemas.filing import NotTaken, Receipt, Reported
from schemas.parties import Actor
from schemas.standing import Standing
from schemas.standing_changes import with_filing
from schemas.tasks import Task, TaskKind
from schemas.words import Grown, Word


class Acted(Protocol):
    """As much of an event as is needed here: who acted."""

    @property
    def actor(self) -> Actor: ...


class SecondAsked(Word):
    """For this filing, which is about to be lodged by hand, the desk wants two people to say that it arrived."""

    kind: Literal["second_asked"] = "second_asked"
    filing_id: str


def asked(body: SecondAsked, standing: Standing, event: object) -> Standing:
    """The filing keeps it, whatever the desk wants later."""
    return with_filing(standing, body.filing_id, second_asked=True)


class LodgingReported(Grown):
    """One person says whom the authority took, with these numbers, and whom not; a second person has to confirm it."""

    GAINED: ClassVar = frozenset({"not_taken"})

    kind: Literal["lodging_reported"] = "lodging_reported"
    filing_id: str
    receipts: tuple[Receipt, ...]
    not_taken: tuple[NotTaken, ...] = ()


def reported(body: LodgingReported, standing: Standing, event: Acted) -> Standing:
    """The filing keeps what was reported; neither its handler nor who reported may take its task again."""
    told = Reported(by=event.actor.id, receipts=body.receipts, not_taken=body.not_taken)
    filing = standing.filing(body.filing_id)
    handlers = (filing.handler,) if filing and filing.handler else ()
    tasks = tuple(_without(task, body.filing_id, (*handlers, told.by)) for task in standing.tasks)
    noted = with_filing(standing, body.filing_id, reported=told)
    return noted.model_copy(update={"tasks": tasks})


def _without(task: Task, filing_id: str, people: tuple[str, ...]) -> Task:
    if not task.is_open or task.kind is not TaskKind.LODGE or task.filing_id != filing_id:
        return task
    return task.model_copy(update={"excluded": tuple(dict.fromkeys((*task.excluded, *people)))})
