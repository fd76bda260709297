"""Deciding a task: the verdict for each kind, its words written first, its drafts sent along.

`POST /v1/tasks/{id}/complete` turns what a person decided into one `CompleteTask` for the road.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs
from api.act_paths import TaskInPath
from api.acts import Day, Persons, PlainId, SomeWords, ask_road, case_at, saying
from api.bodies import Body
from api.checklists import insist_on_items, rules_behind
from api.desk import AtDesk, Desk
from api.idempotency import Act, CurrentAct
from api.lodged_persons import NotTakenGiven, ReceiptGiven, not_taken_of, receipts_of
from api.queries_case import HandedInCase
from api.queries_tasks import TaskRow
from api.remark_rows import NewRemark, RemarkKind
from api.tasks import TASK_RIGHTS, entitled, task_at
from infra.database.tables import remark
from schemas import commands, messages
from schemas.commands import Answer, CompleteTask, NewFinding, Verdict
from schemas.findings import ASKS_CLIENT, FindingSettled, FindingState, ItemMark
from schemas.parties import Right
from schemas.refusals import Refused

FINDINGS_AT_MOST = 500
SETTLED_AT_MOST = 2_000
"""A hundred persons with twenty each; with a reason for every one it stays below what the engine warns of (256 kB)."""
MARKS_AT_MOST = 3_000
"""Thirty items for each of a hundred persons one by one; what is found alike for everybody is one mark an item."""

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


class Settled(Body):
    """What becomes of one finding; `words` give the reason where it is waived or dismissed."""

    finding_id: PlainId
    state: Literal["open", "verified", "waived", "dismissed"]
    words: SomeWords | None = None


class LookedAt(Body):
    """How one item of the checklist was found: for everybody of the task, or for one person."""

    key: PlainId
    person_id: PlainId | None = None
    mark: Literal["seen", "not_applicable", "objected"]


class Objection(Body):
    """A draft that objects to an item of the checklist: its finding tells the item's rule and source."""

    remark_id: PlainId
    key: PlainId


class Reviewed(Body):
    """First review: the drafts that become findings, what becomes of findings there were, which items were looked at.

    What is left open asks the client; persons without such findings go on.
    """

    kind: Literal["review"]
    remark_ids: list[PlainId] = Field(default=[], max_length=FINDINGS_AT_MOST)
    settled: list[Settled] = Field(default=[], max_length=SETTLED_AT_MOST)
    looked_at: list[LookedAt] = Field(default=[], max_length=MARKS_AT_MOST)
    objections: list[Objection] = Field(default=[], max_length=FINDINGS_AT_MOST)


class SecondReviewed(Body):
    """Second review: all pass, or these persons go back with a reason."""

    kind: Literal["second_review"]
    sent_back: Persons = Field(default=[])
    words: SomeWords | None = None


class FoundOut(Body):
    """Whether a lodging of unknown outcome arrived: with its numbers and who was not taken, or with words how that was
    found out."""

    kind: Literal["arrived"]
    arrived: bool
    receipts: list[ReceiptGiven] = Field(default=[], max_length=100)
    words: SomeWords | None = None
    not_taken: list[NotTakenGiven] = Field(default=[], max_length=100)


class AbsenceConfirmed(Body):
    """A second person: it did not arrive, or look again."""

    kind: Literal["absent_confirmed"]
    absent: bool


class HandedOver(Body):
    """The originals are with the client."""

    kind: Literal["handed_over"]
    words: SomeWords | None = None


class Chased(Body):
    """The authority was asked about a late result; look again after so many days."""

    kind: Literal["chased"]
    again_within_days: int = Field(ge=1, le=90)
    words: SomeWords | None = None


class OverdueDecided(Body):
    """More time for an overdue correction, or withdrawal; with a reason."""

    kind: Literal["overdue"]
    decision: Literal["extend", "withdraw"]
    extend_days: int = Field(default=0, ge=0, le=90)
    words: SomeWords | None = None


class LateCorrectionSeen(Body):
    """What came after lodging (a correction, another result of what was waited for) was looked at; the client reads in
    `words` what becomes of it."""

    kind: Literal["late_correction"]
    words: SomeWords | None = None


