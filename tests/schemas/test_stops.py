"""What a stop covers: everything that fits all it names, and nothing else."""

from datetime import UTC, date, datetime

import pytest

from schemas.stops import Stop, StoppableLodging, covering

WANTED = StoppableLodging(procedure="isa.extension.ssw1", authority="isa", office="tokyo", channel="online")


def a_stop(**named: str) -> Stop:
    given = {"id": "1", "reason": "channel_down", "words": "障害", "placed_by": "manager-1", **named}
    return Stop.model_validate(
        {**given, "placed_at": datetime(2026, 11, 22, tzinfo=UTC), "until_on": date(2026, 11, 23)}
    )


@pytest.mark.parametrize(
    "named",
    [
        {"channel": "online"},
        {"authority": "isa"},
        {"procedure": "isa.extension.ssw1", "channel": "online"},
        {"office": "tokyo"},
    ],
)
def test_a_stop_covers_what_fits_all_it_names(named: dict[str, str]) -> None:
    assert covering([a_stop(**named)], WANTED)


@pytest.mark.parametrize(
    "named",
    [
        {"channel": "post"},
        {"authority": "otit"},
        {"procedure": "isa.extension.ssw1", "channel": "counter"},
        {"office": "osaka"},
        {},
    ],
)
def test_a_stop_does_not_cover_what_differs_in_one(named: dict[str, str]) -> None:
    assert not covering([a_stop(**named)], WANTED)
