"""The advance review (事前点検): first review, second review by another person, and correction rounds."""

from schemas.commands import (
    CompleteTask,
    HandInCorrection,
    LateCorrectionSeen,
    NewFinding,
    OverdueDecision,
    ReviewVerdict,
    SecondVerdict,
    WaiveFinding,
)
from schemas.events import (
    CorrectionCameLate,
    CorrectionHandedIn,
    CorrectionRequested,
    FindingsRaised,
    FindingsSettled,
    ReviewPassed,
    ReviewSentBack,
    TaskCancelled,
    TaskDone,
    TaskJoined,
)
from schemas.findings import ASKS_CLIENT, UNSETTLED, Finding, FindingSettled, FindingSource, FindingState
from schemas.refusals import Refused
from schemas.standing import ASKED, CORRECTABLE, Stage
from schemas.tasks import Task, TaskKind, TaskState
from workflows import deadlines, withdrawal
from workflows.human_tasks import opened, taking
from workflows.situation import Happenings, Situation

NEEDS_REASON = frozenset({FindingState.WAIVED, FindingState.DISMISSED})
UNANSWERED = frozenset({FindingState.PROPOSED, FindingState.OPEN})


def open_reviews(situation: Situation) -> Happenings:
    """Every person at a review stage has a task; newcomers join one that nobody has taken yet."""
    return _open(situation, Stage.REVIEW, TaskKind.REVIEW) or _open(
        situation, Stage.SECOND_REVIEW, TaskKind.SECOND_REVIEW
    )


def _open(situation: Situation, stage: Stage, kind: TaskKind) -> Happenings:
    tasks = situation.standing.open_tasks(kind)
    covered = {person for task in tasks for person in task.persons}
    waiting = tuple(person for person in situation.standing.at_stage(stage) if person not in covered)
    if not waiting:
        return []
    excluded = _first_reviewers(situation, waiting) if kind is TaskKind.SECOND_REVIEW else ()
    free = next((task for task in tasks if _may_be_joined(task, excluded)), None)
    if free is not None:
        return [TaskJoined(task_id=free.id, persons=waiting)]
    return [opened(situation, kind, waiting, excluded=excluded)]


def _may_be_joined(task: Task, excluded: tuple[str, ...]) -> bool:
    """Nobody has taken it, and it keeps out everybody who must not decide about the newcomers."""
    return task.state is TaskState.OPEN and frozenset(excluded) <= frozenset(task.excluded)


def return_the_settled(situation: Situation) -> Happenings:
    """Who was asked to correct and has nothing left that asks him goes back to the desk: nobody waits for nothing."""
    asked = situation.standing.at_stage(Stage.CORRECTION)
    persons = tuple(person for person in asked if not situation.standing.asks_client(person))
    return [ReviewSentBack(persons=persons)] if persons else []


def grant_rounds(situation: Situation) -> Happenings:
    """Who is asked to correct while no round is left is somebody's to decide about."""
    if rounds_left(situation) > 0:
        return []
    open_tasks = situation.standing.open_tasks(TaskKind.TOO_MANY_ROUNDS)
    covered = {person for task in open_tasks for person in task.persons}
    asked = situation.standing.at_stage(*ASKED)
    persons = tuple(person for person in asked if person not in covered)
    return [opened(situation, TaskKind.TOO_MANY_ROUNDS, persons)] if persons else []


def _first_reviewers(situation: Situation, persons: tuple[str, ...]) -> tuple[str, ...]:
    chosen = frozenset(persons)
    names = {
        task.assignee
        for task in situation.standing.tasks
        if task.kind is TaskKind.REVIEW and task.assignee and chosen & frozenset(task.persons)
    }
    return tuple(sorted(names))


