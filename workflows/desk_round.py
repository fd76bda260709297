"""The desk's round, walked by a Schedule: start what was not started, send what is due, fetch the authority's news."""

import asyncio

from temporalio import workflow

from activities.notices import Notices
from activities.rounds import Rounds
from schemas import messages
from workflows.policies import once_a_round


@workflow.defn(name=messages.DESK_ROUND)
class DeskRoundWorkflow:
    """One round. What fails now is tried again in the next one; nothing waits for anything else."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """Answers how many were handled, by kind; -1 for a part that failed this time."""
        started, corrections, notices, news = await asyncio.gather(
            once_a_round(Rounds.start_what_was_not_started),
            once_a_round(Rounds.deliver_corrections),
            once_a_round(Notices.send_due),
            once_a_round(Rounds.fetch_news),
        )
        return {"started": started, "corrections": corrections, "notices": notices, "news": news}
