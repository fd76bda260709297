"""What one application costs, exactly: the same every time, on any machine. Tests assert it, the bench prints it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from temporalio.testing import TimeSkipper

from activities.ledger import Entry, Ledger
from infra.database.connection import Database
from infra.dev.demo.contents import EXTENSION
from infra.dossiers import WHOLE
from infra.keys import open_json
from schemas.events import Event
from tests.bench.ground import Engine, Ground, engine_of, without_rounds
from tests.bench.histories import HistoryCost, history_cost
from tests.bench.sowing import Field, Sown
from tests.bench.statements import StatementLog, Told
from tests.bench.walking import Walk

PLANTED = {"name_latin": "PLANTED KESTREL", "residence_address": "東京都見本区蒔種町9-8-7"}
PLANTED_IN_PLAN = {"name_latin": "PLANTED KESTREL"}
EVENTS = "SELECT * FROM event WHERE number = %s ORDER BY seq"


@dataclass(frozen=True)
class Cost:
    """What one walked application cost."""

    number: str
    history: HistoryCost
    told: Mapping[str, Told]
    kept: Mapping[str, tuple[int, int]]
    written_ahead_bytes: int
    requests: int
    ready_to_delivered_seconds: float

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return {table: rows for table, (rows, _) in self.kept.items()}

    @property
    def stored_bytes(self) -> int:
        """Bytes in PostgreSQL, without indexes."""
        return sum(stored for _, stored in self.kept.values())


class Survey:
    """Walks applications and counts. One survey at a time on a stack; the desk's round rests meanwhile."""

    def __init__(self, ground: Ground, engine: Engine, log: StatementLog) -> None:
        self.ground, self.engine = ground, engine
        self._log = log

    async def walked(
        self, sown: Sown, *, twice: bool = False, corrected: bool = False, waiting_days: int = 0
    ) -> Cost:
        """Walk one application to its end and count what that took."""
        walk = Walk(self.ground, sown.number, sown.persons, sown.procedure, twice)
        self._log.start()
        began = self.ground.written_ahead()
        await asyncio.to_thread(self._to_the_authority, walk, corrected=corrected)
        if waiting_days:
            handle = self.engine.client.get_workflow_handle(sown.number)
            await TimeSkipper(self.engine.client).fast_forward(handle, timedelta(days=waiting_days))
        await asyncio.to_thread(walk.decide)
        return Cost(
            number=sown.number,
            history=await history_cost(self.engine.client, self.engine.keys, sown.number),
            told=self._log.told(),
            kept=self.ground.kept(sown.number),
            written_ahead_bytes=self.ground.written_ahead() - began,
            requests=walk.requests,
            ready_to_delivered_seconds=walk.delivered_at - walk.ready_at,
        )

    @staticmethod
    def _to_the_authority(walk: Walk, *, corrected: bool) -> None:
        walk.hand_in()
        if corrected:
            walk.ask_for_correction()
            walk.correct()
        walk.review()
        walk.lodge()

    async def planted_words(self, number: str) -> dict[str, list[str]]:
        """The planted words that stand in the content of an application, and those that stand in its history."""
        key = await self.engine.keys.key_for(number)
        found = self.ground.rows(
            "SELECT values FROM content WHERE number = %s AND scope <> %s", number, WHOLE
        )
        opened = [
            json.dumps(open_json(key, "content", bytes(row["values"])), ensure_ascii=False) for row in found
        ]
        history = await history_cost(self.engine.client, self.engine.keys, number)
        words = list(PLANTED.values())
        return {
            "content": [word for word in words if any(word in text for text in opened)],
            "history": history.mentions(words),
        }

    async def recorded_again(self, number: str) -> bool:
        """Whether recording the whole history a second time leaves every row as it was."""
        before = self._all_rows(number)
        database = Database(self.ground.place.settings().worker_database_url)
        events = tuple(_event(row) for row in self.ground.rows(EVENTS, number))
        organisation = self.ground.rows("SELECT organisation_id FROM application WHERE number = %s", number)
        entry = Entry(number=number, organisation_id=organisation[0]["organisation_id"], events=events)
        await Ledger(database).record(entry)
        await database.close()
        return before == self._all_rows(number)

    def _all_rows(self, number: str) -> dict[str, list[str]]:
        return {
            table: sorted(
                row["whole"]
                for row in self.ground.rows(
                    f'SELECT t::text AS whole FROM "{table}" t WHERE t.number = %s',  # noqa: S608  our own names
                    number,
                )
            )
            for table in self.ground.kept(number)
        }


def _event(row: Mapping[str, object]) -> Event:
    actor = {"id": row["actor_id"], "capacity": row["capacity"]}
    return Event.model_validate({"seq": row["seq"], "at": row["at"], "actor": actor, "body": row["body"]})


@asynccontextmanager
async def surveying(ground: Ground) -> AsyncIterator[Survey]:
    """A survey of a running stack: statements are logged and the desk's round rests while it lasts."""
    async with engine_of(ground.place) as engine, without_rounds(engine.client):
        with StatementLog(ground.stack) as log:
            yield Survey(ground, engine, log)


def complete_draft(ground: Ground, procedure: str, persons: int) -> str:
    """One real draft with everything uploaded and planted words in it, to be copied; answers its number."""
    client = ground.people.client
    draft = client.draft(procedure, persons)
    planted = PLANTED if procedure == EXTENSION else PLANTED_IN_PLAN
    client.fill(draft, ground.people.today, {person: planted for person in draft["persons"]})
    client.attach_all(draft["number"])
    return str(draft["number"])


class Fields:
    """The fields to sow from, each filled on first use."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._fields: dict[tuple[str, int], Field] = {}

    def sow(
        self,
        count: int,
        persons: int = 1,
        *,
        procedure: str = EXTENSION,
        sealed: bool = False,
        further: int = 0,
    ) -> list[Sown]:
        """Copies of a complete draft; `further` documents on top of what the list asks for."""
        pattern = (procedure, min(persons, 2))
        if pattern not in self._fields:
            self._fields[pattern] = Field(self._ground, complete_draft(self._ground, *pattern))
        return self._fields[pattern].sow(count, persons, sealed=sealed, further=further)

    def close(self) -> None:
        """Give the connections back."""
        for field in self._fields.values():
            field.close()
