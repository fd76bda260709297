"""What a decision looks at: the standing, the pinned plan and the time. Pure; no Temporal in here.

A *decision* is a function `(situation, command) -> happenings`: it refuses by raising `Refused`, and otherwise says what
happens. Validators call it and throw the answer away; handlers call it and record the answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas import identifiers
from schemas.application import RoadPlan
from schemas.calendar import end_of_day, japan_date
from schemas.catalogue import Clock
from schemas.deadlines import last_day
from schemas.events import Happening
from schemas.filing import Filing
from schemas.refusals import Refused
from schemas.standing import PersonLine, Stage, Standing
from schemas.tasks import Task

Happenings = list[Happening]


@dataclass(frozen=True)
class Situation:
    """One application at one moment."""

    standing: Standing
    plan: RoadPlan
    now: datetime

    @property
    def number(self) -> str:
        """The application's number."""
        return self.standing.number

    def due_on(self, days: int, clock: Clock) -> date:
        """The last day: so many calendar or office days after today in Japan."""
        return last_day(self.plan.calendar, japan_date(self.now), days, clock)

    @property
    def review_due(self) -> datetime:
        """When what is opened now should be done, by the desk's own policy."""
        return end_of_day(self.due_on(self.plan.review_office_days, "office"))

    def task(self, task_id: str) -> Task:
        """The task, or the refusal that there is none or that it is over."""
        task = self.standing.task(task_id)
        if task is None:
            raise Refused("no_such_task", "task_id")
        if not task.is_open:
            raise Refused("task_closed", "task_id")
        return task

    def filing(self, filing_id: str) -> Filing:
        """The filing, or the refusal that there is none."""
        filing = self.standing.filing(filing_id)
        if filing is None:
            raise Refused("no_such_filing", "filing_id")
        return filing

    def person(self, person_id: str) -> PersonLine:
        """The line of a person, or the refusal that there is none."""
        line = self.standing.person(person_id)
        if line is None:
            raise Refused("unknown_person", "person_id")
        return line

    def at(self, stage: Stage, among: Iterable[str]) -> tuple[str, ...]:
        """Those of these persons that are at this stage."""
        chosen = frozenset(among)
        return tuple(person for person in self.standing.at_stage(stage) if person in chosen)

    def task_id(self, further: int = 0) -> str:
        """The id of the next task to be opened (or of a further one in the same decision)."""
        return identifiers.task_id(self.number, self.standing.tasks_opened + 1 + further)

    def filing_id(self) -> str:
        """The id of the next filing."""
        return identifiers.filing_id(self.number, self.standing.filings_prepared + 1)

    def finding_id(self, further: int = 0) -> str:
        """The id of the next finding."""
        return identifiers.finding_id(self.number, self.standing.findings_raised + 1 + further)

    def deadline_id(self, further: int = 0) -> str:
        """The id of the next deadline."""
        return f"{self.number}.deadline.{self.standing.deadlines_set + 1 + further}"


Decision = Callable[[Situation, Any], Happenings]
