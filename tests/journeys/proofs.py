"""What must hold for every application afterwards: chain, standing, balls. Each answers what is wrong."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from psycopg.rows import dict_row

from activities.ledger.verifying import event_of, verify
from infra.dev.services import Stack
from schemas.folding import fold_all
from schemas.standing import Standing

NOBODY = "nobody"
BALLS = "SELECT b.*, s.opened_at FROM ball b JOIN standing s USING (number) WHERE b.number = %s"


def all_numbers(desk: Stack) -> list[str]:
    """Every application that has a history."""
    with desk.connect("toritsugi") as connection:
        return [row[0] for row in connection.execute("SELECT number FROM standing ORDER BY number")]


def troubles(desk: Stack, number: str) -> list[str]:
    """Everything that is wrong with one application."""
    events = _rows(desk, "SELECT * FROM event WHERE number = %s ORDER BY seq", number)
    return [
        *broken_links(events),
        *_differing_standing(desk, number, events),
        *_gaps_between_balls(desk, number),
    ]


def broken_links(rows: list[dict[str, Any]]) -> list[str]:
    """Where the chain of events is broken: a gap, a changed event, or a hash that is another's."""
    broken = verify(rows)
    return [f"{rows[0]['number']}: event {broken.seq} is {broken.trouble}"] if broken else []


def _differing_standing(desk: Stack, number: str, rows: list[dict[str, Any]]) -> list[str]:
    kept = _rows(desk, "SELECT folded FROM standing WHERE number = %s", number)
    folded = fold_all(event_of(row) for row in rows)
    if [Standing.model_validate(each["folded"]) for each in kept] == [folded]:
        return []
    return [f"{number}: the standing is not what its events make it"]


def _gaps_between_balls(desk: Stack, number: str) -> list[str]:
    query = BALLS + " ORDER BY b.person_id, b.from_seq"
    by_person: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(desk, query, number):
        by_person.setdefault(row["person_id"], []).append(row)
    return [trouble for balls in by_person.values() for trouble in gaps(balls)]


def gaps(balls: list[dict[str, Any]]) -> list[str]:
    """Where nobody, or two, had the ball of one person between the opening and now."""
    breaks = [
        f"{later['number']}: nobody has the ball at {later['from_at']}"
        for earlier, later in pairwise(balls)
        if earlier["to_at"] != later["from_at"]
    ]
    if balls[0]["from_at"] != balls[0]["opened_at"]:
        breaks.append(f"{balls[0]['number']}: nobody had the ball in the beginning")
    if balls[-1]["to_at"] is not None:
        breaks.append(f"{balls[-1]['number']}: nobody has the ball now")
    return breaks


def held_until(balls: list[dict[str, Any]], now: datetime) -> timedelta:
    """What the intervals of one person add up to."""
    return sum(((each["to_at"] or now) - each["from_at"] for each in balls), timedelta())


def balls_of(desk: Stack, number: str, person_id: str) -> list[dict[str, Any]]:
    """The intervals of one person, in order."""
    return _rows(desk, BALLS + " AND b.person_id = %s ORDER BY b.from_seq", number, person_id)


def _rows(desk: Stack, query: str, *values: object) -> list[dict[str, Any]]:
    with desk.connect("toritsugi") as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
