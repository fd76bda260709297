"""Recording: the activity `record`, and the few other writes of progress. Each is idempotent by its key."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ledger.announcing import notice_rows
from activities.ledger.rows import Row, Step, changed_rows, event_rows, steps_of
from activities.ledger.statements import write_statement
from infra.database.connection import Database
from infra.receipt_spellings import compared
from schemas.chain import GENESIS, digest
from schemas.events import Event, LodgingIntended
from schemas.examination import Examination
from schemas.filing import Receipt
from schemas.receipt_correction import ReceiptsCorrected
from schemas.standing import Standing
from schemas.words import Word

KNOWN = text(
    """SELECT s.seq, s.folded, e.hash FROM standing s
       JOIN event e ON e.number = s.number AND e.seq = s.seq
       WHERE s.number = :number FOR UPDATE OF s"""
)
MARK_SENT = text("UPDATE filing SET sent_at = :at WHERE id = :filing AND sent_at IS NULL RETURNING id")
CLAIM_RECEIPTS = text(
    f"""INSERT INTO receipt (receipt, organisation_id, number, person_id, filing_id, claimed_at)
       SELECT a.receipt, :organisation, :number, a.person_id, :filing, :at
       FROM jsonb_to_recordset(CAST(:receipts AS jsonb)) AS a(receipt text, person_id text)
       ORDER BY {compared("a.receipt")} ON CONFLICT DO NOTHING"""  # noqa: S608 - column names of our own
)
TAKEN = text(
    f"""SELECT r.receipt FROM receipt r
       JOIN jsonb_to_recordset(CAST(:receipts AS jsonb)) AS a(receipt text, person_id text)
       ON {compared("r.receipt")} = {compared("a.receipt")}
       WHERE NOT (r.number = :number AND r.person_id = a.person_id)"""  # noqa: S608 - column names of our own
)


LET_GO = text(
    f"""DELETE FROM receipt r USING jsonb_to_recordset(CAST(:replaced AS jsonb)) AS a(number text, person_id text)
       WHERE {compared("r.receipt")} = {compared("a.number")}
         AND r.person_id = a.person_id AND r.number = :number"""  # noqa: S608 - column names of our own
)


class Entry(Word):
    """Some events of one application, in order, to be recorded together."""

    number: str
    organisation_id: str
    events: tuple[Event, ...]


class ReceiptsClaimed(Word):
    """Receipt numbers to be claimed for the persons of one filing."""

    number: str
    organisation_id: str
    filing_id: str
    receipts: tuple[Receipt, ...]


class Ledger:
    """The only writer of progress."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="record")
    async def record(self, entry: Entry) -> str:
        """Record the events, the standing they lead to, tasks, findings, balls and notices: one transaction.

        Recording again what is recorded changes nothing. Answers the digest of the events, which the road compares
        with its own. Raises `ledger_gap` when an earlier event is missing: that is a fault, never a refusal.
        """
        async with self._database.as_worker() as connection:
            known = await _known(connection, entry)
            await self._write(connection, entry, known)
        return digest(entry.events)

    async def _write(self, connection: AsyncConnection, entry: Entry, known: RowMapping | None) -> None:
        old = Standing.model_validate(known["folded"]) if known else None
        steps = _advance(old, entry)
        if not steps:
            return
        previous = bytes(known["hash"]) if known else GENESIS
        rows: dict[str, list[Row]] = {"event": event_rows(steps, previous)}
        rows |= changed_rows(old, steps)
        rows["notice"] = notice_rows(steps)
        rows["filing_fee"] = _fees(entry, steps)
        await _run(connection, rows)
        for event, _ in steps:
            if isinstance(event.body, ReceiptsCorrected):
                await _change_places(connection, entry, event.body)

    async def store_examination(
        self,
        document_id: str,
        number: str,
        organisation_id: str,
        found: Examination,
        *,
        kept_at: tuple[str, str] | None,
    ) -> None:
        """Keep what the examination of a document found. `kept_at` is the vault's key and version when released."""
        row = {
            "document_id": document_id,
            "organisation_id": organisation_id,
            "number": number,
            "outcome": found.outcome,
            "refusal": found.refusal,
            "facts": found.model_dump(mode="json"),
            "vault_key": kept_at[0] if kept_at else None,
            "vault_version": kept_at[1] if kept_at else None,
            "examined_at": _now(),
        }
        async with self._database.as_worker() as connection:
            await _run(connection, {"examination": [row]})

    async def store_report(self, row: Row) -> None:
        """Keep a sealed report of the automatic checks, so that it can be explained and repeated years later."""
        sealed = row | {"report": "\\x" + row["report"].hex(), "checked_at": _now()}
        async with self._database.as_worker() as connection:
            await _run(connection, {"check_report": [sealed]})

    async def store_package(self, row: Row) -> None:
        """Keep where a sealed package lies and what is in it. Of several only the one that is begun is ever lodged."""
        async with self._database.as_worker() as connection:
            await _run(connection, {"package": [row | {"sealed_at": _now()}]})

    async def mark_sent(self, filing_id: str) -> bool:
        """Compare and set: True for the first caller only. Nothing is sent without it, so nothing is sent twice."""
        async with self._database.as_worker() as connection:
            answer = await connection.execute(MARK_SENT, {"filing": filing_id, "at": datetime.now(UTC)})
            return answer.one_or_none() is not None

    @activity.defn(name="claim_receipts")
    async def claim_receipts(self, claim: ReceiptsClaimed) -> None:
        """Claim receipt numbers for these persons, until one is corrected. Raises `receipt_taken` when one is another's."""
        values = _claimed(claim)
        async with self._database.as_worker() as connection:
            await connection.execute(CLAIM_RECEIPTS, values)
            # A statement of its own: it sees what another claimed while the first one waited for him.
            if (await connection.execute(TAKEN, values)).all():
                raise ApplicationError(
                    "a receipt number is taken", "receipts", type="receipt_taken", non_retryable=True
                )


