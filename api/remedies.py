"""What would settle a finding, told to the client it asks: what must hold, without the expression of the rule."""

import asyncio
from collections.abc import Iterable, Mapping

from api.desk import Desk
from api.queries_findings import FindingView
from schemas.dossier import KeptCheck, RuleFinding
from schemas.explaining import explain
from schemas.findings import UNSETTLED
from schemas.maps import ProcedureMap

Kept = Mapping[str, tuple[KeptCheck, RuleFinding]]


async def with_remedies(at: Desk, views: Iterable[FindingView], kept: Kept) -> list[FindingView]:
    """The same findings for the client: those of rules that still wait for him say what would settle them.

    How far a rule was verified is for reviewers.
    """
    told = [each.model_copy(update={"verification": None}) for each in views]
    concerned = [kept[each.key][0] for each in told if _waits(each) and each.key in kept]
    packs = {version: await at.packs.named(version) for version in {each.pack_version for each in concerned}}
    return await asyncio.to_thread(lambda: [_remedied(each, kept, packs) for each in told])


def _waits(view: FindingView) -> bool:
    return view.rule_id is not None and view.state in UNSETTLED


def _remedied(view: FindingView, kept: Kept, packs: Mapping[str, ProcedureMap]) -> FindingView:
    if not _waits(view) or view.key not in kept:
        return view
    check, found = kept[view.key]
    told = explain(packs[check.pack_version], found, kept=check)
    if told is None:
        return view
    return view.model_copy(update={"would_pass": tuple(each.words for each in told.would_pass)})