class ContradictionSettled(Body):
    """Which of two results of a person holds, with a reason."""

    kind: Literal["contradiction"]
    holds: Literal["recorded", "later"]
    words: SomeWords | None = None


class HoldChecked(Body):
    """The hold is lifted, or goes on until another day with a reason."""

    kind: Literal["check_hold"]
    until_on: Day | None = None
    words: SomeWords | None = None


class Completed(Body):
    """The verdict; its kind must fit the task."""

    verdict: (
        Reviewed
        | SecondReviewed
        | FoundOut
        | AbsenceConfirmed
        | HandedOver
        | Chased
        | OverdueDecided
        | LateCorrectionSeen
        | ContradictionSettled
        | HoldChecked
    ) = Field(discriminator="kind")


@dataclass
class Writing:
    """The words of one verdict as they are collected: each gets an id, which the verdict carries."""

    case: HandedInCase
    principal: Principal
    act: Act
    task_id: str
    drafts: Sequence[NewFinding] = ()
    remarks: list[NewRemark] = field(default_factory=list)

    def keep(self, words: str | None, *, for_client: bool = False, **about: str | None) -> str | None:
        """Keep some words for writing; their id, or None when there are none."""
        if words is None:
            return None
        place = len(self.remarks)
        new = saying(
            self.case,
            self.principal,
            self.act,
            RemarkKind.REASON,
            words,
            for_client=for_client,
            place=place,
            task_id=self.task_id,
            **about,
        )
        self.remarks.append(new)
        return new.id


@router.post("/{task_id}/complete")
async def complete(
    principal: Annotated[Principal, Depends(needs(*TASK_RIGHTS))],
    at: AtDesk,
    task_id: TaskInPath,
    body: Completed,
    act: CurrentAct,
) -> Answer:
    """Decide a task; findings and reasons go along together. Refused: `wrong_task_kind`, `no_such_item`, …"""
    task = await task_at(at, task_id)
    acting = entitled(principal, task)
    case = await case_at(at, task.number)
    chosen = await _chosen(at, case, body.verdict) if isinstance(body.verdict, Reviewed) else {}
    async with sent(at, task, chosen) as drafts:
        writing = Writing(case, acting, act, task.id, drafts)
        command = CompleteTask(
            actor=acting.actor, act_id=act.id, task_id=task.id, verdict=_verdict(body.verdict, writing)
        )
        return await ask_road(at, task.number, messages.COMPLETE_TASK, command, writing.remarks)


async def _chosen(at: Desk, case: HandedInCase, body: Reviewed) -> dict[str, str | None]:
    """The drafts that are raised, each with the rule whose item it objects to."""
    ready = await at.packs.of(case)
    insist_on_items(ready, _marks(body.looked_at))
    objecting = [each.remark_id for each in body.objections]
    if not set(objecting) <= set(body.remark_ids):
        raise Refused("no_such_finding", "objections")
    rules = dict(zip(objecting, rules_behind(ready, (each.key for each in body.objections)), strict=True))
    return {each: rules.get(each) for each in body.remark_ids}


@singledispatch
def _verdict(body: Any, writing: Writing) -> Verdict:
    raise TypeError(f"no verdict for {type(body).__name__}")


@_verdict.register
def _(body: Reviewed, writing: Writing) -> Verdict:
    settled = tuple(_settled(each, writing) for each in body.settled)
    return commands.ReviewVerdict(
        raised=tuple(writing.drafts), settled=settled, looked_at=_marks(body.looked_at)
    )


def _marks(looked_at: Sequence[LookedAt]) -> tuple[ItemMark, ...]:
    return tuple(ItemMark(key=each.key, person_id=each.person_id, mark=each.mark) for each in looked_at)


def _settled(each: Settled, writing: Writing) -> FindingSettled:
    if each.state == "waived" and Right.WAIVE not in writing.principal.rights:
        raise Refused("not_allowed", "settled")
    remark_id = writing.keep(each.words, for_client=True, finding_id=each.finding_id)
    return FindingSettled(finding_id=each.finding_id, state=FindingState(each.state), remark_id=remark_id)


