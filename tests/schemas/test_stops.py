"""What a stop covers: everything that fits all it names, and nothing else."""

from datetime import UTC, date, datetime

import pytest

from schemas.stops import UNMOVED, Stop, StoppableLodging, concerning, covering, told_beside
from workflows.deadlines import OPENS

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
    ("day", "is_due", "reminded"),
    [(22, False, None), (23, True, 23), (24, True, 23), (29, True, 23), (30, True, 30)],
)
def test_a_stop_is_looked_at_again_from_its_day_and_told_of_every_week(
    day: int, *, is_due: bool, reminded: int | None
) -> None:
    stop, on = a_stop(channel="online"), date(2026, 11, day)

    assert stop.is_due(on) is is_due
    assert stop.reminded_on(on) == (reminded and date(2026, 11, reminded))


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


@pytest.mark.parametrize("kind", sorted(UNMOVED))
def test_every_deadline_says_that_a_stop_does_not_move_it_and_why(kind: str) -> None:
    (told,) = told_beside([a_stop(channel="online")], kind)

    assert told.lines("ja") == ("2026年11月22日からの提出の停止では動かない", f"  {UNMOVED[kind].ja}")
    assert told.lines("en") == (
        "Not moved by the stop of lodging since 2026-11-22",
        f"  {UNMOVED[kind].en}",
    )
    assert told_beside([], kind) == ()


def test_whatever_the_road_sets_a_deadline_for_can_say_so() -> None:
    assert set(OPENS) < set(UNMOVED)


def test_a_stop_concerns_a_case_when_it_shuts_one_of_its_ways() -> None:
    stops = [a_stop(channel="online"), a_stop(office="osaka"), a_stop(channel="post")]

    found = concerning(stops, WANTED, ["online", "counter"], ["tokyo", "nagoya"])

    assert found == (stops[0],)
