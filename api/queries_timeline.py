"""The history of a case in words: each event with who did it. Clients see their part, staff unnamed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import THE_DESK, Key, Named, Told, keyset_page, named, names_of
from api.queries_findings import Words
from infra.database.tables import event, notice
from schemas.sayings import SAYINGS
from schemas.words import Word

CLIENT = "client"
SHOWN_TO_CLIENTS: dict[str, frozenset[str]] = {
    "received": frozenset({"persons"}),
    "review_passed": frozenset({"persons", "level", "then"}),
    "correction_requested": frozenset({"persons"}),
    "correction_handed_in": frozenset({"round", "persons"}),
    "correction_came_late": frozenset({"round", "persons"}),
    "deadline_set": frozenset({"deadline_kind", "due_at", "persons", "derived"}),
    "hold_placed": frozenset({"reason"}),
    "hold_lifted": frozenset(),
    "lodging_confirmed": frozenset({"receipts", "not_taken"}),
    "more_requested": frozenset({"persons", "due_on"}),
    "receipts_corrected": frozenset({"receipts", "replaced"}),
    "result_recorded": frozenset({"person_id", "result", "decided_on"}),
    "result_dated": frozenset({"person_id", "valid_to"}),
    "results_delivered": frozenset({"persons", "how"}),
    "link_noted": frozenset({"person_id", "other_number", "outcome", "instead_of"}),
    "persons_moved": frozenset({"persons", "to_number"}),
    "split_refused": frozenset({"persons", "to_number", "code"}),
    "came_by_split": frozenset({"persons", "from_number"}),
    "proposed": frozenset({"proposed", "persons", "other_number"}),
    "proposal_answered": frozenset({"answer"}),
    "withdrawal_requested": frozenset({"persons"}),
    "withdrawn": frozenset({"persons"}),
    "road_reopened": frozenset(),
    "closed": frozenset(),
}
"""What a client sees of its own case's history: kinds of events, and of each the facts that concern it."""


COLLEAGUES = ("assignee", "from_handler", "to_handler")
"""Facts that name a colleague; the last one is who has it now."""


class Happened(Word):
    """One event: when, who, what; whom it concerns, and what people wrote at it. `hash` chains it to the one before.

    Clients are shown neither the hash nor colleagues nor colleagues' words.
    """

    seq: int
    at: datetime
    kind: str
    title: Told
    actor: Named | None
    capacity: str
    facts: Mapping[str, Any]
    hash: str | None
    words: tuple[Words, ...] = ()
    concerns: tuple[Named, ...] = ()


class NoticeSent(Word):
    """One mail about the case: to whom it goes, how often it was tried, whether it left."""

    seq: int
    kind: str
    audience: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    trouble: str | None


class Timeline(Word):
    """One page of a case's history from its beginning, and the key of its last row where more follows."""

    rows: tuple[Happened, ...]
    last: Key | None


async def timeline(
    connection: AsyncConnection, number: str, *, for_client: bool, limit: int, after: Key | None = None
) -> Timeline:
    """The events of one case in order; for a client only what concerns it."""
    query = select(event).where(event.c.number == number)
    if for_client:
        query = query.where(event.c.kind.in_(SHOWN_TO_CLIENTS))
    found = await keyset_page(connection, query, (event.c.seq,), limit=limit, after=after)
    colleagues = (row.body.get(name) for row in found.rows for name in COLLEAGUES)
    names = await names_of(connection, (*(row.actor_id for row in found.rows), *colleagues))
    tell = _for_client if for_client else _for_staff
    return Timeline(rows=tuple(tell(row, names) for row in found.rows), last=found.last)


def _for_staff(row: Row[Any], names: Mapping[str, str]) -> Happened:
    facts = {name: value for name, value in row.body.items() if name != "kind"}
    told = _happened(row, named(names, row.actor_id), facts, row.hash.hex())
    concerned = (named(names, row.body.get(name)) for name in COLLEAGUES)
    return told.model_copy(update={"concerns": tuple(each for each in concerned if each is not None)})


def _for_client(row: Row[Any], names: Mapping[str, str]) -> Happened:
    shown = SHOWN_TO_CLIENTS[row.kind]
    facts = {name: _without_words(value) for name, value in row.body.items() if name in shown}
    own = row.capacity == CLIENT
    return _happened(row, named(names, row.actor_id) if own else THE_DESK, facts, None)


def _without_words(value: Any) -> Any:
    """A fact without the ids of what colleagues wrote about each of several persons."""
    if not isinstance(value, list):
        return value
    return [
        {name: each[name] for name in each if name != "remark_id"} if isinstance(each, dict) else each
        for each in value
    ]


def _happened(row: Row[Any], actor: Named | None, facts: Mapping[str, Any], chained: str | None) -> Happened:
    ja, en = SAYINGS[row.kind]
    return Happened(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        title=Told(code=row.kind, ja=ja, en=en),
        actor=actor,
        capacity=row.capacity if actor is not THE_DESK else THE_DESK.id,
        facts=facts,
        hash=chained,
    )


async def notices_of(connection: AsyncConnection, number: str) -> tuple[NoticeSent, ...]:
    """Every mail about a case with its attempts, in order. Staff only."""
    query = select(notice).where(notice.c.number == number).order_by(notice.c.seq, notice.c.id)
    shown = NoticeSent.model_fields
    return tuple(
        NoticeSent(**{name: value for name, value in row._mapping.items() if name in shown})
        for row in await connection.execute(query)
    )
