"""The activity `remind_of_lapses`: before something of the authority to act lapses, its handler and the managers are told;
also when what an authority sent is not settled for days, and when a stop of lodging is to be looked at again.

One reminder per thing, last day, step and reader; the row is the memory, so a restart or a repetition tells nobody twice.
"""

import hashlib
from collections.abc import Iterable, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.posting import Posting
from activities.wording.lapses import compose_lapse
from infra.database.connection import Database
from infra.database.tables import account, lapse_notice
from infra.mail import OutgoingMail, Post
from infra.registers import lapses_until
from infra.stops import running_stops
from infra.waiting_arrivals import waiting_arrivals
from schemas.arrival_owners import reminded_on
from schemas.authority import Lapse, LapsingThing
from schemas.calendar import days_between, japan_date
from schemas.parties import Role
from schemas.wording import Locale

WRITTEN_AT_A_TIME = 1_000
LAPSES = "/registers/lapses"
Waits = Set[tuple[LapsingThing, str, date]]
"""What waits for somebody: the thing, its id, and the latest day on which its owner is to be reminded."""
PAGES = {LapsingThing.ARRIVAL: "/arrivals/{entry}", LapsingThing.STOP: "/stops"}
DUE = text(
    """SELECT n.*, a.email, a.locale, a.active FROM lapse_notice n JOIN account a ON a.id = n.recipient_id
       WHERE n.state = 'waiting' AND n.due_at <= :now ORDER BY n.due_at, n.id LIMIT 1
       FOR UPDATE OF n SKIP LOCKED"""
)


class Lapses:
    """The desk's memory of what lapses."""

    def __init__(self, database: Database, post: Post, *, steps: Iterable[int], public_url: str) -> None:
        self._database = database
        self._mails = Posting(database, post, lapse_notice, DUE)
        self._steps = tuple(steps)
        self._public_url = public_url

    @activity.defn(name="remind_of_lapses")
    async def remind(self) -> int:
        """Write down what is to be told today, then send what is due; answers how many mails left the house."""
        now = datetime.now(UTC)
        waiting = await self.note(now)
        return await self._mails.send_due(partial(self._mail, japan_date(now), waiting))

    async def note(self, now: datetime) -> Waits:
        """Write one row per thing, step and reader that is due at this instant and not yet written; answers what waits for
        somebody now."""
        today = japan_date(now)
        async with self._database.as_worker() as connection:
            last = today + timedelta(days=max(self._steps, default=0))
            found = await lapses_until(connection, today, last)
            due = [(lapse, lapse.step(today, self._steps)) for lapse in found]
            steps = [(lapse, step) for lapse, step in due if step is not None]
            waiting = [each for asked in WAITING.values() for each in await asked(connection, today)]
            steps += [(lapse, 0) for lapse in waiting]
            managers = await _managers(connection) if steps else []
            rows = [row for lapse, step in steps for row in _rows(lapse, step, managers, now)]
            for first in range(0, len(rows), WRITTEN_AT_A_TIME):
                some = rows[first : first + WRITTEN_AT_A_TIME]
                await connection.execute(insert(lapse_notice).values(some).on_conflict_do_nothing())
        return frozenset((each.thing, each.entry, each.on) for each in waiting)

    async def _mail(self, today: date, waiting: Waits, row: Row[Any]) -> OutgoingMail | None:
        thing = LapsingThing(row.thing)
        if not row.active or _is_over(thing, row, today, waiting):
            return None
        locale: Locale = "en" if row.locale == "en" else "ja"
        words = compose_lapse(
            thing,
            locale,
            on=row.lapses_on,
            days_left=days_between(today, row.lapses_on),
            is_own=row.recipient_id == row.account_id,
            link=f"{self._public_url}{PAGES.get(thing, LAPSES).format(entry=row.entry)}",
        )
        return OutgoingMail(
            key=row.id,
            recipient=row.email,
            locale=locale,
            subject=words.subject,
            text=words.text,
            html=words.html,
        )


async def _waiting_too_long(connection: AsyncConnection, today: date) -> list[Lapse]:
    """What authorities sent, is somebody's, and whose owner is to be reminded: the latest day for it."""
    return [
        Lapse(thing=LapsingThing.ARRIVAL, entry=each.id, account_id=each.owner, on=on)
        for each in await waiting_arrivals(connection)
        if each.owner is not None and (on := reminded_on(japan_date(each.received_at), today)) is not None
    ]


async def _stops_to_look_at(connection: AsyncConnection, today: date) -> list[Lapse]:
    """The stops that still run and are to be looked at: the latest day for it; first of all who placed them is told."""
    return [
        Lapse(thing=LapsingThing.STOP, entry=stop.id, account_id=stop.placed_by, on=on)
        for stop in await running_stops(connection)
        if (on := stop.reminded_on(today)) is not None
    ]


WAITING = {LapsingThing.ARRIVAL: _waiting_too_long, LapsingThing.STOP: _stops_to_look_at}
"""What waits for somebody, however long: no day ends it, and a reminder that is late is still one."""


def _is_over(thing: LapsingThing, row: Row[Any], today: date, waiting: Waits) -> bool:
    """Whether nobody needs to be told any more: it has lapsed, or what waited is settled or told of anew."""
    if thing not in WAITING:
        return bool(row.lapses_on < today)
    return (thing, row.entry, row.lapses_on) not in waiting


async def _managers(connection: AsyncConnection) -> list[str]:
    asked = select(account.c.id).where(
        account.c.active, account.c.organisation_id.is_(None), account.c.roles.contains([Role.MANAGER.value])
    )
    return [row.id for row in await connection.execute(asked.order_by(account.c.id))]


def _rows(lapse: Lapse, step: int, managers: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": _id(lapse, step, recipient),
            "thing": lapse.thing.value,
            "entry": lapse.entry,
            "lapses_on": lapse.on,
            "step_days": step,
            "account_id": lapse.account_id,
            "recipient_id": recipient,
            "state": "waiting",
            "due_at": now,
        }
        for recipient in dict.fromkeys((lapse.account_id, *managers))
    ]


def _id(lapse: Lapse, step: int, recipient: str) -> str:
    said = "\n".join((lapse.thing, lapse.entry, lapse.on.isoformat(), str(step), recipient))
    return f"lapse-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