def complete_review(situation: Situation, command: CompleteTask) -> Happenings:
    """The first verdict: who has nothing left that asks the client goes on, the others get all findings together."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, ReviewVerdict):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    if not {each.person_id for each in verdict.looked_at} <= {None, *task.persons}:
        raise Refused("unknown_person", "looked_at")
    raised = tuple(_finding(situation, task, new, n) for n, new in enumerate(verdict.raised))
    judged = _judge(situation, task, verdict, raised)
    done = TaskDone(task_id=task.id, outcome=judged.outcome, looked_at=verdict.looked_at)
    return [done, *judged.happenings]


class _Judged:
    """What a first review comes to: who passes, who corrects, which findings change."""

    def __init__(self, situation: Situation, task: Task, findings: tuple[Finding, ...]) -> None:
        asking = [each for each in findings if each.state in UNSETTLED and _asks(each)]
        everyone = any(each.person_id is None for each in asking)
        named = {each.person_id for each in asking}
        persons = situation.at(Stage.REVIEW, task.persons)
        self.correcting = tuple(p for p in persons if everyone or p in named)
        self.passing = tuple(p for p in persons if p not in self.correcting)
        self.outcome = "correction" if self.correcting else "passed"
        self.happenings: Happenings = []


def _asks(finding: Finding) -> bool:
    return finding.severity in ASKS_CLIENT and not finding.cannot_decide


def _judge(situation: Situation, task: Task, verdict: ReviewVerdict, raised: tuple[Finding, ...]) -> _Judged:
    settled = {item.finding_id: _allowed(situation, task, item) for item in verdict.settled}
    concerned = [
        each
        for each in situation.standing.findings
        if _concerns(each, task) and (each.state in UNSETTLED or each.id in settled)
    ]
    after = tuple(
        each.model_copy(update={"state": settled[each.id].state}) if each.id in settled else each
        for each in concerned
    )
    judged = _Judged(situation, task, after + raised)
    items = tuple(settled.values()) + _left_over(after, judged, frozenset(settled))
    if raised:
        judged.happenings.append(FindingsRaised(findings=raised))
    if items:
        judged.happenings.append(FindingsSettled(items=items))
    judged.happenings += _pass_on(situation, judged.passing) + _ask(situation, judged.correcting)
    return judged


def _left_over(
    after: tuple[Finding, ...], judged: _Judged, named: frozenset[str]
) -> tuple[FindingSettled, ...]:
    """What the reviewer left as it was: it becomes a question to the client, or a note that was seen."""
    items = []
    for each in after:
        if each.id in named or each.state not in UNSETTLED:
            continue
        if _asks(each):
            items.append(FindingSettled(finding_id=each.id, state=FindingState.OPEN))
        elif each.person_id is None or each.person_id in judged.passing:
            items.append(FindingSettled(finding_id=each.id, state=FindingState.VERIFIED))
    return tuple(items)


def _concerns(finding: Finding, task: Task) -> bool:
    return finding.person_id is None or finding.person_id in task.persons


def _allowed(situation: Situation, task: Task, item: FindingSettled) -> FindingSettled:
    finding = next((each for each in situation.standing.findings if each.id == item.finding_id), None)
    if finding is None or not _concerns(finding, task):
        raise Refused("no_such_finding", "settled")
    if item.remark_id is None and _asks(finding) and _needs_reason(finding, item):
        raise Refused("reason_missing", "settled")
    return item


def _needs_reason(finding: Finding, item: FindingSettled) -> bool:
    """Passing over what asks the client, before he answered, takes a written reason whatever it is called."""
    unanswered = item.state is FindingState.VERIFIED and finding.state in UNANSWERED
    return item.state in NEEDS_REASON or unanswered


def _finding(situation: Situation, task: Task, new: NewFinding, ordinal: int) -> Finding:
    if new.person_id is not None and new.person_id not in situation.at(Stage.REVIEW, task.persons):
        raise Refused("unknown_person", "raised")
    return Finding(
        id=situation.finding_id(ordinal),
        key=f"remark/{new.remark_id}",
        source=FindingSource.REVIEWER,
        rule_id=new.rule_id,
        remark_id=new.remark_id,
        severity=new.severity,
        person_id=new.person_id,
        place_kind=new.place_kind,
        place=new.place,
        round=situation.standing.round,
        state=FindingState.OPEN if new.severity in ASKS_CLIENT else FindingState.VERIFIED,
    )


def _pass_on(situation: Situation, persons: tuple[str, ...]) -> Happenings:
    if not persons:
        return []
    then = "second_review" if situation.plan.review_levels > 1 else "ready"
    return [ReviewPassed(level=1, persons=persons, then=then)]


def _ask(situation: Situation, persons: tuple[str, ...]) -> Happenings:
    if not persons:
        return []
    return [deadlines.correction(situation, persons), CorrectionRequested(persons=persons)]


def rounds_left(situation: Situation) -> int:
    """How many more correction rounds the client may hand in."""
    return _rounds_allowed(situation) - situation.standing.round


def _rounds_allowed(situation: Situation) -> int:
    return situation.plan.correction_rounds + situation.standing.rounds_granted


def complete_second_review(situation: Situation, command: CompleteTask) -> Happenings:
    """The second reviewer passes, or sends persons back to the first with a reason."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, SecondVerdict):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    persons = situation.at(Stage.SECOND_REVIEW, task.persons)
    back = tuple(person for person in persons if person in verdict.sent_back)
    if len(back) != len(verdict.sent_back):
        raise Refused("unknown_person", "sent_back")
    if back and verdict.remark_id is None:
        raise Refused("reason_missing", "remark_id")
    passing = tuple(person for person in persons if person not in back)
    happenings: Happenings = [TaskDone(task_id=task.id, outcome="sent_back" if back else "passed")]
    if back:
        happenings.append(ReviewSentBack(persons=back, remark_id=verdict.remark_id))
    if passing:
        happenings.append(ReviewPassed(level=2, persons=passing, then="ready"))
    return happenings


