"""The activity `prepare_lodging`: may this handler lodge here today, and what exactly? The package is sealed and kept."""

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.documents.package import ContentDiffersError, NotBoundError, build_package
from activities.ledger import Ledger
from infra.database.connection import Database
from infra.database.tables import fee_quote, organisation
from infra.dossiers import Collected, DocumentRow, case_of, collected, current, dossier, values_in
from infra.keys import KeyRing
from infra.lodged import LodgedBefore, enclosed, lodged_before
from infra.object_answers import ObjectAbsentError, ObjectTooLargeError
from infra.objects import ObjectStore
from infra.packs import Packs
from infra.registers import entitlement_of
from infra.stops import running_stops
from schemas.authority import LodgingWanted
from schemas.catalogue import Value
from schemas.checked import LodgingAsked, PackageSealed
from schemas.desk_wishes import is_named
from schemas.fees import authority_fee
from schemas.filing import FeeAtLodging, FilingKind
from schemas.maps import ProcedureMap
from schemas.package import DocumentInPackage, OmittedDocument, PackageOrder, PersonInPackage
from schemas.stops import Stop, StoppableLodging, covering
from schemas.tables import of_the_day

MISSING_NAME = "—"
LOCKED_WITHIN = timedelta(days=365)
"""So long nobody without the store's own override can delete what was lodged: authorities refer to a past year's filings."""


class Lodging:
    """Making a filing ready for one handler."""

    def __init__(
        self,
        *,
        database: Database,
        objects: ObjectStore,
        keys: KeyRing,
        packs: Packs,
        ledger: Ledger,
        desk_name: str,
        second_confirms: tuple[str, ...] = (),
        members_only: tuple[str, ...] = (),
    ) -> None:
        self._database = database
        self._objects = objects
        self._keys = keys
        self._packs = packs
        self._ledger = ledger
        self._desk_name = desk_name
        self._second_confirms = second_confirms
        self._members_only = members_only

    @activity.defn(name="prepare_lodging")
    async def prepare(self, asked: LodgingAsked) -> PackageSealed:
        """Check the handler's certificate, online id, mandate, filed list and membership; bind, seal and keep the package.

        Refuses with the first thing that lacks (`schemas.authority`: `certificate_…`, `online_id_…`, `mandate_…`,
        `pledge_not_filed`, `members_only`), or with `package_…` where no repetition would bind it. The same filing on the
        same day gives the same bytes, so a repetition finds the package already there.
        """
        key = await self._keys.key_for(asked.number)
        async with self._database.as_worker() as connection:
            await self._insist_on_entitlement(connection, asked)
            stops = await running_stops(connection)
            case = await case_of(connection, asked.number, asked.organisation_id)
            everything = await collected(connection, case, key, sealed_only=True)
            client = await _client(connection, asked)
            earlier = await lodged_before(connection, asked.number, FilingKind(asked.filing_kind))
        ready = await self._packs.of(case)
        _insist_on_no_stop(stops, asked, ready)
        order = package_order(
            asked, everything, ready, earlier, client_name=client.name, desk_name=self._desk_name
        )
        sealed, where = await asyncio.to_thread(self._seal, order)
        await self._ledger.store_package(
            {
                "filing_id": asked.filing_id,
                "sha256": sealed.sha256,
                "organisation_id": asked.organisation_id,
                "number": asked.number,
                "vault_key": where[0],
                "vault_version": where[1],
                "manifest": where[2],
            }
        )
        by_two = is_named(self._second_confirms, asked.procedure, asked.channel)
        fee = _fee(asked, everything, ready, client)
        return sealed.model_copy(update={"second_asked": by_two, "fee": fee})

    async def _insist_on_entitlement(self, connection: AsyncConnection, asked: LodgingAsked) -> None:
        wanted = LodgingWanted(
            procedure=asked.procedure,
            kind=FilingKind(asked.filing_kind),
            on=date.fromisoformat(asked.as_of),
            channel=asked.channel,
            office=asked.office,
            members_only=self._members_only,
        )
        found = await entitlement_of(connection, asked.handler, asked.organisation_id, wanted)
        if found.lacks:
            raise _refusal(found.lacks[0], "handler")

    def _seal(self, order: PackageOrder) -> tuple[PackageSealed, tuple[str, str, Mapping[str, object]]]:
        with tempfile.TemporaryDirectory(prefix="toritsugi-") as folder:
            try:
                package = build_package(order, self._fetch, Path(folder) / "package.zip")
            except NotBoundError as obstacle:
                raise _refusal(obstacle.code, "filing_id") from obstacle
            key = f"packages/{order.filing_id}/{package.sha256}"
            locked_until = datetime.now(UTC) + LOCKED_WITHIN
            version = self._objects.write_sealed(key, package.path, retain_until=locked_until)
            manifest = package.manifest.model_dump(mode="json")
        return PackageSealed(sha256=package.sha256), (key, version, manifest)

    def _fetch(self, document: DocumentInPackage, path: Path) -> None:
        try:
            self._objects.read_to(
                path, document.vault_key, document.version_id, at_most_bytes=document.size_bytes
            )
        except (ObjectAbsentError, ObjectTooLargeError) as lost:
            raise ContentDiffersError(document.document_id) from lost


def _insist_on_no_stop(stops: tuple[Stop, ...], asked: LodgingAsked, ready: ProcedureMap) -> None:
    wanted = StoppableLodging(
        procedure=asked.procedure,
        authority=ready.procedure.authority,
        office=asked.office,
        channel=asked.channel,
    )
    if covering(stops, wanted):
        raise _refusal("lodging_stopped", "filing_id")


