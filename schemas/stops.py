"""Stops (提出の停止): the portal is down, the rules change tomorrow. What they cover is not lodged until they are lifted."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from schemas.calendar import days_between, japan_date
from schemas.catalogue import Bilingual
from schemas.deadlines import Derivation, ja_day
from schemas.words import Word

StopReason = Literal["channel_down", "authority_closed", "rule_changes", "other"]


REMINDED_EVERY_DAYS = 7


class StoppableLodging(Word):
    """What is to be lodged: which procedure, with which authority's office, through which channel."""

    procedure: str
    authority: str
    office: str | None = None
    channel: str | None = None


class Stop(Word):
    """One stop. What is None is not asked: a stop of a channel covers every procedure lodged through it.

    On `until_on` a manager looks at it again, and is reminded until it is lifted; it does not end by itself.
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

    def is_due(self, on: date) -> bool:
        """Whether the day (Japan) on which it is to be looked at again has come."""
        return self.until_on <= on

    def reminded_on(self, on: date) -> date | None:
        """The latest day up to this one on which somebody is reminded of it: its own, and every week after."""
        if not self.is_due(on):
            return None
        return on - timedelta(days=days_between(self.until_on, on) % REMINDED_EVERY_DAYS)


def covering(stops: Iterable[Stop], lodging: StoppableLodging) -> tuple[Stop, ...]:
    """The stops that keep this from being lodged."""
    return tuple(stop for stop in stops if stop.covers(lodging))


UNMOVED: Mapping[str, Bilingual] = {
    "correction": Bilingual(
        ja="補正は官署の窓口と関わらず進む(当方の方針)",
        en="What is to be corrected does not depend on the authority's desk, our own policy",
    ),
    "more_requested": Bilingual(
        ja="官署の求めに答える日は、当方の停止では延びない",
        en="The day to answer the authority is not ours to move",
    ),
    "result_expected": Bilingual(
        ja="提出済みの審査は、これからの提出の停止と関わらない",
        en="What is lodged is examined whatever is lodged later",
    ),
    "hold": Bilingual(
        ja="保留を確かめる日は担当者が定めた",
        en="The day named for looking at the hold stays as it was named",
    ),
    "window": Bilingual(
        ja="申請できる期間は法令の定めで、当方の停止では延びない",
        en="When it may be lodged is the law's to say: our own stop does not extend it",
    ),
}
"""Why a stop moves no day: what lies between a day and us, or that the day is not ours. An office that wants clocks to
stand still places holds."""


def told_beside(stops: Iterable[Stop], kind: str) -> tuple[Derivation, ...]:
    """What the tree of a deadline of this kind (or of the `window`) says of the stops that run: that they don't move it."""
    why = UNMOVED[kind]
    because = (Derivation(ja=why.ja, en=why.en),)
    return tuple(
        Derivation(
            ja=f"{ja_day(placed_on)}からの提出の停止では動かない",
            en=f"Not moved by the stop of lodging since {placed_on.isoformat()}",
            because=because,
        )
        for placed_on in (japan_date(stop.placed_at) for stop in stops)
    )


def concerning(
    stops: Iterable[Stop], asked: StoppableLodging, channels: Iterable[str], offices: Iterable[str | None]
) -> tuple[Stop, ...]:
    """The stops that keep at least one of these ways of lodging shut."""
    ways = [
        asked.model_copy(update={"channel": channel, "office": office})
        for office in offices
        for channel in channels
    ]
    return tuple(stop for stop in stops if any(stop.covers(way) for way in ways))
