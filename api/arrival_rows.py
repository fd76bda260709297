"""The only writer of what people decide about arrivals: standing, owner, decision, and the acts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import arrival, arrival_act, arrival_standing
from infra.keys import DataKey, open_json, seal, seal_json
from schemas.arrivals import SETTLED, ArrivalState
from schemas.parties import Actor
from schemas.refusals import Refused

DECISION_PURPOSE = "arrival/decision"
WORDS_PURPOSE = "arrival/words"


@dataclass(frozen=True)
class Standing:
    """Where an arrival stands at the desk, its row locked."""

    arrival_id: str
    state: ArrivalState
    attempt: int
    decision: bytes | None

    def decided(self, key: DataKey) -> dict[str, Any]:
        """The decision that was begun or recorded: `act_id` and `decision`."""
        opened: dict[str, Any] = open_json(key, DECISION_PURPOSE, self.decision or b"")
        return opened


@dataclass(frozen=True)
class Doing:
    """One act of one person on an arrival."""

    actor: Actor
    at: datetime
    act: str
    facts: dict[str, Any] = field(default_factory=dict)
    words: bytes | None = None


async def locked_standing(connection: AsyncConnection, arrival_id: str) -> Standing:
    """The standing of an arrival, made if there is none, locked. Raises Refused `no_such_arrival`."""
    there = select(arrival.c.id, arrival.c.received_at).where(arrival.c.id == arrival_id)
    found = (await connection.execute(there)).one_or_none()
    if found is None:
        raise Refused("no_such_arrival")
    fresh = {"arrival_id": arrival_id, "state": ArrivalState.OPEN.value, "changed_at": found.received_at}
    await connection.execute(insert_or(arrival_standing).values(fresh).on_conflict_do_nothing())
    locked = select(arrival_standing).where(arrival_standing.c.arrival_id == arrival_id).with_for_update()
    row = (await connection.execute(locked)).one()
    return Standing(arrival_id, ArrivalState(row.state), row.attempt, row.decision)


def insist_on_open(standing: Standing) -> None:
    """Raises Refused `arrival_settled`, `arrival_being_confirmed`."""
    if standing.state in SETTLED:
        raise Refused("arrival_settled")
    if standing.state is ArrivalState.CONFIRMING:
        raise Refused("arrival_being_confirmed")


def sealed_words(key: DataKey, words: str) -> bytes:
    """Words about an arrival as they are kept."""
    return seal(key, WORDS_PURPOSE, words.encode())


async def assign(connection: AsyncConnection, standing: Standing, doing: Doing, to: str) -> None:
    """Give it an owner. Raises Refused when it is settled."""
    if standing.state in SETTLED:
        raise Refused("arrival_settled")
    await _change(connection, standing, doing, owner=to)


async def dismiss(connection: AsyncConnection, standing: Standing, doing: Doing) -> None:
    """It concerns no case; the reason is with the act. Raises Refused when it is not open."""
    insist_on_open(standing)
    await _change(connection, standing, doing, state=ArrivalState.DISMISSED.value, decided_by=doing.actor.id)


async def merge(connection: AsyncConnection, standing: Standing, doing: Doing, into: str) -> None:
    """It says the same as another one, which goes on for both. Raises Refused when it is not open."""
    insist_on_open(standing)
    other = await locked_standing(connection, into)
    if other.state in (ArrivalState.MERGED, ArrivalState.DISMISSED):
        raise Refused("arrival_settled", "into")
    changed = {"state": ArrivalState.MERGED.value, "merged_into": into, "decided_by": doing.actor.id}
    await _change(connection, standing, doing, **changed)


async def reopen(connection: AsyncConnection, standing: Standing, doing: Doing) -> None:
    """It was dismissed or merged by mistake. What was recorded from it can't be taken back here."""
    if standing.state not in (ArrivalState.DISMISSED, ArrivalState.MERGED):
        raise Refused("arrival_settled")
    await _change(
        connection, standing, doing, state=ArrivalState.OPEN.value, merged_into=None, decided_by=None
    )


async def begin_confirming(
    connection: AsyncConnection, standing: Standing, doing: Doing, key: DataKey, decided: dict[str, Any]
) -> int:
    """Write down what is about to be recorded, before the road is asked; answers the number of the attempt."""
    insist_on_open(standing)
    changed = {
        "state": ArrivalState.CONFIRMING.value,
        "attempt": standing.attempt + 1,
        "decision": seal_json(key, DECISION_PURPOSE, decided),
        "decision_kind": doing.facts["kind"],
        "decided_by": doing.actor.id,
    }
    await _change(connection, standing, doing, **changed)
    return standing.attempt + 1


async def end_confirming(
    connection: AsyncConnection,
    arrival_id: str,
    attempt: int,
    doing: Doing,
    *,
    confirmed_for: tuple[str, Sequence[str]] | None,
) -> None:
    """The road took it (for which application and persons), or refused (None: open again). Only once per attempt."""
    standing = await locked_standing(connection, arrival_id)
    if standing.state is not ArrivalState.CONFIRMING or standing.attempt != attempt:
        return
    if confirmed_for is None:
        changed: dict[str, Any] = {"state": ArrivalState.OPEN.value, "decision": None, "decided_by": None}
    else:
        number, persons = confirmed_for
        changed = {"state": ArrivalState.CONFIRMED.value, "number": number, "persons": list(persons)}
    await _change(connection, standing, doing, **changed)


async def _change(connection: AsyncConnection, standing: Standing, doing: Doing, **values: object) -> None:
    row = update(arrival_standing).where(arrival_standing.c.arrival_id == standing.arrival_id)
    await connection.execute(row.values(changed_at=doing.at, **values))
    act = {
        "arrival_id": standing.arrival_id,
        "act": doing.act,
        "actor_id": doing.actor.id,
        "capacity": doing.actor.capacity,
        "facts": doing.facts,
        "words": doing.words,
        "acted_at": doing.at,
    }
    await connection.execute(insert(arrival_act).values(act))
