"""From a map to the plan that travels with an application. Pure; used at hand-in and when a start is made up for."""

from datetime import date

from schemas.application import RoadPlan
from schemas.catalogue import Procedure
from schemas.offices import receipt_prefixes
from schemas.tables import Tables

HOLIDAYS_KNOWN_YEARS = 3


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
        expected_days=procedure.expected_days.typical or procedure.expected_days.most,
        holidays=tuple(day.on for day in tables.holidays if on <= day.on <= last),
        machine_channel=machine_channel,
        confirmed_by_second=procedure.lodging.confirmed_by_second,
        receipt_prefixes=receipt_prefixes(tables, procedure.authority),
    )
