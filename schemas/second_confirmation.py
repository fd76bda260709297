"""The second confirmation of a lodging: what the first person reported, and that somebody else must say the same."""

from typing import Literal, Protocol

from schemas.filing import Receipt, Reported
from schemas.parties import Actor
from schemas.standing import Standing
from schemas.tasks import Task, TaskKind
from schemas.words import Word


class Acted(Protocol):
    """As much of an event as is needed here: who acted."""

    @property
    def actor(self) -> Actor: ...


class LodgingReported(Word):
    """One person says that the authority has it, with these numbers; a second person has to confirm it."""

    kind: Literal["lodging_reported"] = "lodging_reported"
    filing_id: str
    receipts: tuple[Receipt, ...]


def reported(body: LodgingReported, standing: Standing, event: Acted) -> Standing:
    """The filing keeps what was reported; neither its handler nor who reported may take its task again."""
    told = Reported(by=event.actor.id, receipts=body.receipts)
    filings = tuple(
        each.model_copy(update={"reported": told}) if each.id == body.filing_id else each
        for each in standing.filings
    )
    filing = standing.filing(body.filing_id)
    handlers = (filing.handler,) if filing and filing.handler else ()
    tasks = tuple(_without(task, body.filing_id, (*handlers, told.by)) for task in standing.tasks)
    return standing.model_copy(update={"filings": filings, "tasks": tasks})


def _without(task: Task, filing_id: str, people: tuple[str, ...]) -> Task:
    if not task.is_open or task.kind is not TaskKind.LODGE or task.filing_id != filing_id:
        return task
    return task.model_copy(update={"excluded": tuple(dict.fromkeys((*task.excluded, *people)))})
