"""Verifying: an untouched history holds, and every way of changing it afterwards is found."""

from collections.abc import Callable
from typing import Any

import pytest

from activities.ledger import Entry, Ledger
from activities.ledger.auditing import all_numbers, audit
from activities.ledger.rebuilding import key_of, rebuild, telling
from activities.ledger.verifying import Tampered, event_of, verify
from schemas.chain import link
from schemas.events import Event
from schemas.findings import FindingState
from tests.builders import (
    MONDAY,
    NUMBER,
    ORGANISATION,
    PaperRoad,
    a_plan,
    a_remark,
    at_review,
    handed_in,
    settled,
)
from tests.ground import Ground

Rows = list[dict[str, Any]]
EVENTS = "SELECT * FROM event ORDER BY seq"
GONE = "nothing is recorded: the road has not begun yet, or the history or its standing is gone"
REBUILT = ("person_standing", "task", "finding", "filing", "deadline", "ball", "notice", "standing")


def a_long_day() -> PaperRoad:
    """Everything the ledger has a table for: corrections, a second level, a hold, filings, a supplement, a result."""
    road = at_review("p1", "p2", plan=a_plan(review_levels=2))
    road.wait(hours=1)
    road.review(a_remark("p2"))
    road.second_review()
    road.wait(hours=1)
    road.lodge()
    road.wait(days=1)
    road.correct("p2")
    road.check()
    road.review(settled=(settled(road.standing.findings[0].id, FindingState.VERIFIED),))
    road.second_review()
    road.wait(days=1)
    road.lodge()
    road.ask_for_more("p1")
    road.wait(days=13)
    road.result("p2")
    return road


async def recorded(ground: Ground, road: PaperRoad, *, at_once: int = 3) -> Rows:
    ground.take_in(handed_in(*road.handed_in.persons))
    ledger = Ledger(ground.database)
    for first in range(0, len(road.events), at_once):
        some = tuple(road.events[first : first + at_once])
        await ledger.record(Entry(number=NUMBER, organisation_id=ORGANISATION, events=some))
    return await ground.rows(EVENTS)


async def test_events_come_back_from_the_database_as_they_went_in(ground: Ground) -> None:
    road = a_long_day()

    rows = await recorded(ground, road)

    assert [event_of(row) for row in rows] == road.events


async def test_an_untouched_history_holds(ground: Ground) -> None:
    rows = await recorded(ground, a_long_day())

    assert verify(rows, up_to=len(rows), head=bytes(rows[-1]["hash"])) is None


def edit_a_body(rows: Rows) -> Rows:
    rows[1]["body"] = rows[1]["body"] | {"pack_version": "2"}
    return rows


def make_a_body_unreadable(rows: Rows) -> Rows:
    rows[1]["body"] = {"kind": "never_heard_of"}
    return rows


def edit_the_author(rows: Rows) -> Rows:
    rows[3]["actor_id"] = "somebody-else"
    return rows


def edit_the_time(rows: Rows) -> Rows:
    rows[3]["at"] = MONDAY.replace(year=2025)
    return rows


def edit_the_kind(rows: Rows) -> Rows:
    rows[3]["kind"] = "closed"
    return rows


def delete_one(rows: Rows) -> Rows:
    return rows[:3] + rows[4:]


def delete_the_first(rows: Rows) -> Rows:
    return rows[1:]


def delete_one_and_close_ranks(rows: Rows) -> Rows:
    return [row | {"seq": place} for place, row in enumerate(rows[:3] + rows[4:], start=1)]


def insert_one(rows: Rows) -> Rows:
    forged = [*rows[:3], rows[2], *rows[3:]]
    return [row | {"seq": place} for place, row in enumerate(forged, start=1)]


def swap_two(rows: Rows) -> Rows:
    rows[2], rows[3] = rows[3] | {"seq": 3}, rows[2] | {"seq": 4}
    return rows


