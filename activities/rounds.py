"""The activities of the desk's round: start what was not started, deliver corrections that got lost, fetch news."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, TextClause, text
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.authorities.simulator import Simulator
from infra.database.connection import Database
from infra.packs import Packs
from infra.receipt_spellings import compared
from infra.reopening import reopening
from infra.roads import ALREADY_CLOSED, NO_ANSWER, RoadSilent, answered, set_out, tell
from schemas import messages
from schemas.acts import earlier_answer
from schemas.application import HandedIn, Journey
from schemas.calendar import end_of_day, japan_date
from schemas.catalogue import ChannelId
from schemas.commands import Command, EndLodging, HandInCorrection, RecordMoreRequested, RecordResult
from schemas.deadlines import enduring_calendar_of, last_day
from schemas.filing import ResultKind
from schemas.links import Waiting
from schemas.maps import ProcedureMap
from schemas.parties import ROAD, SIMULATOR, Actor
from schemas.planning import DeskPolicy, handed_in
from schemas.receipt_numbers import bare_number
from schemas.refusals import Refused
from schemas.splitting import Origin

AT_A_TIME = 100
SETTLED_AFTER = timedelta(seconds=2)
AGAIN_WITHIN = timedelta(seconds=5)
AGAIN_AT_MOST = timedelta(hours=1)
AGAIN_DOUBLED = 10
AT_ONCE = 10
USUAL_OFFICE_DAYS = 5
"""For channels whose map names no days."""
NOT_STARTED = text(
    """SELECT a.number, a.organisation_id, a.procedure, a.map_version, a.pack_version, a.handed_in_at, h.handed_in_by,
              (SELECT array_agg(p.person_id ORDER BY p.position) FROM applicant p WHERE p.number = a.number) AS persons,
              (SELECT jsonb_agg(jsonb_build_object('person_id', l.person_id, 'other_number', l.other_number))
               FROM link l WHERE l.number = a.number AND l.kind = 'waits_for') AS waits,
              (SELECT jsonb_build_object('number', d.number, 'findings', d.findings)
               FROM split_off d WHERE d.to_number = a.number) AS origin
       FROM application a JOIN hand_in h ON h.number = a.number AND h.round = 1
       LEFT JOIN standing s ON s.number = a.number
       WHERE a.handed_in_at < :before AND s.number IS NULL
         AND (a.split_from IS NULL OR EXISTS (SELECT FROM person_standing p
                                              WHERE p.number = a.split_from AND p.moved_to = a.number))
       ORDER BY a.handed_in_at LIMIT :many"""
)
NOT_DELIVERED = text(
    """SELECT h.number, h.round, h.persons, h.handed_in_by, h.capacity, h.handed_in_at FROM hand_in h
       JOIN standing s ON s.number = h.number
       WHERE h.round > 1 AND s.closed_at IS NULL AND h.handed_in_at < :before
         AND NOT s.folded->'rounds_handed_in' @> to_jsonb(h.round)
       ORDER BY h.handed_in_at LIMIT :many"""
)
READ_UP_TO = text("SELECT after FROM authority_news WHERE source = :source")
REMEMBER = text(
    """WITH kept AS (
         INSERT INTO news_item (source, id, seq, item, state, received_at, due_at)
         SELECT :source, n.item->>'id', (n.item->>'seq')::int, n.item, 'waiting', :now, :now
         FROM jsonb_array_elements(CAST(:items AS jsonb)) AS n(item)
         ON CONFLICT (source, id) DO NOTHING)
       INSERT INTO authority_news (source, after) VALUES (:source, :after)
       ON CONFLICT (source) DO UPDATE SET after = GREATEST(authority_news.after, EXCLUDED.after)"""
)
WAITING = text(
    """SELECT id, item, attempts FROM news_item
       WHERE source = :source AND state = 'waiting' AND due_at <= :now ORDER BY seq LIMIT :many"""
)
DONE = text(
    """UPDATE news_item SET state = :state, attempts = attempts + 1, trouble = :trouble
       WHERE source = :source AND id = :id"""
)
NOT_YET = text(
    """UPDATE news_item SET attempts = attempts + 1, due_at = :due, trouble = :trouble
       WHERE source = :source AND id = :id"""
)
UNDER_WAY_BY_HAND = text(
    """SELECT f.id, f.number, f.channel, f.changed_at, a.procedure, a.map_version, a.pack_version
       FROM filing f JOIN application a ON a.number = f.number
       WHERE f.state = 'intended' AND f.way = 'by_hand' AND f.changed_at < :before
       ORDER BY f.changed_at LIMIT :many"""
)
WATCHED_AT_MOST = 1_000
WHOSE = text(
    f"SELECT DISTINCT number, person_id FROM receipt WHERE {compared('receipt')} = :told"  # noqa: S608 - of our own
)
SOURCE = "simulator"


def asked_after(ready: ProcedureMap, channel: ChannelId, begun_at: datetime) -> datetime:
    """The instant from which a lodging by hand without a recorded outcome is asked after: its last office day is over."""
    days = ready.procedure.lodging.asked_after_office_days.get(channel, USUAL_OFFICE_DAYS)
    return end_of_day(last_day(enduring_calendar_of(ready), japan_date(begun_at), days, "office"))


class Rounds:
    """What the desk looks after again and again."""

    def __init__(
        self,
        *,
        database: Database,
        client: Client,
        packs: Packs,
        policy: DeskPolicy,
        task_queue: str,
        simulator: Simulator | None,
    ) -> None:
        self._database = database
        self._client = client
        self._packs = packs
        self._policy = policy
        self._task_queue = task_queue
        self._simulator = simulator

    @activity.defn(name="start_what_was_not_started")
    async def start_what_was_not_started(self) -> int:
        """Start the road of everything handed in that has none. Starting twice is starting once."""
        rows = await self._rows(NOT_STARTED)
        await _each(rows, self._make_up_for)
        return len(rows)

    @activity.defn(name="deliver_corrections")
    async def deliver_corrections(self) -> int:
        """Tell the road of correction rounds that were sealed while it could not be reached."""
        rows = await self._rows(NOT_DELIVERED)
        troubles = await _each(rows, self._deliver)
        return sum(trouble is None for trouble in troubles)

    async def _deliver(self, row: Row[Any]) -> str | None:
        command = HandInCorrection(
            actor=Actor(id=row.handed_in_by, capacity=row.capacity),
            act_id=f"hand-in-{row.round}",
            round=row.round,
            persons=tuple(row.persons),
            handed_in_at=row.handed_in_at,
        )
        return await tell(self._client, row.number, messages.HAND_IN_CORRECTION, command)

    @activity.defn(name="ask_after_silent_lodgings")
    async def ask_after_silent_lodgings(self) -> int:
        """Lodgings by hand whose outcome nobody recorded within the office days of the map become tasks to find out."""
        now = datetime.now(UTC)
        rows = await self._rows(UNDER_WAY_BY_HAND, before=now - timedelta(days=1), many=WATCHED_AT_MOST)
        silent = [
            row for row in rows if now >= asked_after(await self._packs.of(row), row.channel, row.changed_at)
        ]
        troubles = await _each(silent, self._ask_after)
        return sum(trouble is None for trouble in troubles)

    async def _ask_after(self, row: Row[Any]) -> str | None:
        command = EndLodging(
            actor=ROAD,
            act_id=f"silent-{row.id}-{row.changed_at:%Y%m%d%H%M%S}",
            filing_id=row.id,
            outcome="unknown",
        )
        return await tell(self._client, row.number, messages.END_LODGING, command)

    @activity.defn(name="fetch_authority_news")
    async def fetch_news(self) -> int:
        """Read the authority's feed once for all applications, and tell each road what concerns it."""
        if self._simulator is None:
            return 0
        async with self._database.as_worker() as connection:
            after = (await connection.execute(READ_UP_TO, {"source": SOURCE})).scalar_one_or_none() or 0
        items = await self._simulator.news(after)
        if items:
            values = {
                "source": SOURCE,
                "items": json.dumps(items),
                "now": datetime.now(UTC),
                "after": max(item["seq"] for item in items),
            }
            async with self._database.as_worker() as connection:
                await connection.execute(REMEMBER, values)
        return await self._tell_what_waits()

    async def _tell_what_waits(self) -> int:
        """Nothing the authority said is lost: what no road takes yet (an unknown receipt, say) is tried again later."""
        now = datetime.now(UTC)
        async with self._database.as_worker() as connection:
            asked = {"source": SOURCE, "now": now, "many": AT_A_TIME}
            waiting = (await connection.execute(WAITING, asked)).all()
        told = 0
        for row in waiting:
            trouble = await self._tell(row.item)
            told += trouble is None
            async with self._database.as_worker() as connection:
                await connection.execute(*_noted(row, trouble, now))
        return told

    async def _rows(self, asked: TextClause, **further: object) -> list[Row[Any]]:
        values = {"before": datetime.now(UTC) - SETTLED_AFTER, "many": AT_A_TIME, **further}
        async with self._database.as_worker() as connection:
            return list((await connection.execute(asked, values)).all())

    async def _make_up_for(self, row: Row[Any]) -> None:
        await self._start(await self._handed_in(row))

    async def _handed_in(self, row: Row[Any]) -> HandedIn:
        ready = await self._packs.of(row)
        return handed_in(
            row,
            ready,
            self._policy,
            persons=tuple(row.persons),
            by=row.handed_in_by,
            at=row.handed_in_at,
            waits=tuple(Waiting.model_validate(each) for each in row.waits or ()),
            origin=Origin.model_validate(row.origin) if row.origin else None,
        )

    async def _start(self, handed_in: HandedIn) -> None:
        try:
            await set_out(self._client, Journey(handed_in=handed_in), self._task_queue)
        except WorkflowAlreadyStartedError:
            return

    async def _tell(self, item: dict[str, Any]) -> str | None:
        """Tell the road; answers what stood in the way, or None when it was told or concerns nobody's decision."""
        async with self._database.as_worker() as connection:
            whose = (await connection.execute(WHOSE, {"told": bare_number(item["receipt"])})).all()
        if len(whose) != 1:
            return _told_to_nobody(whose)
        (row,) = whose
        name, command = _command(item, row.person_id)
        if command is None:
            return None
        trouble = await tell(self._client, row.number, name, command)
        if trouble != ALREADY_CLOSED or not isinstance(command, RecordResult):
            return trouble
        return await self._reopened(row.number, command)

    async def _reopened(self, number: str, command: RecordResult) -> str | None:
        """Another result than the recorded one opens a road that has ended: a manager says which of them holds.

        One that was just about to end, or does not say what it answered before, is asked again in a later round.
        """
        try:
            journey = await self._journey(number, command)
        except RoadSilent:
            return NO_ANSWER
        except Refused as refused:
            return NO_ANSWER if refused.code == ALREADY_CLOSED else refused.code
        if journey.reopening is None:
            return ALREADY_CLOSED
        if earlier_answer(journey.answered, command.act_id) is not None:
            return None
        again = WorkflowIDReusePolicy.ALLOW_DUPLICATE
        await set_out(self._client, journey, self._task_queue, again=again)
        trouble = await tell(self._client, number, messages.RECORD_RESULT, command)
        return NO_ANSWER if trouble == ALREADY_CLOSED else trouble

    async def _journey(self, number: str, command: RecordResult) -> Journey:
        return await reopening(
            self._database.as_worker,
            self._packs,
            self._policy,
            command,
            number=number,
            answered=partial(answered, self._client),
        )