def _refusal(code: str, field: str) -> ApplicationError:
    return ApplicationError(code, field, type=code, non_retryable=True)


class Client(NamedTuple):
    """The client's name, and what was quoted when it handed in."""

    name: str
    fee_class: str | None
    desk_yen_per_person: int | None


async def _client(connection: AsyncConnection, asked: LodgingAsked) -> Client:
    quoted = and_(fee_quote.c.number == asked.number, fee_quote.c.organisation_id == organisation.c.id)
    query = (
        select(organisation.c.name, fee_quote.c.fee_class, fee_quote.c.desk_yen_per_person)
        .outerjoin(fee_quote, quoted)
        .where(organisation.c.id == asked.organisation_id)
    )
    return Client(*(await connection.execute(query)).one())


def _fee(
    asked: LodgingAsked, everything: Collected, ready: ProcedureMap, client: Client
) -> FeeAtLodging | None:
    """The amounts of a first filing; supplements and withdrawals cost nothing more."""
    if asked.filing_kind != FilingKind.FIRST:
        return None
    whole = dossier(everything, ready, date.fromisoformat(asked.as_of))
    lodged = tuple(person for person in whole.persons if person.person_id in asked.persons)
    fee = authority_fee(ready, whole.model_copy(update={"persons": lodged}), asked.channel)
    return FeeAtLodging(
        fee_class=client.fee_class,
        persons=len(asked.persons),
        desk_yen_per_person=client.desk_yen_per_person,
        authority_yen=fee.yen_per_unit,
        authority_units=fee.units,
        lodged_on=date.fromisoformat(asked.as_of),
    )


def package_order(
    asked: LodgingAsked,
    everything: Collected,
    ready: ProcedureMap,
    earlier: LodgedBefore,
    *,
    client_name: str,
    desk_name: str,
) -> PackageOrder:
    """What is bound: the persons of this filing and the documents that go along, in the authority's order."""
    procedure = ready.procedure
    lines = {
        person: line for line, person in enumerate(everything.case.persons, 1) if person in asked.persons
    }
    going = enclosed(everything, FilingKind(asked.filing_kind), asked.persons, earlier)
    office = of_the_day(ready.tables.offices, date.fromisoformat(asked.as_of)).get(asked.office)
    channel = procedure.channel(asked.channel)
    return PackageOrder.model_validate(
        {
            "number": asked.number,
            "filing_id": asked.filing_id,
            "kind": asked.filing_kind,
            "parent_id": asked.parent_id,
            "procedure": procedure.id,
            "procedure_title_ja": procedure.name.ja,
            "procedure_title_en": procedure.name.en,
            "map_version": procedure.version,
            "rules_version": ready.pack_version,
            "office_ja": office.ja if office else asked.office,
            "channel_ja": channel.ja if channel else asked.channel,
            "set_limit_bytes": channel.set_size_bytes if channel else None,
            "client_name": client_name,
            "desk_name": desk_name,
            "sealed_at": datetime.combine(date.fromisoformat(asked.as_of), time(), tzinfo=UTC),
            "persons": [
                PersonInPackage(
                    line=line,
                    person_id=person,
                    name=name_of(values_in(everything.of(person))),
                    receipt=earlier.receipts.get(person),
                )
                for person, line in lines.items()
            ],
            "documents": _documents(going, ready, lines),
            "omitted": _omitted(going, ready, lines),
        }
    )


def name_of(values: Mapping[str, Value]) -> str:
    """A person's name as in the passport, with kanji where there are any."""
    latin, kanji = str(values.get("name_latin", "")), str(values.get("name_kanji", ""))
    return " ".join(part for part in (latin, f"({kanji})" if kanji else "") if part) or MISSING_NAME


def _documents(
    everything: Collected, ready: ProcedureMap, lines: Mapping[str, int]
) -> list[DocumentInPackage]:
    chosen = [
        document
        for document in current(everything.documents)
        if document.state == "released" and (document.person_id is None or document.person_id in lines)
    ]
    chosen.sort(key=lambda document: _place(document, ready, lines))
    return [_bound(document, ready, lines) for document in chosen]


def _place(document: DocumentRow, ready: ProcedureMap, lines: Mapping[str, int]) -> tuple[int, int]:
    kind = ready.procedure.document(document.kind)
    return (kind.order if kind else 0, lines.get(document.person_id or "", 0))


def _bound(document: DocumentRow, ready: ProcedureMap, lines: Mapping[str, int]) -> DocumentInPackage:
    kind = ready.procedure.document(document.kind)
    return DocumentInPackage(
        document_id=document.id,
        kind=document.kind,
        title_ja=kind.ja if kind else document.kind,
        title_en=kind.en if kind else document.kind,
        person_line=lines.get(document.person_id or ""),
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        vault_key=document.vault_key or "",
        version_id=document.vault_version or "",
    )


def _omitted(everything: Collected, ready: ProcedureMap, lines: Mapping[str, int]) -> list[OmittedDocument]:
    rows = []
    for row in everything.omissions:
        kind = ready.procedure.document(row.kind)
        if kind is None or (row.person_id is not None and row.person_id not in lines):
            continue
        reason = kind.omission.ja if kind.omission else kind.ja
        rows.append(
            OmittedDocument(
                title_ja=kind.ja,
                title_en=kind.en,
                person_line=lines.get(row.person_id or ""),
                reason_ja=f"{reason}({row.submitted_on}提出、{everything.references[row.id]})",
            )
        )
    return rows