def cut_the_tail(rows: Rows) -> Rows:
    return rows[:-2]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (edit_a_body, Tampered(seq=2, trouble="changed")),
        (make_a_body_unreadable, Tampered(seq=2, trouble="changed")),
        (edit_the_author, Tampered(seq=4, trouble="changed")),
        (edit_the_time, Tampered(seq=4, trouble="changed")),
        (edit_the_kind, Tampered(seq=4, trouble="changed")),
        (delete_one, Tampered(seq=4, trouble="missing")),
        (delete_the_first, Tampered(seq=1, trouble="missing")),
        (delete_one_and_close_ranks, Tampered(seq=4, trouble="unchained")),
        (insert_one, Tampered(seq=4, trouble="unchained")),
        (swap_two, Tampered(seq=3, trouble="unchained")),
    ],
)
async def test_every_change_is_found_where_it_was_made(
    ground: Ground, tamper: Callable[[Rows], Rows], found: Tampered
) -> None:
    rows = await recorded(ground, at_review("p1"))

    assert verify(tamper([*rows, *copies(rows)])) == found


def copies(rows: Rows) -> Rows:
    """The history goes on: what is behind the place of the change is chained as it should be."""
    previous = bytes(rows[-1]["hash"])
    more: Rows = []
    for row in rows[1:4]:
        event = event_of(row | {"seq": len(rows) + len(more) + 1})
        own = link(previous, event)
        more.append(row | {"seq": event.seq, "previous": previous, "hash": own})
        previous = own
    return more


async def test_a_cut_tail_shows_against_the_standing(ground: Ground) -> None:
    rows = await recorded(ground, a_long_day())

    cut = cut_the_tail(rows)

    assert verify(cut) is None
    assert verify(cut, up_to=len(rows)) == Tampered(seq=len(cut) + 1, trouble="cut_off")


async def test_a_history_chained_anew_shows_against_the_head_kept_elsewhere(ground: Ground) -> None:
    rows = await recorded(ground, a_long_day())
    head = bytes(rows[-1]["hash"])

    forged = rechained([event_of(row | {"actor_id": "somebody-else"}) for row in rows], rows)

    assert verify(forged) is None
    assert verify(forged, head=head) == Tampered(seq=len(rows), trouble="unchained")


def rechained(events: list[Event], rows: Rows) -> Rows:
    previous, forged = b"\x00" * 32, []
    for event, row in zip(events, rows, strict=True):
        own = link(previous, event)
        forged.append(row | {"actor_id": event.actor.id, "previous": previous, "hash": own})
        previous = own
    return forged


@pytest.mark.parametrize("at_once", [1, 4, 1_000])
async def test_everything_that_is_shown_can_be_worked_out_again_from_the_events(
    ground: Ground, at_once: int
) -> None:
    road = a_long_day()
    rows = await recorded(ground, road, at_once=at_once)

    again = rebuild([event_of(row) for row in rows])

    for name in REBUILT:
        kept = {key_of(name, row): row for row in await ground.rows(f"SELECT * FROM {name}")}  # noqa: S608
        assert telling(name, again[name]) == telling(name, kept), name


async def test_an_audit_finds_nothing_where_nothing_was_changed(ground: Ground) -> None:
    await recorded(ground, a_long_day())

    found = await audit(ground.database, NUMBER)

    assert found == ()
    assert [each async for each in all_numbers(ground.database)] == [NUMBER]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE event SET actor_id = 'somebody-else' WHERE seq = 4", "event 4: changed"),
        ("UPDATE task SET state = 'open'", "table task: not what its events make it"),
        ("DELETE FROM notice", "table notice: not what its events make it"),
        ("DELETE FROM event", GONE),
        ("DELETE FROM event; DELETE FROM standing", GONE),
    ],
)
async def test_an_audit_finds_what_an_intruder_changed(ground: Ground, change: str, found: str) -> None:
    await recorded(ground, a_long_day())
    with ground.behind_the_desk() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change.encode())

    assert await audit(ground.database, NUMBER) == (found,)
    assert [each async for each in all_numbers(ground.database)] == [NUMBER]


async def test_an_audit_of_nothing_says_so(ground: Ground) -> None:
    assert await audit(ground.database, "T26-00000000") != ()
