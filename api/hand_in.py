"""Handing in: one transaction seals content and documents into a round and writes the receipt.

No server but PostgreSQL is needed. The road is told afterwards, by the desk's own round if it was away.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.content import Author
from api.reading import WHOLE, Case, Collected, contents_of, current, sealed_values
from infra.database.tables import application, content, document_version, hand_in
from schemas.maps import ProcedureMap


@dataclass(frozen=True)
class Receipt:
    """The proof of one hand-in: what was sealed, when, under which digest."""

    number: str
    round: int
    handed_in_at: datetime
    manifest_sha256: str

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "number": self.number,
            "round": self.round,
            "handed_in_at": self.handed_in_at.isoformat(),
            "manifest_sha256": self.manifest_sha256,
        }


async def seal_round(
    connection: AsyncConnection,
    everything: Collected,
    author: Author,
    persons: Sequence[str],
    *,
    pinned_to: ProcedureMap | None = None,
) -> Receipt:
    """Seal what belongs to the application and to these persons as the next round; the case is locked.

    The first round pins the application to the pack it was found complete by.
    """
    case = everything.case
    round_ = case.rounds + 1
    await _seal_contents(connection, case, persons, round_)
    await _seal_documents(connection, everything, persons, round_)
    manifest = await _manifest(connection, everything, persons, round_)
    digest = hashlib.sha256(_canonical(manifest)).hexdigest()
    row = {
        "number": case.number,
        "round": round_,
        "organisation_id": case.organisation_id,
        "persons": list(persons),
        "manifest_sha256": digest,
        "manifest": manifest,
        "handed_in_by": author.actor.id,
        "capacity": author.actor.capacity,
        "handed_in_at": author.at,
    }
    await connection.execute(insert(hand_in).values(row))
    counted: dict[str, Any] = {"rounds": round_, "version": application.c.version + 1}
    if case.is_draft:
        counted["handed_in_at"] = author.at
    if pinned_to is not None:
        counted["pack_version"] = pinned_to.pack_version
    await connection.execute(
        update(application)
        .where(application.c.organisation_id == case.organisation_id, application.c.number == case.number)
        .values(counted)
    )
    return Receipt(case.number, round_, author.at, digest)


async def _seal_contents(
    connection: AsyncConnection, case: Case, persons: Sequence[str], round_: int
) -> None:
    sealed = update(content).where(
        content.c.organisation_id == case.organisation_id,
        content.c.number == case.number,
        content.c.scope.in_((WHOLE, *persons)),
        content.c.sealed_in_round.is_(None),
    )
    await connection.execute(sealed.values(sealed_in_round=round_))


def _sealable(everything: Collected, persons: Sequence[str]) -> list[str]:
    concerned = {None, *persons}
    return [
        document.id
        for document in current(everything.documents)
        if document.sealed_in_round is None and document.person_id in concerned
    ]


async def _seal_documents(
    connection: AsyncConnection, everything: Collected, persons: Sequence[str], round_: int
) -> None:
    sealed = update(document_version).where(document_version.c.id.in_(_sealable(everything, persons)))
    await connection.execute(sealed.values(sealed_in_round=round_))


async def _manifest(
    connection: AsyncConnection, everything: Collected, persons: Sequence[str], round_: int
) -> dict[str, Any]:
    case = everything.case
    scopes = (WHOLE, *persons)
    rows = await contents_of(connection, case)
    return {
        "number": case.number,
        "round": round_,
        "procedure": case.procedure,
        "map_version": case.map_version.isoformat(),
        "persons": list(persons),
        "contents": [
            {
                "scope": scope,
                "version": rows[scope].version,
                "sealed_sha256": hashlib.sha256(sealed_values(rows[scope])).hexdigest(),
            }
            for scope in scopes
            if scope in rows
        ],
        "documents": [
            {"id": each.id, "kind": each.kind, "version": each.version, "sha256": each.sha256}
            for each in current(everything.documents)
            if each.person_id in {None, *persons}
        ],
        "omissions": [row.id for row in everything.omissions if row.person_id in {None, *persons}],
    }


def _canonical(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