async def _each(rows: Sequence[Row[Any]], act: Callable[[Row[Any]], Awaitable[Any]]) -> list[Any]:
    """Do it for every row, some at once. One that is stuck holds up no other; troubles are raised when all are through."""
    some = asyncio.Semaphore(AT_ONCE)

    async def one(row: Row[Any]) -> Any:
        async with some:
            return await act(row)

    outcomes = await asyncio.gather(*(one(row) for row in rows), return_exceptions=True)
    troubles = [(row, each) for row, each in zip(rows, outcomes, strict=True) if isinstance(each, Exception)]
    for row, trouble in troubles:
        activity.logger.warning("round_stuck", extra={"number": row.number, "code": type(trouble).__name__})
    if troubles:
        raise troubles[0][1]
    return outcomes


def _told_to_nobody(whose: Sequence[Row[Any]]) -> str:
    """Why nobody can be told; the log names the cases, one of which has to be corrected."""
    code = "receipt_of_two" if whose else "unknown_receipt"
    for number in sorted({row.number for row in whose}) or (None,):
        activity.logger.warning("news_not_told", extra={"number": number, "code": code})
    return code


def _noted(row: Row[Any], trouble: str | None, now: datetime) -> tuple[TextClause, dict[str, Any]]:
    """How the outcome of one telling is kept: done, over (the road has ended), or to be tried again ever more seldom."""
    values: dict[str, Any] = {"source": SOURCE, "id": row.id}
    if trouble is None:
        return DONE, values | {"state": "told", "trouble": None}
    if trouble == ALREADY_CLOSED:
        return DONE, values | {"state": "late", "trouble": trouble}
    wait = min(AGAIN_AT_MOST, AGAIN_WITHIN * 2 ** min(row.attempts, AGAIN_DOUBLED))
    return NOT_YET, values | {"trouble": trouble, "due": now + wait}


def _command(item: dict[str, Any], person_id: str) -> tuple[str, Command | None]:
    act_id = f"news-{item['id']}"
    if item["kind"] == "result":
        return messages.RECORD_RESULT, RecordResult(
            actor=SIMULATOR,
            act_id=act_id,
            person_id=person_id,
            receipt=item["receipt"],
            result=ResultKind(item["result"]),
            decided_on=japan_date(datetime.fromisoformat(item["at"])),
        )
    if item["kind"] == "more_requested":
        due = item.get("due_on")
        return messages.RECORD_MORE_REQUESTED, RecordMoreRequested(
            actor=SIMULATOR,
            act_id=act_id,
            persons=(person_id,),
            remark_id=f"news-{item['id']}",
            due_on=date.fromisoformat(due) if due else None,
        )
    return "", None
