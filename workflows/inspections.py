"""What managers ask of the worker without changing anything: a check repeated, newer rules weighed. One step each."""

from temporalio import workflow

from activities.checks.again import Repeats
from activities.checks.impact import Impacts
from schemas import messages
from schemas.inspections import RepeatAsked, Repeated, WeighAsked, Weighed
from workflows.policies import patiently


@workflow.defn(name=messages.CHECK_AGAIN)
class CheckAgainWorkflow:
    """Repeat the checks of one round."""

    @workflow.run
    async def run(self, asked: RepeatAsked) -> Repeated:
        """Answers what is equal and what is not."""
        return await patiently(Repeats.repeat, asked, summary="点検の再実行 repeat a check")


@workflow.defn(name=messages.IMPACT)
class ImpactWorkflow:
    """Weigh the shipped rules against one page of open applications."""

    @workflow.run
    async def run(self, asked: WeighAsked) -> Weighed:
        """Answers what would change."""
        return await patiently(Impacts.weigh, asked, summary="規則変更の影響 weigh newer rules")
