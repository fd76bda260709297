"""Packs of running applications: what is shipped lies in memory, what is older is loaded once from where it is kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from infra import packs as module
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.packs import Packs, packs_of_the_worker
from schemas.maps import ProcedureMap, UnknownProcedure
from schemas.packs import PackBroken, pack_text
from tests.ground import Ground, Grounds
from tests.older_rules import KEEP, SSW, an_older_map


@dataclass(frozen=True)
class Pin:
    """What an application was promised."""

    pack_version: str | None
    procedure: str = SSW
    map_version: date = load_catalogue().procedure(SSW).version


@pytest.fixture
async def ground(grounds: Grounds) -> AsyncIterator[Ground]:
    async with grounds.fresh() as one:
        yield one


def keep(ground: Ground, ready: ProcedureMap) -> None:
    row: tuple[Any, ...] = (ready.pack_version, SSW, ready.procedure.version, pack_text(ready))
    with ground.behind_the_desk() as connection:
        connection.execute(KEEP, row)


async def test_a_shipped_pack_is_not_looked_up(ground: Ground) -> None:
    shipped = load_catalogue().map_for(SSW)

    chosen = await packs_of_the_worker(load_catalogue(), ground.database).of(Pin(shipped.pack_version))

    assert chosen is shipped


async def test_an_application_keeps_the_rules_it_was_promised(ground: Ground) -> None:
    older = an_older_map()
    keep(ground, older)
    packs = packs_of_the_worker(load_catalogue(), ground.database)

    chosen = await packs.of(Pin(older.pack_version))

    assert chosen.procedure.review.within_office_days == 9
    assert chosen.pack_version == older.pack_version
    assert await packs.of(Pin(older.pack_version)) is chosen


async def test_a_draft_follows_what_is_shipped_while_its_map_is(ground: Ground) -> None:
    older = an_older_map()
    keep(ground, older)
    packs = packs_of_the_worker(load_catalogue(), ground.database)

    draft = await packs.of(Pin(older.pack_version), is_draft=True)
    of_a_map_gone = await packs.of(Pin(older.pack_version, map_version=date(2020, 1, 1)), is_draft=True)

    assert draft is load_catalogue().map_for(SSW)
    assert of_a_map_gone.pack_version == older.pack_version


async def test_without_a_pack_the_map_of_the_day_counts(ground: Ground) -> None:
    packs = packs_of_the_worker(load_catalogue(), ground.database)

    assert await packs.of(Pin(None)) is load_catalogue().map_for(SSW)
    with pytest.raises(UnknownProcedure):
        await packs.of(Pin(None, map_version=date(2020, 1, 1)))


async def test_a_pack_that_is_not_kept_is_a_fault_and_no_guess(ground: Ground) -> None:
    with pytest.raises(PackBroken, match="not kept"):
        await packs_of_the_worker(load_catalogue(), ground.database).of(Pin("0" * 64))


async def test_a_changed_pack_is_refused(ground: Ground) -> None:
    older = an_older_map()
    keep(ground, older)
    with ground.behind_the_desk() as connection:
        connection.execute("UPDATE rule_pack SET body = replace(body, '\"block\"', '\"info\"')")

    with pytest.raises(PackBroken, match="another one"):
        await packs_of_the_worker(load_catalogue(), ground.database).of(Pin(older.pack_version))


async def test_only_a_few_older_packs_lie_ready(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLD_PACKS_READY", 1)
    first, second = an_older_map(9), an_older_map(8)
    keep(ground, first)
    keep(ground, second)
    packs = packs_of_the_worker(load_catalogue(), ground.database)

    ready = await packs.named(first.pack_version)
    await packs.named(second.pack_version)

    assert await packs.named(first.pack_version) is not ready


async def test_the_front_desk_keeps_a_pack_once(ground: Ground) -> None:
    shipped = load_catalogue().map_for(SSW)
    opened = 0

    def counting() -> Any:
        nonlocal opened
        opened += 1
        return desk.aside("toritsugi_desk")

    desk = Database(SecretStr(ground.stack.database_url("api", ground.name)))
    packs = Packs(load_catalogue(), counting)
    await packs.keep(shipped)
    await packs.keep(shipped)
    await Packs(load_catalogue(), counting).keep(shipped)
    await desk.close()

    rows = await ground.rows("SELECT pack_version, body FROM rule_pack")
    assert [(row["pack_version"], row["body"]) for row in rows] == [
        (shipped.pack_version, pack_text(shipped))
    ]
    assert opened == 2
