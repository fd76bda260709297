"""Whose an arrival is until somebody is named, and on which days its owner is reminded. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from schemas.calendar import days_between

LATE_AFTER = timedelta(days=2)
REMINDED_AFTER_DAYS = (2, 7, 14, 28)


def owner_for(uploaded_by: str | None, loads: Mapping[str, int]) -> str | None:
    """Who brought it, else whoever has the fewest open ones. `loads` are of all who may record results; None: nobody may."""
    if uploaded_by in loads:
        return uploaded_by
    return min(loads, key=lambda each: (loads[each], each), default=None)


def reminded_on(received_on: date, on: date) -> date | None:
    """The latest day up to this one on which the owner of what came that day and is still open is reminded (Japan)."""
    waited = days_between(received_on, on)
    after = max((days for days in REMINDED_AFTER_DAYS if days <= waited), default=None)
    return None if after is None else received_on + timedelta(days=after)
