"""What an authority has of an application already, and what is therefore still enclosed with a later filing."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import filing, package, person_standing
from infra.dossiers import Collected, current
from schemas.enclosing import LodgedFiling, is_enclosed, is_told_as_omitted
from schemas.filing import FilingKind, FilingState


class LodgedBefore(NamedTuple):
    """The confirmed filings of an application, and the authority's number for each person."""

    filings: tuple[LodgedFiling, ...] = ()
    receipts: Mapping[str, str] = MappingProxyType({})


async def lodged_before(connection: AsyncConnection, number: str, kind: FilingKind) -> LodgedBefore:
    """What a filing of this kind follows on; nothing for a first one, which stands for itself whatever was lodged."""
    if kind is FilingKind.FIRST:
        return LodgedBefore()
    bound = (package.c.filing_id == filing.c.id) & (package.c.sha256 == filing.c.package_sha256)
    lodged = (
        select(filing.c.id, filing.c.persons, package.c.manifest, package.c.sealed_at)
        .join(package, bound)
        .where(filing.c.number == number, filing.c.state == FilingState.CONFIRMED)
    )
    line = person_standing.c
    numbered = select(line.person_id, line.receipt).where(line.number == number, line.receipt.is_not(None))
    return LodgedBefore(
        filings=tuple(
            LodgedFiling(
                filing_id=row.id,
                persons=frozenset(row.persons),
                documents=frozenset(document["document_id"] for document in row.manifest["documents"]),
                sealed_at=row.sealed_at,
            )
            for row in await connection.execute(lodged)
        ),
        receipts={row.person_id: row.receipt for row in await connection.execute(numbered)},
    )


def enclosed(
    everything: Collected, kind: FilingKind, persons: Collection[str], before: LodgedBefore
) -> Collected:
    """The content without documents that don't go along with a filing of these persons, and omissions told before."""
    everybody = frozenset(persons)
    documents = [
        document
        for document in current(everything.documents)
        if is_enclosed(
            kind,
            document.id,
            frozenset({document.person_id}) if document.person_id else everybody,
            before.filings,
        )
    ]
    omissions = [
        row
        for row in everything.omissions
        if is_told_as_omitted(
            kind, row.declared_at, frozenset({row.person_id}) if row.person_id else everybody, before.filings
        )
    ]
    return replace(everything, documents=documents, omissions=omissions)
