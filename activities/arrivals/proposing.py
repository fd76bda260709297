"""Proposing whom an arrival concerns: what was recognised, held against the filings that wait."""

from collections.abc import Sequence

from infra.arrival_candidates import named_by_number, still_waiting, with_names
from infra.database.connection import Database
from infra.keys import KeyDestroyed, KeyRing, KeyUnknown
from schemas.arrival_matching import matches
from schemas.arrival_reading import recognised
from schemas.arrivals import ArrivalReading, Candidate, Source
from schemas.tables import Office


def prefixes_of(offices: Sequence[Office]) -> dict[str, str]:
    """The prefixes of online receipt numbers, each with its office's id."""
    return {row.receipt_prefix: row.id for row in offices if row.receipt_prefix}


class Proposing:
    """Reads filings and, for comparing names only, the content of persons about whom something is to come."""

    def __init__(self, database: Database, keys: KeyRing, offices: Sequence[Office]) -> None:
        self._database = database
        self._keys = keys
        self._prefixes = prefixes_of(offices)

    async def reading(self, sources: Sequence[Source]) -> ArrivalReading:
        """What the texts say, and the proposals."""
        found = recognised(sources, self._prefixes)
        async with self._database.as_worker() as connection:
            by_number = await named_by_number(connection, found.numbers)
            waiting = await still_waiting(connection)
        people = {(each.filing_id, each.person_id): each for each in (*waiting, *by_number)}
        named = await self._named(tuple(people.values()))
        return ArrivalReading(
            sources=tuple(sources), recognised=found, matches=matches(found, sources, named)
        )

    async def _named(self, people: Sequence[Candidate]) -> list[Candidate]:
        by_case: dict[str, list[Candidate]] = {}
        for each in people:
            by_case.setdefault(each.number, []).append(each)
        return [
            person for number, group in by_case.items() for person in await self._with_names(number, group)
        ]

    async def _with_names(self, number: str, group: Sequence[Candidate]) -> Sequence[Candidate]:
        try:
            key = await self._keys.key_for(number)
        except (KeyDestroyed, KeyUnknown):
            return group
        async with self._database.as_worker() as connection:
            return await with_names(connection, group, number, key)