def _fees(entry: Entry, steps: Iterable[Step]) -> list[Row]:
    """The fee of each filing whose lodging begins: that of the package its intent names."""
    whose = {"number": entry.number, "organisation_id": entry.organisation_id}
    begun = [event.body for event, _ in steps if isinstance(event.body, LodgingIntended)]
    return [
        {**whose, "filing_id": each.filing_id, "channel": each.channel, **each.fee.model_dump(mode="json")}
        for each in begun
        if each.fee is not None
    ]


def _claimed(claim: ReceiptsClaimed) -> dict[str, Any]:
    asked = [{"receipt": each.number, "person_id": each.person_id} for each in claim.receipts]
    return {
        "receipts": json.dumps(asked),
        "number": claim.number,
        "organisation": claim.organisation_id,
        "filing": claim.filing_id,
        "at": datetime.now(UTC),
    }


async def _change_places(connection: AsyncConnection, entry: Entry, body: ReceiptsCorrected) -> None:
    """The wrong numbers are anybody's again; the right ones are the persons', also where two were mixed up."""
    replaced = json.dumps([each.model_dump() for each in body.replaced])
    await connection.execute(LET_GO, {"replaced": replaced, "number": entry.number})
    claim = ReceiptsClaimed(
        number=entry.number,
        organisation_id=entry.organisation_id,
        filing_id=body.filing_id,
        receipts=body.receipts,
    )
    await connection.execute(CLAIM_RECEIPTS, _claimed(claim))


async def _known(connection: AsyncConnection, entry: Entry) -> RowMapping | None:
    """What is recorded already, locked. None: nothing."""
    asked = {"number": entry.number}
    known = (await connection.execute(KNOWN, asked)).mappings().one_or_none()
    if known is None and entry.events and entry.events[0].seq > 1:
        # Who waited for another writer is given no row: the event joined to it is no longer the last. The lock is his.
        known = (await connection.execute(KNOWN, asked)).mappings().one_or_none()
    return known


def _advance(old: Standing | None, entry: Entry) -> list[Step]:
    fresh = [event for event in entry.events if old is None or event.seq > old.seq]
    if fresh and fresh[0].seq != (old.seq if old else 0) + 1:
        raise ApplicationError("an earlier event is missing", type="ledger_gap")
    return steps_of(old, fresh)


async def _run(connection: AsyncConnection, rows: dict[str, list[Row]]) -> None:
    built = write_statement(rows)
    if built is None:
        return
    statement, values = built
    await connection.execute(statement, values)


def _now() -> str:
    return datetime.now(UTC).isoformat()
