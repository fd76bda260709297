"""Stops (提出の停止): the portal is down, the rules change tomorrow. What they cover is not lodged until they are lifted."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from schemas.words import Word

StopReason = Literal["channel_down", "authority_closed", "rule_changes", "other"]


class StoppableLodging(Word):
    """What is to be lodged: which procedure, with which authority's office, through which channel."""

    procedure: str
    authority: str
    office: str | None = None
    channel: str | None = None


class Stop(Word):
    """One stop. What is None is not asked: a stop of a channel covers every procedure lodged through it.

    On `until_on` a manager looks at it again; it does not end by itself.
    """

    id: str
    procedure: str | None = None
    authority: str | None = None
    office: str | None = None
    channel: str | None = None
    reason: StopReason
    words: str
    placed_by: str
    placed_at: datetime
    until_on: date

    def covers(self, lodging: StoppableLodging) -> bool:
        """Whether that lodging waits for this stop to be lifted."""
        asked = ("procedure", "authority", "office", "channel")
        named = [name for name in asked if getattr(self, name) is not None]
        return bool(named) and all(getattr(self, name) == getattr(lodging, name) for name in named)


def covering(stops: Iterable[Stop], lodging: StoppableLodging) -> tuple[Stop, ...]:
    """The stops that keep this from being lodged."""
    return tuple(stop for stop in stops if stop.covers(lodging))
