"""What the road is told when it starts, and the policy of the map it was pinned to."""

from datetime import date, datetime
from typing import Literal

from schemas.commands import Answer
from schemas.identifiers import Number
from schemas.standing import Standing
from schemas.words import Word


class RoadPlan(Word):
    """What the road needs of the pinned map; codes and numbers only.

    `closed_days` are the office's closed days beyond weekends (national holidays, 29 Dec to 3 Jan) for the years to come:
    they travel with the application, so that a newer calendar never moves a running deadline.
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
    closed_days: tuple[date, ...]
    machine_channel: bool = False


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


class Journey(Word):
    """The road's input: what was handed in and, after continue-as-new, how far the road has come."""

    handed_in: HandedIn
    standing: Standing | None = None
    answered: dict[str, Answer] = {}


class Outcome(Word):
    """How the road ended: the number of persons per result."""

    number: Number
    results: dict[str, int]
