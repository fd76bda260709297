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
from workflows.policies import once_a_round

Part = Callable[[Any], Awaitable[int]]


@workflow.defn(name=messages.DESK_ROUND)
class DeskRoundWorkflow:
    """One round. What fails now is tried again in the next one; nothing waits for anything else."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """Answers how many were handled, by kind; -1 for a part that failed this time."""
        parts: dict[str, Part] = {
            "started": Rounds.start_what_was_not_started,
            "corrections": Rounds.deliver_corrections,
            "notices": Notices.send_due,
            "news": Rounds.fetch_news,
        }
        if workflow.patched("lapses"):  # a round under way while the desk is upgraded ends as it began
            parts["lapses"] = Lapses.remind
        if workflow.patched("silent_lodgings"):
            parts["silent"] = Rounds.ask_after_silent_lodgings
        if workflow.patched("watches"):
            parts["watches"] = Watches.look
        if workflow.patched("links"):
            parts["links"] = Links.deliver
        if workflow.patched("splits"):
            parts["splits"] = Splits.deliver
        if workflow.patched("drafts"):
            parts["drafts"] = Drafts.look
        handled = await asyncio.gather(*(once_a_round(part) for part in parts.values()))
        return dict(zip(parts, handled, strict=True))
