"""What other open applications say about the same passports and companies: an index in the memory of a worker.

Passports and companies are held as digests under a key of this process. It reads on from the last hand-in it has seen, and
begins anew every hour, so that what has closed or was erased leaves it.
"""

import asyncio
import hmac
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.dossiers import CONTENT_PURPOSE, WHOLE, Case, Collected, values_in
from infra.keys import KeyRefused, KeyRing, open_json
from infra.logs import get_log
from schemas.catalogue import Value
from schemas.elsewhere import (
    COMPANY_FIELD,
    COMPARATOR_FIELD,
    FIGURES,
    PASSPORT_FIELD,
    SSW_FIELD,
    WORK_FIELD,
    WORKPLACE_FIELDS,
    CaseElsewhere,
    are_compared,
    seek_the_same,
)
from schemas.links import plain

ANEW_AFTER_SECONDS = 3_600.0
CASES_AT_ONCE = 500
CASES_TOLD = 100
LATE_COMMITS = timedelta(minutes=2)
"""A hand-in may become visible after later ones: so much is read again."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HANDED_IN = text(
    """SELECT DISTINCT ON (h.number, c.scope) h.number, c.scope, a.organisation_id, a.procedure,
              c."values" AS sealed, k.wrapped, h.handed_in_at
       FROM (SELECT i.number, max(i.handed_in_at) AS handed_in_at FROM hand_in i
             LEFT JOIN standing s ON s.number = i.number
             WHERE s.closed_at IS NULL AND i.handed_in_at >= :since AND i.number > :after
             GROUP BY i.number ORDER BY i.number LIMIT :many) h
       JOIN application a ON a.number = h.number
       LEFT JOIN content c ON c.number = h.number AND c.sealed_in_round IS NOT NULL
       LEFT JOIN data_key k ON k.number = h.number AND k.destroyed_at IS NULL
       ORDER BY h.number, c.scope, c.version DESC"""
)
STILL_OPEN = text(
    """SELECT p.number, p.person_id FROM applicant p
       JOIN application a ON a.number = p.number
        AND (a.split_from IS NULL OR EXISTS (SELECT FROM person_standing m
                                             WHERE m.number = a.split_from AND m.moved_to = a.number))
       LEFT JOIN standing s ON s.number = p.number
       LEFT JOIN person_standing o ON o.number = p.number AND o.person_id = p.person_id
       WHERE p.number = ANY (:numbers) AND s.closed_at IS NULL AND o.result IS NULL AND o.stage IS DISTINCT FROM 'closed'"""
)
"""Who is being split off is where he was, until the road has moved him."""
log = get_log("checks")


@dataclass
class _Lying:
    """One open application: its company, workplaces and passports as digests, and the figures of the company."""

    organisation_id: str
    procedure_id: str
    company: bytes | None = None
    workplaces: frozenset[bytes] = frozenset()
    figures: Mapping[str, Value] = field(default_factory=dict)
    passports: dict[str, bytes] = field(default_factory=dict)
    comparators: dict[str, tuple[str, int]] = field(default_factory=dict)

    def as_told(self, number: str, here: Case, *, person_id: str | None = None) -> CaseElsewhere:
        """What the application here is told: of the company only within one client."""
        same_client = self.organisation_id == here.organisation_id
        of_company = self._of_company() if same_client and person_id is None else {}
        return CaseElsewhere(
            number=number,
            procedure_id=self.procedure_id,
            same_client=same_client,
            person_id=person_id,
            **of_company,
        )

    def _of_company(self) -> dict[str, Any]:
        pay: dict[str, set[int]] = {}
        for work, yen in self.comparators.values():
            pay.setdefault(work, set()).add(yen)
        comparators = {work: tuple(sorted(yen)) for work, yen in pay.items()}
        return {"figures": self.figures, "comparators": comparators}


class Elsewhere:
    """The open applications of the desk, found by passport or company."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._one_at_a_time = asyncio.Lock()
        self._begin_anew()

    async def about(self, connection: AsyncConnection, here: Collected) -> tuple[CaseElsewhere, ...]:
        """The other open applications that name a passport of this one or, among those compared, its company; in order."""
        names = {person: values_in(here.of(person)).get(PASSPORT_FIELD) for person in here.case.persons}
        whole = values_in(here.of(WHOLE))
        if whole.get(COMPANY_FIELD) is None and not any(names.values()):
            return ()
        async with self._one_at_a_time:
            await self._read_on(connection)
            found = list(self._found(here.case, names, whole))
        return await self._open_ones(connection, found) if found else ()

    def _begin_anew(self) -> None:
        self._secret = os.urandom(32)
        self._since = LONG_AGO
        self._began = time.monotonic()
        self._lying: dict[str, _Lying] = {}

    def _digest(self, value: Value | None) -> bytes | None:
        told = plain(value) if value is not None else ""
        return hmac.digest(self._secret, told.encode(), "sha256")[:16] if told else None

    def _workplaces(self, values: Mapping[str, Value]) -> frozenset[bytes]:
        """What a workplace may be known by, each with the field of work there."""
        told = [values[name] for name in WORKPLACE_FIELDS if values.get(name)]
        digests = (self._digest(f"{each}|{values.get(SSW_FIELD, '')}") for each in told)
        return frozenset(filter(None, digests))

    async def _read_on(self, connection: AsyncConnection) -> None:
        if time.monotonic() - self._began > ANEW_AFTER_SECONDS:
            self._begin_anew()
        since, after, latest = self._since - LATE_COMMITS, "", self._since
        while True:
            asked = {"since": since, "after": after, "many": CASES_AT_ONCE}
            rows = (await connection.execute(HANDED_IN, asked)).all()
            await asyncio.to_thread(self._take_in, [row for row in rows if row.scope and row.wrapped])
            latest = max([latest, *(row.handed_in_at for row in rows)])
            if len({row.number for row in rows}) < CASES_AT_ONCE:
                break
            after = rows[-1].number
        self._since = latest

    def _take_in(self, rows: Sequence[Row[Any]]) -> None:
        for number, of_one in groupby(rows, key=lambda row: row.number):
            scopes = list(of_one)
            first = scopes[0]
            lying = self._lying.setdefault(number, _Lying(first.organisation_id, first.procedure))
            try:
                key = self._keys.unwrapped(number, bytes(first.wrapped))
                for row in scopes:
                    values = values_in(open_json(key, CONTENT_PURPOSE, bytes(row.sealed)))
                    self._take_in_scope(lying, row.scope, values)
            except KeyRefused as refused:
                log.warning("not_compared", number=number, code=refused.code)

    def _take_in_scope(self, lying: _Lying, scope: str, values: Mapping[str, Value]) -> None:
        if scope == WHOLE:
            lying.company = self._digest(values.get(COMPANY_FIELD))
            lying.workplaces = self._workplaces(values)
            lying.figures = {name: values[name] for name in FIGURES if name in values}
        else:
            self._take_in_person(lying, scope, values)

    def _take_in_person(self, lying: _Lying, person: str, values: Mapping[str, Value]) -> None:
        lying.passports.pop(person, None)
        lying.comparators.pop(person, None)
        if digest := self._digest(values.get(PASSPORT_FIELD)):
            lying.passports[person] = digest
        work, yen = values.get(WORK_FIELD), values.get(COMPARATOR_FIELD)
        if isinstance(work, str) and isinstance(yen, int):
            lying.comparators[person] = (work.strip(), yen)

    def _found(
        self, here: Case, passports: Mapping[str, Value | None], whole: Mapping[str, Value]
    ) -> Iterator[tuple[str, CaseElsewhere]]:
        """What names the same, each with the person there it is about (empty: everybody there)."""
        own: dict[bytes | None, list[str]] = {}
        for person, passport in passports.items():
            own.setdefault(self._digest(passport), []).append(person)
        digest, workplaces = self._digest(whole.get(COMPANY_FIELD)), self._workplaces(whole)
        for number, lying in self._lying.items():
            if number == here.number:
                continue
            if seek_the_same(here.procedure, lying.procedure_id):
                for there, theirs in lying.passports.items():
                    for person in own.get(theirs, ()):
                        yield there, lying.as_told(number, here, person_id=person)
            if digest and digest == lying.company and are_compared(here.procedure, lying.procedure_id):
                told = lying.as_told(number, here)
                is_there = not workplaces.isdisjoint(lying.workplaces)
                yield "", told.model_copy(update={"same_workplace": is_there})

    async def _open_ones(
        self, connection: AsyncConnection, found: Sequence[tuple[str, CaseElsewhere]]
    ) -> tuple[CaseElsewhere, ...]:
        """Those of them where somebody still waits for a result."""
        numbers = sorted({case.number for _, case in found})
        waiting: dict[str, set[str]] = {}
        for row in await connection.execute(STILL_OPEN, {"numbers": numbers}):
            waiting.setdefault(row.number, set()).add(row.person_id)
        told = [
            case.model_copy(update={"undecided": len(waiting[case.number])})
            for there, case in found
            if case.number in waiting and (not there or there in waiting[case.number])
        ]
        return tuple(sorted(told, key=lambda case: (case.person_id or "", case.number))[:CASES_TOLD])
