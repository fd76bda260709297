"""Leaving: persons whose road turns are taken out of tasks and prepared filings; the rest is in `schemas.folding`. Pure."""

from collections.abc import Iterable
from typing import TypeVar

from schemas.filing import UNDER_WAY, Filing, FilingState
from schemas.standing import Standing
from schemas.tasks import ABOUT_THE_CASE, Task

Part = TypeVar("Part", Task, Filing)


def released(standing: Standing, persons: Iterable[str]) -> Standing:
    """Persons whose road turned leave the open tasks and prepared filings they were part of.

    A filing that is under way keeps its persons and its task: how its act ended must still be said.
    """
    gone = frozenset(persons)
    under_way = {filing.id for filing in standing.filings if filing.state in UNDER_WAY}
    tasks = tuple(
        task if _stays(task) or task.filing_id in under_way else _without(task, gone)
        for task in standing.tasks
    )
    filings = tuple(
        _without(filing, gone) if filing.state is FilingState.PREPARED else filing
        for filing in standing.filings
    )
    return standing.model_copy(update={"tasks": tasks, "filings": filings})


def _stays(task: Task) -> bool:
    return not task.is_open or task.kind in ABOUT_THE_CASE


def _without(part: Part, gone: frozenset[str]) -> Part:
    kept = tuple(person for person in part.persons if person not in gone)
    return part if kept == part.persons else part.model_copy(update={"persons": kept})
