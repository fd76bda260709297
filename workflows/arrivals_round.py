"""The round of arrivals, walked by a Schedule: fetch what came, read it, erase what has outlived its purpose."""

from datetime import timedelta

from temporalio import workflow

from activities.arrivals import Arrivals
from schemas import messages
from workflows.policies import once_a_round

READ_WITHIN = timedelta(minutes=10)


@workflow.defn(name=messages.ARRIVALS_ROUND)
class ArrivalsRoundWorkflow:
    """One round. Reading goes on when the mailbox is away; what fails now is tried again in the next round."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """Answers how many were handled, by kind; -1 for a part that failed this time."""
        fetched = await once_a_round(Arrivals.fetch, within=READ_WITHIN)
        read = await once_a_round(Arrivals.read, within=READ_WITHIN)
        erased = await once_a_round(Arrivals.erase)
        return {"fetched": fetched, "read": read, "erased": erased}
