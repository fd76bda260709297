"""From a map to the plan that travels with an application, and to what the road is told when it is set out.

Pure; used at hand-in, when a start is made up for, and when a road that has ended goes on.
"""

from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from schemas.application import HandedIn, RoadPlan
from schemas.calendar import japan_date
from schemas.catalogue import Procedure
from schemas.maps import ProcedureMap
from schemas.offices import receipt_prefixes
from schemas.tables import Tables

HOLIDAYS_KNOWN_YEARS = 3


class DeskPolicy(NamedTuple):
    """What the office that runs the desk decides for every road, whatever the map."""

    correction_rounds: int
    machine_channel: bool


class Pinned(Protocol):
    """The row of an application, as far as the road is told of it."""

    @property
    def number(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...
    @property
    def procedure(self) -> str: ...
    @property
    def map_version(self) -> date: ...


def handed_in(
    case: Pinned,
    ready: ProcedureMap,
    policy: DeskPolicy,
    *,
    persons: tuple[str, ...],
    by: str,
    at: datetime,
    **further: Any,
) -> HandedIn:
    """What the road is told. `ready`: the map the application is pinned to; `further`: `waits`, `origin`."""
    return HandedIn(
        number=case.number,
        organisation_id=case.organisation_id,
        procedure=case.procedure,
        map_version=case.map_version,
        persons=persons,
        plan=road_plan(ready.procedure, ready.tables, on=japan_date(at), **policy._asdict()),
        handed_in_by=by,
        handed_in_at=at,
        **further,
    )


def road_plan(
    procedure: Procedure, tables: Tables, *, on: date, correction_rounds: int, machine_channel: bool
) -> RoadPlan:
    """What the road needs of this map on this day. Policies are the map's; holidays are those known today."""
    last = on.replace(year=on.year + HOLIDAYS_KNOWN_YEARS, day=min(on.day, 28))
    return RoadPlan(
        review_levels=procedure.review.levels,
        delivery=procedure.delivery,
        result_kinds=tuple(kind.id for kind in procedure.results),
        channels=tuple(channel.id for channel in procedure.channels),
        correction_rounds=correction_rounds,
        correction_days=procedure.correction.within,
        correction_clock=procedure.correction.clock,
        remind_days_before=procedure.correction.reminders_before,
        review_office_days=procedure.review.within_office_days,
        expected_days=procedure.expected_days.usual,
        holidays=tuple(day.on for day in tables.holidays if on <= day.on <= last),
        machine_channel=machine_channel,
        confirmed_by_second=procedure.lodging.confirmed_by_second,
        receipt_prefixes=receipt_prefixes(tables, procedure.authority),
    )