def hand_in_correction(situation: Situation, command: HandInCorrection) -> Happenings:
    """The client's correction round arrives, late rounds and in any order too; one that is known already changes nothing.

    The front desk has sealed it already: whoever went on meanwhile, but is not lodged yet, is checked again.
    """
    if command.round in (1, *situation.standing.rounds_handed_in):
        return []
    correctable = situation.standing.at_stage(*CORRECTABLE)
    persons = tuple(person for person in correctable if person in command.persons)
    if not persons:
        return _came_late(situation, command)
    if command.round > _rounds_allowed(situation):
        raise Refused("too_many_rounds")
    return [CorrectionHandedIn(round=command.round, persons=persons), *_no_longer_overdue(situation, persons)]


def _came_late(situation: Situation, command: HandInCorrection) -> Happenings:
    """Nobody it is about can be corrected any more: a reviewer looks at it, unless everybody's road has ended."""
    lines = [situation.person(person_id) for person_id in command.persons]
    late = CorrectionCameLate(round=command.round, persons=command.persons)
    if all(line.is_closed for line in lines):
        return [late]
    return [late, opened(situation, TaskKind.LATE_CORRECTION, command.persons, round_=command.round)]


def see_what_came_late(situation: Situation, command: CompleteTask) -> Happenings:
    """A reviewer has looked at what came too late (a correction, another result of what was waited for) and wrote down
    what becomes of it; the client reads that."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, LateCorrectionSeen):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    if verdict.remark_id is None:
        raise Refused("reason_missing", "words")
    return [TaskDone(task_id=task.id, outcome="seen")]


def _no_longer_overdue(situation: Situation, persons: tuple[str, ...]) -> Happenings:
    return [
        TaskCancelled(task_id=task.id, reason="corrected")
        for task in situation.standing.open_tasks(TaskKind.OVERDUE_CORRECTION)
        if frozenset(task.persons) <= frozenset(persons)
    ]


def decide_overdue(situation: Situation, command: CompleteTask) -> Happenings:
    """A manager's decision about an overdue correction or one round too many: more time, or withdrawal."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, OverdueDecision):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    if verdict.remark_id is None:
        raise Refused("reason_missing", "remark_id")
    done = TaskDone(task_id=task.id, outcome=verdict.decision)
    if verdict.decision == "withdraw":
        return [done, *withdrawal.withdrawing(situation, _still_asked(situation, task))]
    return [done, *_more_time(situation, task, max(1, verdict.extend_days))]


def _still_asked(situation: Situation, task: Task) -> tuple[str, ...]:
    return tuple(person for stage in ASKED for person in situation.at(stage, task.persons))


def _more_time(situation: Situation, task: Task, days: int) -> Happenings:
    for kind in (deadlines.CORRECTION, deadlines.MORE_REQUESTED):
        waiting = deadlines.waiting_for(situation, kind, task.persons)
        if waiting:
            replaced = deadlines.replaced(situation, kind, waiting)
            return [*replaced, deadlines.extension(situation, kind, waiting, days)]
    return []


def waive(situation: Situation, command: WaiveFinding) -> Happenings:
    """Waive one unsettled finding with a written reason."""
    finding = next((each for each in situation.standing.findings if each.id == command.finding_id), None)
    if finding is None or finding.state not in UNSETTLED:
        raise Refused("no_such_finding", "finding_id")
    item = FindingSettled(finding_id=finding.id, state=FindingState.WAIVED, remark_id=command.remark_id)
    return [FindingsSettled(items=(item,))]
