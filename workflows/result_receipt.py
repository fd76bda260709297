"""What comes from the authority: requests for more, results per person at different times; delivery and closing."""

from schemas.commands import (
    Chased,
    CompleteTask,
    ContradictionSettled,
    HandedOver,
    RecordMoreRequested,
    RecordResult,
)
from schemas.events import (
    Closed,
    ContradictionEnded,
    DeadlineEnded,
    DeadlineSet,
    FindingsRaised,
    MoreRequested,
    ResultContradicted,
    ResultDated,
    ResultRecorded,
    ResultsDelivered,
    TaskCancelled,
    TaskDone,
    TaskJoined,
)
from schemas.filing import UNDER_WAY, FilingKind
from schemas.findings import Finding, FindingSource, FindingState, Severity
from schemas.receipt_numbers import is_same_number
from schemas.refusals import Refused
from schemas.standing import DECIDED, PersonLine, Stage
from schemas.tasks import TaskKind, TaskState
from workflows import deadlines
from workflows.human_tasks import opened, taking
from workflows.situation import Happenings, Situation


def more_requested(situation: Situation, command: RecordMoreRequested) -> Happenings:
    """The authority asks for more (資料提出通知・補正依頼): the client answers, the answer is reviewed and lodged.

    It may ask again before the first answer is lodged; refused only while a lodging or a withdrawal is under way.
    """
    persons = tuple(dict.fromkeys(command.persons))
    for person_id in persons:
        _may_be_asked(situation.person(person_id))
    if not persons:
        raise Refused("unknown_person", "persons")
    if command.remark_id is None:
        raise Refused("reason_missing", "words")
    raised = FindingsRaised(findings=_asked_for(situation, persons, command.remark_id))
    due = deadlines.more_requested(situation, persons, command.due_on)
    return [raised, due, MoreRequested(persons=persons, due_on=command.due_on)]


def _may_be_asked(line: PersonLine) -> None:
    if line.receipt is None or line.stage in DECIDED:
        raise Refused("no_result_pending", "persons")
    withdrawing = line.lodges_next is FilingKind.WITHDRAWAL and line.stage is not Stage.LODGED
    if line.stage is Stage.FILING or withdrawing:
        raise Refused("filing_under_way", "persons")


def _asked_for(situation: Situation, persons: tuple[str, ...], remark_id: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=situation.finding_id(n),
            key=f"remark/{remark_id}",
            source=FindingSource.AUTHORITY,
            remark_id=remark_id,
            severity=Severity.CORRECT,
            person_id=person_id,
            place_kind="person",
            place=person_id,
            round=situation.standing.round,
            state=FindingState.OPEN,
        )
        for n, person_id in enumerate(persons)
    )


def record_result(situation: Situation, command: RecordResult) -> Happenings:
    """One person's result, wherever he is meanwhile. The same again changes nothing but the day until which it is
    good, where that was not known; another one is kept beside it."""
    line = situation.person(command.person_id)
    if command.result not in situation.plan.result_kinds:
        raise Refused("result_kind", "result")
    if line.receipt is None or not is_same_number(line.receipt, command.receipt):
        raise Refused("no_result_pending", "receipt")
    if line.stage in DECIDED:
        return _again(situation, line, command)
    return [
        ResultRecorded(
            person_id=command.person_id,
            result=command.result,
            decided_on=command.decided_on,
            document_id=command.document_id,
        ),
        *_dated(line, command),
    ]


def _dated(line: PersonLine, command: RecordResult) -> list[ResultDated]:
    if command.valid_to is None or command.valid_to == line.valid_to:
        return []
    return [ResultDated(person_id=line.person_id, valid_to=command.valid_to)]


def _again(situation: Situation, line: PersonLine, command: RecordResult) -> Happenings:
    pending = situation.standing.contradiction(line.person_id)
    if command.result is (pending.result if pending else line.result):
        return [] if pending else list(_dated(line, command))
    contradicted = ResultContradicted(
        person_id=command.person_id,
        result=command.result,
        decided_on=command.decided_on,
    )
    asked = () if pending else (opened(situation, TaskKind.CONTRADICTION, (line.person_id,)),)
    return [contradicted, *asked]


def settle_contradiction(situation: Situation, command: CompleteTask) -> Happenings:
    """A manager says which of two results holds, with a written reason; a changed result is delivered anew."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, ContradictionSettled):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    if verdict.remark_id is None:
        raise Refused("reason_missing", "words")
    ended = [
        ContradictionEnded(person_id=person, holds=verdict.holds, remark_id=verdict.remark_id)
        for person in task.persons
    ]
    return [TaskDone(task_id=task.id, outcome=verdict.holds), *ended]


def deliver(situation: Situation) -> Happenings:
    """Results go to the client: released on the page at once, or handed over as originals by a person."""
    covered = {p for task in situation.standing.open_tasks(TaskKind.HAND_OVER) for p in task.persons}
    covered |= {each.person_id for each in situation.standing.contradictions}
    persons = tuple(p for p in situation.standing.at_stage(Stage.DECIDED) if p not in covered)
    if not persons:
        return []
    if situation.plan.delivery == "release":
        return [ResultsDelivered(persons=persons, how="release")]
    return _hand_over(situation, persons)


def _hand_over(situation: Situation, persons: tuple[str, ...]) -> Happenings:
    for task in situation.standing.open_tasks(TaskKind.HAND_OVER):
        if task.state is TaskState.OPEN:
            return [TaskJoined(task_id=task.id, persons=persons)]
    return [opened(situation, TaskKind.HAND_OVER, persons)]


def hand_over(situation: Situation, command: CompleteTask) -> Happenings:
    """The originals are with the client."""
    task = situation.task(command.task_id)
    if not isinstance(command.verdict, HandedOver):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    delivered = ResultsDelivered(persons=task.persons, how="hand_over", remark_id=command.verdict.remark_id)
    return [TaskDone(task_id=task.id, outcome="handed_over"), delivered]


def chased(situation: Situation, command: CompleteTask) -> Happenings:
    """The authority was asked about a late result; look again later."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, Chased):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    done = TaskDone(task_id=task.id, outcome="chased")
    return [done, *_look_again(situation, task.persons, verdict.again_within_days)]


def _look_again(situation: Situation, persons: tuple[str, ...], days: int) -> list[DeadlineSet]:
    waiting = situation.at(Stage.LODGED, persons)
    if not waiting:
        return []
    return [deadlines.extension(situation, deadlines.RESULT_EXPECTED, waiting, days)]


def close(situation: Situation) -> Happenings:
    """When every person's road has ended, what is left over is tidied up and the application closes.

    Not while a filing is under way (how its act ended is still to be said, or found out), while two results differ, or
    before somebody looked at another result of what was waited for.
    """
    standing = situation.standing
    if standing.closed_at is not None or not standing.is_finished:
        return []
    under_way = any(filing.state in UNDER_WAY for filing in standing.filings)
    if under_way or standing.contradictions or standing.open_tasks(TaskKind.LINK_TURNED):
        return []
    left = [TaskCancelled(task_id=task.id, reason="closed") for task in standing.open_tasks()]
    running = [DeadlineEnded(deadline_id=each.id) for each in standing.running_deadlines()]
    return [*left, *running, Closed()]
