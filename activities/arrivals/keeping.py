"""Keeping what arrived: once per content, its raw bytes sealed in the vault before anybody lets go of the original."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.arrivals.places import RAW_PURPOSE, PartPlace, Vault
from infra.database.connection import Database
from infra.database.tables import arrival, arrival_part
from infra.keys import KeyRing, seal_json
from schemas.arrivals import ARRIVAL, ArrivalKind, ArrivalReading, ArrivalWay, Certainty, Envelope

READING_PURPOSE = "arrival/reading"
ENVELOPE_PURPOSE = "arrival/envelope"
IDENTIFYING_HEADERS = (b"message-id", b"from", b"date", b"subject")


@dataclass(frozen=True)
class Arrived:
    """Something that came in: its raw bytes, and digests by which its repetitions are known."""

    way: ArrivalWay
    raw: bytes
    content_sha256: str
    message_sha256: str | None = None
    uploaded_by: str | None = None
    arrived_on: date | None = None


def arrived_mail(raw: bytes) -> Arrived:
    """A mail. Lines that mail servers add on the way do not make it another one."""
    headers, body = _split(raw)
    digest = hashlib.sha256(b"\n".join(headers[name] for name in IDENTIFYING_HEADERS) + b"\n\n" + body)
    named = headers[b"message-id"]
    return Arrived(
        way=ArrivalWay.MAIL,
        raw=raw,
        content_sha256=digest.hexdigest(),
        message_sha256=hashlib.sha256(named).hexdigest() if named else None,
    )


def _split(raw: bytes) -> tuple[dict[bytes, bytes], bytes]:
    whole = raw.replace(b"\r\n", b"\n")
    head, _, body = whole.partition(b"\n\n")
    headers = dict.fromkeys(IDENTIFYING_HEADERS, b"")
    for line in head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n"):
        name, _, value = line.partition(b":")
        if name.lower() in headers and not headers[name.lower()]:
            headers[name.lower()] = b" ".join(value.split())
    return headers, body


class Keeping:
    """The only writer of `arrival` and `arrival_part`."""

    def __init__(self, database: Database, keys: KeyRing, vault: Vault) -> None:
        self._database = database
        self._keys = keys
        self._vault = vault

    async def keep(self, arrived: Arrived) -> str:
        """Keep it; answers its id. What is kept already is not kept again, what was half kept is completed."""
        row = await self._row(arrived)
        if row.raw_key is None and row.read_at is None:
            key = await self._keys.key_for(row.id)
            place = await self._vault.put(key, RAW_PURPOSE, arrived.raw)
            await self._change(row.id, raw_key=place.key, raw_version=place.version)
        return str(row.id)

    async def note(self, arrived: Arrived, trouble: str, size_bytes: int, envelope: Envelope) -> str:
        """Note something that can't be kept, so that a person hears of it; a mail too large stays in the mailbox."""
        row = await self._row(arrived)
        if row.read_at is None:
            key = await self._keys.key_for(row.id)
            sealed = seal_json(key, ENVELOPE_PURPOSE, envelope.model_dump())
            await self._change(
                row.id, size_bytes=size_bytes, envelope=sealed, trouble=trouble, read_at=datetime.now(UTC)
            )
        return str(row.id)

    async def write_reading(
        self, arrival_id: str, envelope: Envelope, reading: ArrivalReading, parts: Sequence[PartPlace]
    ) -> None:
        """Write what was read, once: the envelope, the reading with its proposals, and the parts."""
        key = await self._keys.key_for(arrival_id)
        best = next(iter(reading.matches), None)
        values = {
            "kind": reading.recognised.kind.value,
            "envelope": seal_json(key, ENVELOPE_PURPOSE, envelope.model_dump()),
            "reading": seal_json(key, READING_PURPOSE, reading.model_dump(mode="json")),
            "proposed_number": best.number if best else None,
            "proposed_person": best.person_id if best else None,
            "certainty": best.certainty.value if best else None,
            "handler": best.handler if best and best.certainty is not Certainty.WEAK else None,
            "read_at": datetime.now(UTC),
        }
        async with self._database.as_worker() as connection:
            written = update(arrival).where(arrival.c.id == arrival_id, arrival.c.read_at.is_(None))
            changed = (await connection.execute(written.values(values))).rowcount
            if changed and parts:
                rows = [part.row(arrival_id, key) for part in parts]
                await connection.execute(insert(arrival_part).values(rows).on_conflict_do_nothing())

    async def give_up(self, arrival_id: str, trouble: str) -> None:
        """Say that an arrival could not be read; a person looks at it with other means."""
        await self._change(arrival_id, trouble=trouble, read_at=datetime.now(UTC))

    async def erase(self, arrival_id: str) -> None:
        """Destroy the arrival's key: nothing of it can be read again anywhere."""
        gone = {"wrapped": None, "erased_at": datetime.now(UTC), "envelope": None, "reading": None}
        await self._change(arrival_id, **gone)
        self._keys.forget(arrival_id)

    async def count_attempt(self, connection: AsyncConnection, arrival_id: str) -> None:
        """Count a reading before it begins: one that kills its reader is not begun for ever."""
        counted = update(arrival).where(arrival.c.id == arrival_id)
        await connection.execute(counted.values(attempts=arrival.c.attempts + 1))

    async def _row(self, arrived: Arrived) -> Any:
        made_id = f"{ARRIVAL}{uuid.uuid4()}"
        new = {
            "id": made_id,
            "way": arrived.way.value,
            "content_sha256": arrived.content_sha256,
            "message_sha256": arrived.message_sha256,
            "size_bytes": len(arrived.raw),
            "uploaded_by": arrived.uploaded_by,
            "arrived_on": arrived.arrived_on,
            "wrapped": self._keys.new_wrapped_key(made_id),
            "received_at": datetime.now(UTC),
            "kind": ArrivalKind.UNKNOWN.value,
        }
        known = select(arrival.c.id, arrival.c.raw_key, arrival.c.read_at)
        async with self._database.as_worker() as connection:
            await connection.execute(insert(arrival).values(new).on_conflict_do_nothing())
            found = await connection.execute(known.where(arrival.c.content_sha256 == arrived.content_sha256))
            row: Any = found.one()
            return row

    async def _change(self, arrival_id: str, **values: object) -> None:
        async with self._database.as_worker() as connection:
            await connection.execute(update(arrival).where(arrival.c.id == arrival_id).values(values))
