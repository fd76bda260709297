"""What the road is told when it starts, and the policy of the map it was pinned to."""

from datetime import date, datetime

from schemas.identifiers import Number
from schemas.words import Word


class RoadPlan(Word):
    """What the road needs of the pinned map; codes and numbers only."""

    review_levels: int
    delivery: str
    result_kinds: tuple[str, ...]
    channels: tuple[str, ...]
    correction_rounds: int
    machine_channel: bool = False


class HandedIn(Word):
    """The start of the road: ids, codes and dates; no personal data. Also carried through continue-as-new."""

    number: Number
    organisation_id: str
    procedure: str
    map_version: date
    persons: tuple[str, ...]
    plan: RoadPlan
    handed_in_by: str
    handed_in_at: datetime


class Outcome(Word):
    """How the road ended: the number of persons per result."""

    number: Number
    results: dict[str, int]