@_verdict.register
def _(body: SecondReviewed, writing: Writing) -> Verdict:
    return commands.SecondVerdict(sent_back=tuple(body.sent_back), remark_id=writing.keep(body.words))


@_verdict.register
def _(body: FoundOut, writing: Writing) -> Verdict:
    remark_id = writing.keep(body.words)
    why = {each.person_id: writing.keep(each.words, person_id=each.person_id) for each in body.not_taken}
    return commands.ArrivedVerdict(
        arrived=body.arrived,
        receipts=receipts_of(body.receipts),
        remark_id=remark_id,
        not_taken=not_taken_of(body.not_taken, why),
    )


@_verdict.register
def _(body: AbsenceConfirmed, writing: Writing) -> Verdict:
    return commands.AbsentConfirmed(absent=body.absent)


@_verdict.register
def _(body: HandedOver, writing: Writing) -> Verdict:
    return commands.HandedOver(remark_id=writing.keep(body.words))


@_verdict.register
def _(body: Chased, writing: Writing) -> Verdict:
    return commands.Chased(again_within_days=body.again_within_days, remark_id=writing.keep(body.words))


@_verdict.register
def _(body: OverdueDecided, writing: Writing) -> Verdict:
    return commands.OverdueDecision(
        decision=body.decision, extend_days=body.extend_days, remark_id=writing.keep(body.words)
    )


@_verdict.register
def _(body: LateCorrectionSeen, writing: Writing) -> Verdict:
    return commands.LateCorrectionSeen(remark_id=writing.keep(body.words, for_client=True))


@_verdict.register
def _(body: ContradictionSettled, writing: Writing) -> Verdict:
    return commands.ContradictionSettled(holds=body.holds, remark_id=writing.keep(body.words))


@_verdict.register
def _(body: HoldChecked, writing: Writing) -> Verdict:
    return commands.HoldChecked(until_on=body.until_on, remark_id=writing.keep(body.words))


@asynccontextmanager
async def sent(
    at: Desk, task: TaskRow, chosen: Mapping[str, str | None]
) -> AsyncIterator[tuple[NewFinding, ...]]:
    """The drafts of this task that are raised now, by the rules they object with.

    They can't change any more; a refused act gives them back.
    """
    async with at.database.as_desk() as connection:
        rows = await _drafts(connection, task, list(chosen))
        fresh = [row.id for row in rows if row.kind == RemarkKind.DRAFT]
        await _mark(connection, rows, sent=True)
    try:
        yield tuple(_new_finding(row, chosen[row.id]) for row in rows)
    except Refused:
        async with at.database.as_desk() as connection:
            await _mark(connection, [row for row in rows if row.id in fresh], sent=False)
        raise


async def _drafts(
    connection: AsyncConnection, task: TaskRow, remark_ids: Sequence[str]
) -> Sequence[Row[Any]]:
    if not remark_ids:
        return []
    query = select(remark).where(
        remark.c.id.in_(remark_ids),
        remark.c.task_id == task.id,
        remark.c.kind.in_([RemarkKind.DRAFT.value, RemarkKind.FINDING.value]),
        remark.c.removed_at.is_(None),
    )
    found = {row.id: row for row in await connection.execute(query.with_for_update())}
    if len(found) != len(remark_ids):
        raise Refused("no_such_finding", "remark_ids")
    return [found[each] for each in remark_ids]


async def _mark(connection: AsyncConnection, rows: Sequence[Row[Any]], *, sent: bool) -> None:
    for for_client in (True, False):
        ids = [row.id for row in rows if (row.severity in ASKS_CLIENT) is for_client]
        if ids:
            kind = RemarkKind.FINDING if sent else RemarkKind.DRAFT
            marked = update(remark).where(remark.c.id.in_(ids))
            await connection.execute(marked.values(kind=kind, for_client=for_client and sent))


def _new_finding(row: Row[Any], rule_id: str | None) -> NewFinding:
    return NewFinding(
        remark_id=row.id,
        rule_id=rule_id,
        severity=row.severity,
        person_id=row.person_id,
        place_kind=row.place_kind,
        place=row.place,
    )
