"""Filings whose line to the authority is cut at every step: how many were attempted, doubled, lost, or asked of a person."""

import asyncio
import tempfile
from pathlib import Path

from infra.dev.demo.authority import AuthorityDesk
from infra.dev.services import Stack
from tests.bench.figures import Figure, Sheet, equal
from tests.faults.cutting import Cut, Told, a_filing, lodged_through

PER_STEP = 20
SECTION = f"lodging by machine, its line cut at each of {len(Cut)} steps"


async def interruption_figures(sheet: Sheet, *, quick: bool) -> None:
    """So many filings for each step."""
    with tempfile.TemporaryDirectory(prefix="toritsugi-bench-") as folder:
        async with Stack(Path(folder), ("authority",)) as stack:
            url = stack.address("authority")
            authority = await asyncio.to_thread(AuthorityDesk, url)
            try:
                steps = [cut for cut in Cut for _ in range(PER_STEP // 10 if quick else PER_STEP)]
                told = [await lodged_through(url, authority, a_filing(), cut) for cut in steps]
            finally:
                authority.close()
    sheet.add(*_figures(told))


def _figures(told: list[Told]) -> list[Figure]:
    doubles = sum(each.acceptances > 1 for each in told)
    lost = sum(each.acceptances == 0 for each in told)
    return [
        Figure(
            SECTION, "filings attempted", len(told), note="the worker is killed in each step by tests/faults"
        ),
        Figure(SECTION, "interruptions injected", len(told)),
        Figure(SECTION, "asked of a person", sum(each.asked_a_person for each in told)),
        Figure(SECTION, "doubles", doubles, limit="0", verdict=equal(doubles, 0)),
        Figure(SECTION, "lost", lost, limit="0", verdict=equal(lost, 0)),
    ]
