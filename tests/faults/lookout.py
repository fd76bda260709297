"""Somebody who looks at one application all the time: at every look each person must be in one place."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from infra.dev.services import Stack

LOOKS_PER_SECOND = 10
PLACES = b"""
SELECT p.person_id, p.holder,
  (SELECT array_agg(b.holder) FROM ball b
   WHERE b.number = p.number AND b.person_id = p.person_id AND b.to_at IS NULL) AS balls,
  (SELECT count(*) FROM filing f WHERE f.number = p.number AND p.person_id = ANY(f.persons)
   AND f.state IN ('prepared', 'intended', 'unknown')) AS live,
  (SELECT count(*) FROM receipt r WHERE r.number = p.number AND r.person_id = p.person_id) AS receipts
FROM person_standing p WHERE p.number = %s ORDER BY p.person_id
"""
Place = dict[str, Any]


@dataclass
class Lookout:
    """Looks at this application until the end of the block; each look is one statement, so one moment."""

    desk: Stack
    number: str
    persons: frozenset[str]
    looks: int = 0
    troubles: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _fault: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look_until_over, name="lookout")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _look_until_over(self) -> None:
        try:
            with self.desk.connect("toritsugi") as connection:
                while not self._over.wait(1 / LOOKS_PER_SECOND):
                    self._look(connection)
        except BaseException as fault:
            self._fault = fault

    def _look(self, connection: psycopg.Connection) -> None:
        with connection.cursor(row_factory=dict_row) as cursor:
            places = cursor.execute(PLACES, [self.number]).fetchall()
        self.looks += 1
        self.troubles += elsewhere(self.persons, places)


def elsewhere(persons: frozenset[str], places: Iterable[Place]) -> list[str]:
    """Who is nowhere, or in more than one place: balls, filings that are not over, numbers of the authority."""
    seen = list(places)
    listed = sorted(place["person_id"] for place in seen)
    lost = [] if listed == sorted(persons) else [f"{listed} instead of {sorted(persons)}"]
    return lost + [trouble for place in seen for trouble in _troubles(place)]


def _troubles(place: Place) -> list[str]:
    person, balls = place["person_id"], place["balls"]
    found = [] if balls == [place["holder"]] else [f"{person}: at {place['holder']}, the ball at {balls}"]
    found += [f"{person}: in {place['live']} filings"] if place["live"] > 1 else []
    return found + ([f"{person}: {place['receipts']} numbers"] if place["receipts"] > 1 else [])
