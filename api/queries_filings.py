"""Filings: what is to be lodged, what is under way, what became of it; whether the reader may lodge it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Key, Named, Told, keyset_page, named, names_of
from infra.database.tables import (
    application,
    filing,
    organisation,
    package,
    receipt,
    standing,
    task,
)
from infra.packs import pack_in_force
from infra.registers import known_of
from schemas.authority import WARNINGS, Entitlement, LodgingWanted, entitlement_for
from schemas.filing import Filing, FilingKind, FilingState, NotTaken, Receipt, Way
from schemas.maps import ProcedureMap
from schemas.refusals import REFUSALS
from schemas.tasks import TaskKind
from schemas.words import Word


class FilingFilter(Word):
    """Which filings; all that is given must hold."""

    state: FilingState | None = None
    office: str | None = None
    channel: str | None = None
    handler: str | None = None
    organisation_id: str | None = None


class FilingView(Word):
    """One filing; its handler is who looks after it. `sent_at` is the mark that a machine has sent it."""

    id: str
    number: str
    organisation: Named
    procedure: str
    map_version: date
    pack_version: str | None
    kind: FilingKind
    state: FilingState
    persons: tuple[str, ...]
    office: str
    channel: str | None
    way: Way | None
    handler: Named | None
    parent_id: str | None
    package_sha256: str | None
    receipts: tuple[Receipt, ...]
    changed_at: datetime
    sent_at: datetime | None


class FilingPage(Word):
    """One page, and the key of its last row where more follows."""

    rows: tuple[FilingView, ...]
    last: Key | None


class PackageView(Word):
    """One sealed package of a filing: its checksum, when it was sealed, what is in it."""

    sha256: str
    sealed_at: datetime
    manifest: Any


class ChannelEntitlement(Word):
    """Whether the reader may lodge through this channel today; `lacks` names everything that is missing."""

    channel: str
    may_lodge: bool
    lacks: tuple[Told, ...]


class EntitlementView(Word):
    """What the reader has to lodge for this client: each is a last valid day; None means there is none."""

    certificate_valid_until: date | None
    online_id_valid_until: date | None
    mandate_from: date | None
    mandate_until: date | None
    has_mandate: bool
    channels: tuple[ChannelEntitlement, ...]
    warnings: tuple[Told, ...]


class KeptPackage(NamedTuple):
    """Where a package lies in the vault."""

    number: str
    sha256: str
    vault_key: str
    vault_version: str


async def filings_page(
    connection: AsyncConnection, wanted: FilingFilter, *, limit: int, after: Key | None = None
) -> FilingPage:
    """Filings of all cases, what rests longest first."""
    query = _rows().where(*_conditions(wanted))
    found = await keyset_page(connection, query, (filing.c.changed_at, filing.c.id), limit=limit, after=after)
    return FilingPage(rows=await _views(connection, found.rows), last=found.last)


async def one_filing(connection: AsyncConnection, filing_id: str) -> FilingView | None:
    """One filing."""
    rows = tuple((await connection.execute(_rows().where(filing.c.id == filing_id))).all())
    return next(iter(await _views(connection, rows)), None)


async def filings_of(connection: AsyncConnection, number: str) -> tuple[FilingView, ...]:
    """Every filing of one application, the oldest first."""
    query = _rows().where(filing.c.number == number).order_by(filing.c.changed_at, filing.c.id)
    return await _views(connection, tuple((await connection.execute(query)).all()))


def _rows() -> Select[Any]:
    return select(
        filing,
        organisation.c.name.label("organisation_name"),
        application.c.procedure,
        application.c.map_version,
        pack_in_force(),
    ).select_from(
        filing.join(application, application.c.number == filing.c.number).join(
            organisation, organisation.c.id == filing.c.organisation_id
        )
    )


def _conditions(wanted: FilingFilter) -> list[ColumnElement[bool]]:
    asked = {
        filing.c.state: wanted.state,
        filing.c.office: wanted.office,
        filing.c.channel: wanted.channel,
        filing.c.handler: wanted.handler,
        filing.c.organisation_id: wanted.organisation_id,
    }
    return [column == value for column, value in asked.items() if value is not None]


async def _views(connection: AsyncConnection, rows: tuple[Row[Any], ...]) -> tuple[FilingView, ...]:
    names = await names_of(connection, (row.handler for row in rows))
    receipts: dict[str, list[Receipt]] = {}
    claimed = select(receipt).where(receipt.c.filing_id.in_([row.id for row in rows]))
    for each in await connection.execute(claimed.order_by(receipt.c.receipt)):
        receipts.setdefault(each.filing_id, []).append(Receipt(person_id=each.person_id, number=each.receipt))
    return tuple(_view(row, names, tuple(receipts.get(row.id, ()))) for row in rows)


def _view(row: Row[Any], names: Mapping[str, str], receipts: tuple[Receipt, ...]) -> FilingView:
    return FilingView(
        id=row.id,
        number=row.number,
        organisation=Named(id=row.organisation_id, name=row.organisation_name),
        procedure=row.procedure,
        map_version=row.map_version,
        pack_version=row.pack_in_force,
        kind=row.kind,
        state=row.state,
        persons=tuple(row.persons),
        office=row.office,
        channel=row.channel,
        way=row.way,
        handler=named(names, row.handler),
        parent_id=row.parent_id,
        package_sha256=row.package_sha256,
        receipts=receipts,
        changed_at=row.changed_at,
        sent_at=row.sent_at,
    )


class Confirming(NamedTuple):
    """Whether two people are to confirm a filing, who reported already that it arrived, who lodged it, who was not taken.

    `reported_by` only while it is under way; `lodged_by` only where another looks after it now; `correction_by`: who said
    first that numbers were wrong. `not_taken`: whom the authority sent away.
    """

    second_asked: bool = False
    reported_by: Named | None = None
    lodged_by: Named | None = None
    correction_by: Named | None = None
    not_taken: tuple[NotTaken, ...] = ()


async def confirming_of(connection: AsyncConnection, view: FilingView) -> Confirming:
    """What the road remembers of who acts on a filing, besides who looks after it."""
    query = select(standing.c.folded["filings"]).where(standing.c.number == view.number)
    filings = (await connection.execute(query)).scalar_one_or_none() or []
    kept = next((Filing.model_validate(each) for each in filings if each["id"] == view.id), None)
    if kept is None:
        return Confirming()
    is_under_way = kept.state is FilingState.INTENDED
    reporter = kept.reported.by if kept.reported and is_under_way else None
    lodger = kept.handler if kept.handler != kept.keeper else None
    corrector = kept.correction.by if kept.correction else None
    names = await names_of(connection, (reporter, lodger, corrector))
    return Confirming(
        second_asked=kept.second_asked and is_under_way,
        reported_by=named(names, reporter),
        lodged_by=named(names, lodger),
        correction_by=named(names, corrector),
        not_taken=kept.not_taken,
    )


async def packages_of(connection: AsyncConnection, filing_id: str) -> tuple[PackageView, ...]:
    """The packages sealed for a filing: the one that is lodged, then the others, the newest first."""
    return tuple(
        PackageView(sha256=row.sha256, sealed_at=row.sealed_at, manifest=row.manifest)
        for row in await connection.execute(_packages(filing_id))
    )


def _packages(filing_id: str) -> Select[Any]:
    """Two who begin at once both seal one; only one of them is the filing's own."""
    own = select(filing.c.package_sha256).where(filing.c.id == filing_id).scalar_subquery()
    is_another = package.c.sha256.is_distinct_from(own)
    return (
        select(package)
        .where(package.c.filing_id == filing_id)
        .order_by(is_another, package.c.sealed_at.desc())
    )


