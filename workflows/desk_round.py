"""The desk's round, walked by a Schedule: start what was not started, send what is due, fetch the authority's news."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow

from activities.drafts import Drafts
from activities.lapses import Lapses
from activities.links import Links
from activities.notices import Notices
from activities.rounds import Rounds
from activities.splits import Splits
from activities.watches import Watches
from schemas import messages
from workflows.policies import look_once, once_a_round

Part = Callable[[Any], Awaitable[int]]
PARTS: dict[str, Part] = {
    "started": Rounds.start_what_was_not_started,
    "corrections": Rounds.deliver_corrections,
    "notices": Notices.send_due,
    "news": Rounds.fetch_news,
    "lapses": Lapses.remind,
    "silent": Rounds.ask_after_silent_lodgings,
    "watches": Watches.look,
    "links": Links.deliver,
    "splits": Splits.deliver,
    "drafts": Drafts.look,
}
LATER = frozenset({"lapses", "silent", "watches", "links", "splits", "drafts"})
"""What rounds of earlier desks did not do yet, each behind a patch of its name."""
PATCHES_NAMED_OTHERWISE = {"silent": "silent_lodgings"}


@workflow.defn(name=messages.DESK_ROUND)
class DeskRoundWorkflow:
    """One round. What fails now is tried again in the next one; nothing waits for anything else."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """Answers how many were handled, by kind; -1 for a part that failed this time."""
        if not workflow.patched("beside_the_decision"):
            return await _as_before()
        handled = await asyncio.gather(*(look_once(part) for part in PARTS.values()))
        return dict(zip(PARTS, handled, strict=True))


async def _as_before() -> dict[str, int]:
    """A round that is under way while the desk is upgraded ends as it began."""
    begun = [
        name
        for name in PARTS
        if name not in LATER or workflow.patched(PATCHES_NAMED_OTHERWISE.get(name, name))
    ]
    handled = await asyncio.gather(*(once_a_round(PARTS[name]) for name in begun))
    return dict(zip(begun, handled, strict=True))
