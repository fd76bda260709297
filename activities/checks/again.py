"""The activity `repeat_check`: what was kept of a round is asked again, under its own pack, and compared.

`python -m activities.checks.again T26-4KX7M2QP 2` does the same at a terminal: exit 0 only if all is equal.
"""

import argparse
import asyncio
import sys

from temporalio import activity

from activities.checks.named import NAMED_CHECKS
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.kept_checks import kept_of_round
from infra.keys import KeyRing
from infra.packs import Packs, packs_of_the_worker
from infra.settings import settings
from infra.wrapped_keys import read_by_worker
from schemas.dossier import KeptCheck
from schemas.inspections import RepeatAsked, Repeated, Repetition, repetition_of
from schemas.packs import PackBroken
from schemas.rules import evaluate


class Repeats:
    """Repeating kept checks. Nothing is written."""

    def __init__(self, database: Database, keys: KeyRing, packs: Packs) -> None:
        self._database = database
        self._keys = keys
        self._packs = packs

    @activity.defn(name="repeat_check")
    async def repeat(self, asked: RepeatAsked) -> Repeated:
        """Repeat every check of a round that was kept with its dossier. Raises KeyDestroyed for an erased application."""
        key = await self._keys.key_for(asked.number)
        async with self._database.as_worker() as connection:
            kept = await kept_of_round(connection, key, asked.number, asked.round)
        items: list[Repetition] = []
        unreadable: list[str] = []
        for each in kept:
            try:
                items.append(await self._repeated(each))
            except PackBroken:
                unreadable.append(each.pack_version)
        return Repeated(
            number=asked.number, round=asked.round, items=tuple(items), unreadable=tuple(unreadable)
        )

    async def _repeated(self, kept: KeptCheck) -> Repetition:
        ready = await self._packs.named(kept.pack_version)
        if kept.dossier is None:
            raise PackBroken(kept.pack_version, "kept without its dossier")
        now = await asyncio.to_thread(evaluate, ready, kept.dossier, named_checks=NAMED_CHECKS)
        return repetition_of(kept, now)


async def _at_the_terminal(number: str, round_: int) -> int:
    chosen = settings()
    database = Database(chosen.worker_database_url)
    keys = KeyRing.from_setting(chosen.key_encryption_key.get_secret_value(), read_by_worker(database))
    repeats = Repeats(database, keys, packs_of_the_worker(load_catalogue(), database))
    try:
        repeated = await repeats.repeat(RepeatAsked(number=number, round=round_))
    finally:
        await database.close()
    sys.stdout.write(repeated.model_dump_json(indent=1) + "\n")
    return 0 if repeated.items and all(each.is_equal for each in repeated.items) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Repeat the checks of one round and compare.")
    parser.add_argument("number")
    parser.add_argument("round", type=int)
    given = parser.parse_args()
    sys.exit(asyncio.run(_at_the_terminal(given.number, given.round)))