async def kept_package(
    connection: AsyncConnection, filing_id: str, sha256: str | None = None
) -> KeptPackage | None:
    """Where the package of a filing (or the one with this checksum) lies."""
    query = _packages(filing_id)
    if sha256 is not None:
        query = query.where(package.c.sha256 == sha256)
    row = (await connection.execute(query.limit(1))).one_or_none()
    return KeptPackage(row.number, row.sha256, row.vault_key, row.vault_version) if row else None


async def entitlement(
    connection: AsyncConnection,
    reader_id: str,
    view: FilingView,
    *,
    on: date,
    ready: ProcedureMap,
    members_only: tuple[str, ...],
) -> EntitlementView:
    """What the reader could show if he lodged this filing on that day (Japan date), channel by channel."""
    reviewed = await _has_reviewed(connection, reader_id, view)
    wanted = LodgingWanted(
        procedure=view.procedure,
        kind=view.kind,
        on=on,
        office=view.office,
        reviewed=reviewed,
        members_only=members_only,
    )
    known = await known_of(connection, reader_id, view.organisation.id)
    held, found = known.held, entitlement_for(wanted, known, ready.tables.offices)
    return EntitlementView(
        certificate_valid_until=held.valid_until if held else None,
        online_id_valid_until=held.online_id_valid_until if held else None,
        mandate_from=found.mandate.valid_from if found.mandate else None,
        mandate_until=found.mandate.valid_until if found.mandate else None,
        has_mandate=found.mandate is not None,
        channels=tuple(
            _through(each.id, entitlement_for(wanted.model_copy(update={"channel": each.id}), known))
            for each in ready.procedure.channels
        ),
        warnings=tuple(
            Told(code=code, ja=WARNINGS[code].ja, en=WARNINGS[code].en) for code in found.warnings
        ),
    )


async def _has_reviewed(connection: AsyncConnection, reader_id: str, view: FilingView) -> bool:
    query = select(task.c.id).where(
        task.c.number == view.number,
        task.c.assignee == reader_id,
        task.c.kind.in_((TaskKind.REVIEW, TaskKind.SECOND_REVIEW)),
        task.c.outcome.is_not(None),
        task.c.persons.overlap(list(view.persons)),
    )
    return (await connection.execute(query.limit(1))).scalar_one_or_none() is not None


def _through(channel: str, found: Entitlement) -> ChannelEntitlement:
    told = tuple(Told(code=code, ja=REFUSALS[code].ja, en=REFUSALS[code].en) for code in found.lacks)
    return ChannelEntitlement(channel=channel, may_lodge=not told, lacks=told)
