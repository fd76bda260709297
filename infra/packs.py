"""Packs of running applications: which one is in force, where it is kept, and the few that lie ready in memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.connection import Database
from infra.database.tables import application, rule_pack, standing
from schemas.maps import Catalogue, NotInForce, ProcedureMap
from schemas.packs import PackBroken, Pinned, pack_text, unpacked

OLD_PACKS_READY = 32
Opening = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a transaction on a connection of its own: whoever waits for a pack holds one of the pool already."""


def pack_in_force() -> ColumnElement[Any]:
    """The pack of an application as a column of a query over `application`: the one adopted and checked by, else the
    one promised at hand-in; NULL before packs were kept."""
    adopted = select(standing.c.pack_version).where(standing.c.number == application.c.number)
    of_the_application = adopted.correlate(application).scalar_subquery()
    chosen = func.coalesce(of_the_application, application.c.pack_version)
    return chosen.label("pack_in_force")


class Packs:
    """The maps of all applications: shipped ones in memory, older ones from where they are kept."""

    def __init__(self, catalogue: Catalogue, opening: Opening) -> None:
        self.catalogue = catalogue
        self._opening = opening
        self._shipped = {ready.pack_version: ready for ready in catalogue.maps()}
        self._older: OrderedDict[str, ProcedureMap] = OrderedDict()
        self._kept: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def of(self, pinned: Pinned, *, is_draft: bool = False) -> ProcedureMap:
        """The map an application is pinned to; a draft follows what is shipped for its map while there is such a map.

        Raises UnknownProcedure, PackBroken when the pack is not kept or can't be read.
        """
        if pinned.pack_version is None or (
            is_draft and self.catalogue.has(pinned.procedure, pinned.map_version)
        ):
            return self.catalogue.map_for(pinned.procedure, version=pinned.map_version)
        return await self.named(pinned.pack_version)

    async def named(self, pack_version: str) -> ProcedureMap:
        """The map of one pack. Raises PackBroken."""
        if pack_version in self._shipped:
            return self._shipped[pack_version]
        async with self._one_at_a_time:
            if pack_version not in self._older:
                self._older[pack_version] = await self._loaded(pack_version)
                while len(self._older) > OLD_PACKS_READY:
                    self._older.popitem(last=False)
            self._older.move_to_end(pack_version)
            return self._older[pack_version]

    def shipped_for(self, procedure_id: str, on: date) -> ProcedureMap:
        """The shipped map of a procedure on a day in Japan, or its latest. Raises UnknownProcedure."""
        try:
            return self.catalogue.map_for(procedure_id, on=on)
        except NotInForce:
            return self.catalogue.map_for(procedure_id)

    def shipped_on(self, on: date) -> tuple[ProcedureMap, ...]:
        """The shipped map of every procedure on a day in Japan."""
        return tuple(self.shipped_for(each.id, on) for each in self.catalogue.procedures())

    async def keep(self, ready: ProcedureMap) -> None:
        """Keep a shipped pack before an application is pinned to it; asked again by this process, nothing is done."""
        if ready.pack_version in self._kept or ready.pack_version not in self._shipped:
            return
        row = {
            "pack_version": ready.pack_version,
            "procedure": ready.procedure.id,
            "map_version": ready.procedure.version,
            "body": pack_text(ready),
            "kept_at": datetime.now(UTC),
        }
        async with self._opening() as connection:
            await connection.execute(insert(rule_pack).values(row).on_conflict_do_nothing())
        self._kept.add(ready.pack_version)

    async def _loaded(self, pack_version: str) -> ProcedureMap:
        asked = select(rule_pack.c.body).where(rule_pack.c.pack_version == pack_version)
        async with self._opening() as connection:
            body = (await connection.execute(asked)).scalar_one_or_none()
        if body is None:
            raise PackBroken(pack_version, "not kept")
        return await asyncio.to_thread(unpacked, pack_version, body)


def packs_of_the_desk(catalogue: Catalogue, database: Database) -> Packs:
    """For the front desk, which keeps packs."""
    return Packs(catalogue, lambda: database.aside("toritsugi_desk"))


def packs_of_the_worker(catalogue: Catalogue, database: Database) -> Packs:
    """For the worker, which reads them."""
    return Packs(catalogue, database.aside)
