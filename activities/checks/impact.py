"""The activity `weigh_impact`: what the shipped rules would change for open applications under others. Nothing is written.

`python -m activities.checks.impact` does the same at a terminal, page by page: a table, or `--json` one line each; with
`--catalogue FOLDER` for rules that are not shipped yet.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text
from temporalio import activity

from activities.checks.contents import Contents
from activities.checks.named import NAMED_CHECKS
from infra.catalogue import SHIPPED, load_catalogue
from infra.database.connection import Database
from infra.dossiers import Case
from infra.keys import KeyRefused, KeyRing
from infra.packs import Packs, packs_of_the_worker
from infra.settings import settings
from infra.wrapped_keys import read_by_worker
from schemas.calendar import japan_date
from schemas.dossier import Dossier
from schemas.inspections import (
    Impact,
    WeighAsked,
    Weighed,
    office_moves,
    plan_moves,
    weights_between,
    window_moves,
)
from schemas.lodging import offices_of, window_of
from schemas.map_parts import CatalogueError
from schemas.maps import Catalogue, ProcedureMap, UnknownProcedure
from schemas.packs import PackBroken
from schemas.planning import road_plan
from schemas.rules import evaluate
from schemas.standing import Standing

UNDER_OTHER_RULES = text(
    """SELECT a.number, a.organisation_id, a.procedure, s.folded FROM application a JOIN standing s ON s.number = a.number
       WHERE s.closed_at IS NULL AND a.number > :after
         AND COALESCE(COALESCE(s.folded->>'pack_chosen', s.pack_version, a.pack_version) <> ALL (:shipped), true)
       ORDER BY a.number LIMIT :many"""
)


class Impacts:
    """Weighing newer rules."""

    def __init__(self, database: Database, packs: Packs, contents: Contents) -> None:
        self._database = database
        self._packs = packs
        self._contents = contents

    @activity.defn(name="weigh_impact")
    async def weigh(self, asked: WeighAsked) -> Weighed:
        """One page: for each open application under other rules, what the shipped ones would change, if anything."""
        shipped = [each.pack_version for each in self._packs.shipped_on(asked.on)]
        values = {"after": asked.after, "shipped": shipped, "many": asked.limit}
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(UNDER_OTHER_RULES, values)).all()
        items: list[Impact] = []
        unreadable: list[str] = []
        for row in rows:
            try:
                items.append(await self._impact(row, asked.on))
            except (KeyRefused, PackBroken, UnknownProcedure):
                unreadable.append(row.number)
        last = rows[-1].number if len(rows) == asked.limit else None
        return Weighed(items=tuple(items), unreadable=tuple(unreadable), next=last)

    async def _impact(self, row: Row[Any], on: date) -> Impact:
        content = await self._contents.of(row.number, row.organisation_id)
        present = await self._packs.of(content.everything.case)
        newer = self._packs.shipped_for(row.procedure, on)
        channel = _channel(Standing.model_validate(row.folded), content.everything.case)
        old, new = (content.under(ready, on, channel) for ready in (present, newer))
        return await asyncio.to_thread(impact_of, present, newer, old, new)


def _channel(standing: Standing, case: Case) -> str | None:
    return standing.channel_of(person for person in case.persons if person not in case.moved)


def impact_of(present: ProcedureMap, newer: ProcedureMap, old: Dossier, new: Dossier) -> Impact:
    """What newer rules would change for this content, told as a dossier under each of the two maps."""
    before, after = (
        evaluate(ready, facts, named_checks=NAMED_CHECKS) for ready, facts in ((present, old), (newer, new))
    )
    gained, lost = weights_between(new, before, after)
    plans = [
        road_plan(ready.procedure, ready.tables, on=new.as_of, correction_rounds=1, machine_channel=False)
        for ready in (present, newer)
    ]
    return Impact(
        number=new.number,
        procedure=present.procedure.id,
        pack_version=present.pack_version,
        shipped_version=newer.pack_version,
        gained=gained,
        lost=lost,
        plan=plan_moves(plans[0], plans[1]),
        window_days=window_moves(window_of(present, old), window_of(newer, new)),
        offices=office_moves(new, offices_of(present, old), offices_of(newer, new)),
    )


async def _pages(impacts: Impacts, on: date, limit: int) -> AsyncIterator[Weighed]:
    after: str | None = ""
    while after is not None:
        page = await impacts.weigh(WeighAsked(on=on, after=after, limit=limit))
        yield page
        after = page.next


def told(impact: Impact) -> str:
    """One application as a line of the table."""
    parts = [f"+{each.rule_id}@{each.place}" for each in impact.gained]
    parts += [f"-{each.rule_id}@{each.place}" for each in impact.lost]
    parts += [f"{each.what} {each.before}→{each.after}" for each in impact.plan]
    parts += [f"{name} {'±' if days is None else f'{days:+}d'}" for name, days in impact.window_days.items()]
    parts += [f"office of line {line}" for line in impact.offices]
    return f"{impact.number}  {impact.procedure:<32}  {', '.join(parts) or '='}"


async def _at_the_terminal(catalogue: Catalogue, *, as_json: bool, limit: int) -> None:
    chosen = settings()
    database = Database(chosen.worker_database_url)
    keys = KeyRing.from_setting(chosen.key_encryption_key.get_secret_value(), read_by_worker(database))
    impacts = Impacts(database, packs_of_the_worker(catalogue, database), Contents(database, keys))
    looked_at = changed = 0
    try:
        async for page in _pages(impacts, japan_date(datetime.now(UTC)), limit):
            looked_at += len(page.items)
            changed += sum(each.changes_anything for each in page.items)
            for each in page.items:
                sys.stdout.write((each.model_dump_json() if as_json else told(each)) + "\n")
            for number in page.unreadable:
                sys.stderr.write(f"{number}  not readable: erased, or its rules can't be asked\n")
    finally:
        await database.close()
    if not as_json:
        sys.stdout.write(f"{looked_at} open applications under other rules, {changed} would change\n")


def catalogue_at(folder: str) -> Catalogue:
    """The rules of a folder like `schemas`. Raises ArgumentTypeError with file, line, place and reason of a mistake."""
    try:
        return load_catalogue(Path(folder))
    except CatalogueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What the shipped rules would change for open applications.")
    parser.add_argument(
        "--catalogue",
        metavar="FOLDER",
        type=catalogue_at,
        default=str(SHIPPED),
        help="rules to weigh instead of the shipped: a folder with procedures, parts and tables",
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int, default=50, help="applications per page")
    given = parser.parse_args()
    asyncio.run(_at_the_terminal(given.catalogue, as_json=given.json, limit=given.limit))
