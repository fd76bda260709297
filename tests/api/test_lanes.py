"""Lanes: one organisation's crowd waits outside the database, others pass."""

import asyncio

import pytest

from api.lanes import Lanes
from schemas.refusals import Refused


async def test_no_more_of_one_organisation_are_inside_than_the_lane_is_wide() -> None:
    lanes, inside, most = Lanes(width=2), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with lanes.of("one"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(10)))

    assert most == 2


async def test_a_full_lane_refuses_in_time_and_lets_others_pass() -> None:
    lanes = Lanes(width=1, waits_within_seconds=0.01)

    async with lanes.of("one"):
        with pytest.raises(Refused) as refused:
            async with lanes.of("one"):
                raise AssertionError("nobody gets here")
        async with lanes.of("another"):
            passed = True

    assert refused.value.code == "too_many_requests"
    assert passed


async def test_a_place_comes_free_when_somebody_fails() -> None:
    lanes = Lanes(width=1, waits_within_seconds=0.01)

    with pytest.raises(ValueError, match="inside"):
        async with lanes.of("one"):
            raise ValueError("inside")

    async with lanes.of("one"):
        pass
