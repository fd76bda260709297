"""What the road is told when it starts, and the policy of the map it was pinned to."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from schemas.calendar import OfficeCalendar
from schemas.commands import Answer, RecordResult
from schemas.identifiers import Number
from schemas.links import Waiting
from schemas.splitting import Origin
from schemas.standing import Standing
from schemas.tables import ClosedDay
from schemas.words import Word


class RoadPlan(Word):
    """What the road needs of the pinned map; codes and numbers only.

    The national holidays known at hand-in travel with the application, so that a newer calendar never moves a
    running deadline.
    """

    review_levels: int
    delivery: str
    result_kinds: tuple[str, ...]
    channels: tuple[str, ...]
    correction_rounds: int
    correction_days: int
    correction_clock: Literal["calendar", "office"]
    remind_days_before: tuple[int, ...]
    review_office_days: int
    expected_days: int
    holidays: tuple[date, ...]
    machine_channel: bool = False
    confirmed_by_second: bool = False
    receipt_prefixes: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def calendar(self) -> OfficeCalendar:
        """The office calendar the application was handed in under. Past its last holiday only weekends and the turn
        of the year are known, so that an application that lives longer than the table is never stuck."""
        days = tuple(ClosedDay(on=on, ja="祝日") for on in self.holidays)
        return OfficeCalendar(known_from=date.min, known_to=date.max, holidays=days)


class HandedIn(Word):
    """What was handed in: ids, codes and dates; no personal data."""

    number: Number
    organisation_id: str
    procedure: str
    map_version: date
    persons: tuple[str, ...]
    plan: RoadPlan
    handed_in_by: str
    handed_in_at: datetime
    waits: tuple[Waiting, ...] = ()
    origin: Origin | None = None


class Journey(Word):
    """The road's input: what was handed in and, after continue-as-new, how far the road has come.

    `reopening`: the road had ended, and goes on because of a result that differs from the recorded one.
    """

    handed_in: HandedIn
    standing: Standing | None = None
    answered: dict[str, Answer] = Field(default_factory=dict)
    reopening: RecordResult | None = None


class Outcome(Word):
    """How the road ended: the number of persons per result."""

    number: Number
    results: dict[str, int]
