"""What events do to the findings of a standing; the rest of folding is in `schemas.folding`. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas import events
from schemas.findings import SETTLED, Finding, FindingState
from schemas.standing import Standing


def checked(standing: Standing, body: events.ChecksRun) -> Standing:
    """New findings are added, those that no longer hold are in order, and what rests on something else says so."""
    changes: dict[str, dict[str, Any]] = {each: {"basis": basis} for each, basis in body.rests_on.items()}
    for gone in body.resolved:
        changes[gone] = {"state": FindingState.VERIFIED, "basis": None}
    changed = added(_with(standing, changes), body.found)
    if standing.pack_chosen != body.pack_version:
        return changed
    return changed.model_copy(update={"pack_version": body.pack_version, "pack_chosen": None})


def added(standing: Standing, findings: tuple[Finding, ...]) -> Standing:
    """More findings, counted so that the next one has a new number."""
    changes = {
        "findings": standing.findings + findings,
        "findings_raised": standing.findings_raised + len(findings),
    }
    return standing.model_copy(update=changes)


def reopened(body: events.FindingsReopened, standing: Standing, event: events.Event) -> Standing:
    """What was settled is proposed again; what was not keeps its state and is weighed anew."""
    changes = {
        item.finding_id: {
            "state": FindingState.PROPOSED if item.was in SETTLED else item.was,
            "severity": item.severity,
            "cannot_decide": item.cannot_decide,
            "basis": item.basis,
        }
        for item in body.items
    }
    return _with(standing, changes)


def settled(body: events.FindingsSettled, standing: Standing, event: events.Event) -> Standing:
    """New states; the id of a written reason takes the place of an earlier one."""
    remarks = {each.id: each.remark_id for each in standing.findings}
    changes = {
        item.finding_id: {
            "state": item.state,
            "remark_id": item.remark_id or remarks.get(item.finding_id),
        }
        for item in body.items
    }
    return _with(standing, changes)


def answered(standing: Standing, persons: Iterable[str]) -> Standing:
    """What was asked of these persons, or of the application, has an answer."""
    concerned = {None, *persons}
    asked = [each for each in standing.findings if each.state is FindingState.OPEN]
    answer = {"state": FindingState.ANSWERED}
    return _with(standing, {each.id: answer for each in asked if each.person_id in concerned})


def _with(standing: Standing, changes: Mapping[str, Mapping[str, Any]]) -> Standing:
    findings = tuple(
        each.model_copy(update=dict(changes[each.id])) if each.id in changes else each
        for each in standing.findings
    )
    return standing.model_copy(update={"findings": findings})
