"""Filing (提出・取次): grouping the persons that are ready, and the protocol intent → act → confirmation.

A lodging whose outcome nobody knows becomes a human task. Nothing here ever sends a second time by itself.
"""

from schemas.application import HandedIn
from schemas.calendar import japan_date
from schemas.checked import LodgingAsked, PackageSealed
from schemas.commands import (
    AbsentConfirmed,
    ArrivedVerdict,
    BeginLodging,
    CompleteTask,
    EndLodging,
    EntrustFiling,
    RouteFiling,
)
from schemas.events import (
    FilingPrepared,
    LodgingIntended,
    LodgingUnknown,
    TaskCancelled,
    TaskClaimed,
    TaskDone,
    TaskJoined,
    TaskOpened,
    TaskReleased,
)
from schemas.filing import LIVE, Filing, FilingKind, FilingState, NotTaken, Receipt, Way
from schemas.lodging_ends import LodgingConfirmed, LodgingFailed
from schemas.parties import ROAD
from schemas.refusals import Refused
from schemas.routing import FilingEntrusted, FilingRouted
from schemas.second_confirmation import LodgingReported, SecondAsked
from schemas.standing import PersonLine, Stage
from schemas.tasks import ABOUT_THE_CASE, Task, TaskKind, TaskState
from workflows import deadlines
from workflows.human_tasks import opened, taking
from workflows.situation import Happenings, Situation
from workflows.taken_persons import insist_on_each, insist_on_nobody_sent_away, insist_on_reasons

UNKNOWN_OFFICE = "unknown"
BEGUN = frozenset({FilingState.INTENDED, FilingState.UNKNOWN, FilingState.CONFIRMED})


def open_filings(situation: Situation) -> Happenings:
    """The persons that are ready, same office, kind and earlier filing, become one filing; others follow with the next."""
    waiting = _ready(situation)
    if not waiting or situation.standing.hold is not None:
        return []
    first = waiting[0]
    group = [line for line in waiting if _goes_with(situation, line) == _goes_with(situation, first)]
    persons = tuple(line.person_id for line in group)
    joinable = _joinable(situation, first)
    if joinable is not None:
        return [TaskJoined(task_id=joinable.id, persons=persons)]
    return _prepare(situation, first, persons)


def _ready(situation: Situation) -> list[PersonLine]:
    live = {p for filing in situation.standing.filings if filing.state in LIVE for p in filing.persons}
    return [
        line
        for line in situation.standing.persons
        if line.stage is Stage.READY and line.person_id not in live and line.waits_for is None
    ]


def _goes_with(situation: Situation, line: PersonLine) -> tuple[str, FilingKind, str | None]:
    return (line.office or UNKNOWN_OFFICE, line.lodges_next, _parent(situation, line))


def _joinable(situation: Situation, line: PersonLine) -> Task | None:
    for task in situation.standing.open_tasks(TaskKind.LODGE):
        filing = situation.standing.filing(task.filing_id or "")
        if filing is None or filing.state is not FilingState.PREPARED or task.state is not TaskState.OPEN:
            continue
        if (filing.office, filing.kind, filing.parent_id) == _goes_with(situation, line):
            return task
    return None


def _prepare(situation: Situation, line: PersonLine, persons: tuple[str, ...]) -> Happenings:
    filing_id = situation.filing_id()
    office, kind, parent_id = _goes_with(situation, line)
    return [
        FilingPrepared(
            filing_id=filing_id, filing_kind=kind, persons=persons, office=office, parent_id=parent_id
        ),
        opened(situation, TaskKind.LODGE, persons, filing_id=filing_id),
    ]


def _parent(situation: Situation, line: PersonLine) -> str | None:
    """The first filing the authority has of this person: supplements and withdrawals refer to it."""
    lodged = [
        filing.id
        for filing in situation.standing.filings
        if filing.state is FilingState.CONFIRMED and line.person_id in filing.persons
    ]
    return lodged[0] if lodged else None


def beginning(situation: Situation, command: BeginLodging) -> Filing:
    """The filing that may be begun now by this handler, or the refusal why not."""
    filing = situation.filing(command.filing_id)
    if situation.standing.hold is not None:
        raise Refused("on_hold")
    if filing.state is not FilingState.PREPARED or not filing.persons:
        raise Refused("filing_not_open", "filing_id")
    if command.channel not in situation.plan.channels:
        raise Refused("channel_not_allowed", "channel")
    if command.way is Way.MACHINE and not situation.plan.machine_channel:
        raise Refused("channel_not_allowed", "way")
    taking(_lodge_task(situation, filing), command.actor)
    return filing


def route(situation: Situation, command: RouteFiling) -> Happenings:
    """Before the intent stands, a handler may choose another office, with a written reason."""
    filing = situation.filing(command.filing_id)
    if filing.state is not FilingState.PREPARED or not filing.persons:
        raise Refused("filing_not_open", "filing_id")
    if filing.parent_id is not None or command.office == filing.office:
        raise Refused("office_not_possible", "office")
    taking(_lodge_task(situation, filing), command.actor)
    return [
        FilingRouted(
            filing_id=filing.id, office=command.office, was=filing.office, remark_id=command.remark_id
        )
    ]


def entrust(situation: Situation, command: EntrustFiling) -> Happenings:
    """A colleague looks after a begun filing from now on; how its act ended is his to say where nobody has said it."""
    filing = situation.filing(command.filing_id)
    was = filing.keeper
    if was is None or filing.state not in BEGUN:
        raise Refused("filing_not_open", "filing_id")
    if command.actor.id != was and command.actor.capacity != "manager":
        raise Refused("task_of_another", "filing_id")
    if command.to == was:
        return []
    entrusted = FilingEntrusted(filing_id=filing.id, to_handler=command.to, from_handler=was)
    return [entrusted, *_its_task_goes_along(situation, filing, command.to)]


def _its_task_goes_along(situation: Situation, filing: Filing, to: str) -> Happenings:
    if filing.state is not FilingState.INTENDED or filing.reported is not None:
        return []
    task = _lodge_task(situation, filing)
    return [TaskClaimed(task_id=task.id, assignee=to)] if task.assignee in (None, filing.keeper) else []


def lodging_asked(
    situation: Situation, handed_in: HandedIn, command: BeginLodging, chosen: Filing
) -> LodgingAsked:
    """What the package is to be sealed for."""
    return LodgingAsked(
        number=handed_in.number,
        organisation_id=handed_in.organisation_id,
        procedure=handed_in.procedure,
        filing_id=chosen.id,
        filing_kind=chosen.kind,
        persons=chosen.persons,
        office=chosen.office,
        channel=command.channel,
        handler=command.actor.id,
        parent_id=chosen.parent_id,
        round=situation.standing.round,
        as_of=japan_date(situation.now).isoformat(),
    )


def check_begin(situation: Situation, command: BeginLodging) -> Happenings:
    """The validator's half of `begin`: refuses, or has nothing to say yet."""
    beginning(situation, command)
    return []


def begin(situation: Situation, command: BeginLodging, sealed: PackageSealed) -> Happenings:
    """The intent is recorded before the act: who, what, where, through which channel."""
    filing = beginning(situation, command)
    intended = LodgingIntended(
        filing_id=filing.id,
        handler=command.actor.id,
        channel=command.channel,
        way=command.way,
        package_sha256=sealed.sha256,
        fee=sealed.fee,
    )
    by_two = sealed.second_asked and command.way is Way.BY_HAND
    second = [SecondAsked(filing_id=filing.id)] if by_two else []
    return [*taking(_lodge_task(situation, filing), command.actor), intended, *second]


def _lodge_task(situation: Situation, filing: Filing) -> Task:
    for task in situation.standing.open_tasks(TaskKind.LODGE):
        if task.filing_id == filing.id:
            return task
    raise Refused("filing_not_open", "filing_id")


def end(situation: Situation, command: EndLodging) -> Happenings:
    """The handler, or who was given his task, says how the act ended; where two have to, the second confirms it.

    When nobody said it in time, the desk's own round asks for it to be found out.
    """
    filing = _under_way(situation, command)
    if command.actor == ROAD:
        return unknown(situation, filing, "nobody_said")
    taken = _taken_for_the_end(situation, filing, command)
    if command.outcome == "confirmed":
        return [*taken, *_said_to_have_arrived(situation, filing, command)]
    insist_on_nobody_sent_away(command.not_taken)
    if command.outcome == "unknown":
        return [*taken, *unknown(situation, filing, "handler_does_not_know")]
    if command.remark_id is None:
        raise Refused("reason_missing", "words")
    return [*taken, *failed(situation, filing, command.outcome, command.remark_id)]


def _under_way(situation: Situation, command: EndLodging) -> Filing:
    filing = situation.filing(command.filing_id)
    if filing.state is not FilingState.INTENDED or filing.way is not Way.BY_HAND:
        raise Refused("filing_not_open", "filing_id")
    return filing


def _taken_for_the_end(situation: Situation, filing: Filing, command: EndLodging) -> Happenings:
    task = _lodge_task(situation, filing)
    if command.actor.id in (filing.handler, task.assignee):
        return []
    if filing.reported is None:
        raise Refused("task_of_another", "filing_id")
    return [] if command.actor.id == filing.reported.by else taking(task, command.actor)


def awaits_a_report(situation: Situation, command: EndLodging) -> bool:
    """Whether what this person says about an arrival is only reported: a second one has to say the same."""
    filing = situation.filing(command.filing_id)
    if not by_two(situation, filing) or command.outcome != "confirmed":
        return False
    return filing.reported is None or command.actor.id in (filing.handler, filing.reported.by)


def by_two(situation: Situation, filing: Filing) -> bool:
    """Where two have to confirm: the map says so, or the desk wanted it when the lodging began."""
    return situation.plan.confirmed_by_second or filing.second_asked


def _said_to_have_arrived(situation: Situation, filing: Filing, command: EndLodging) -> Happenings:
    told = filing.reported
    if awaits_a_report(situation, command):
        return _reported(situation, filing, command)
    if told is None:
        insist_on_reasons(command.not_taken)
        return confirmed(situation, filing, command.receipts, command.not_taken)
    if not told.says(command.receipts, command.not_taken):
        raise Refused("receipts_differ", "receipts")
    return confirmed(situation, filing, command.receipts, told.not_taken)


def _reported(situation: Situation, filing: Filing, command: EndLodging) -> Happenings:
    if filing.reported is not None and filing.reported.says(command.receipts, command.not_taken):
        raise Refused("same_person", "filing_id")
    insist_on_each(situation, filing, command.receipts, command.not_taken)
    insist_on_reasons(command.not_taken)
    reported = LodgingReported(filing_id=filing.id, receipts=command.receipts, not_taken=command.not_taken)
    return [reported, TaskReleased(task_id=_lodge_task(situation, filing).id)]


def confirmed(
    situation: Situation,
    filing: Filing,
    receipts: tuple[Receipt, ...],
    not_taken: tuple[NotTaken, ...] = (),
) -> Happenings:
    """The authority has it; whom it sent away is ready again, and a new filing is prepared for him."""
    insist_on_each(situation, filing, receipts, not_taken)
    away = {each.person_id for each in not_taken}
    taken = tuple(person for person in filing.persons if person not in away)
    return [
        LodgingConfirmed(filing_id=filing.id, receipts=receipts, not_taken=not_taken),
        *_done(situation, filing, "confirmed"),
        deadlines.result_expected(situation, taken),
    ]


def unknown(situation: Situation, filing: Filing, reason: str) -> Happenings:
    """Nobody knows whether it arrived: a person finds out."""
    return [
        LodgingUnknown(filing_id=filing.id, reason=reason),
        *_done(situation, filing, "unknown"),
        _ask(situation, filing, TaskKind.FIND_OUT, _not_alone(situation, filing)),
    ]


def _not_alone(situation: Situation, filing: Filing) -> tuple[str, ...]:
    """Where two have to confirm, who lodged or reported does not find out by himself that it arrived."""
    if not by_two(situation, filing):
        return ()
    named = (filing.handler, filing.reported.by if filing.reported else None)
    return tuple(dict.fromkeys(each for each in named if each))


def failed(situation: Situation, filing: Filing, how: str, remark_id: str | None = None) -> Happenings:
    """It was certainly not accepted: the persons are ready again and a new filing is prepared."""
    failure = LodgingFailed.model_validate({"filing_id": filing.id, "how": how, "remark_id": remark_id})
    return [failure, *_done(situation, filing, how)]


def _done(situation: Situation, filing: Filing, outcome: str) -> Happenings:
    return [
        TaskDone(task_id=task.id, outcome=outcome)
        for task in situation.standing.open_tasks(TaskKind.LODGE)
        if task.filing_id == filing.id
    ]


def _ask(situation: Situation, filing: Filing, kind: TaskKind, excluded: tuple[str, ...]) -> TaskOpened:
    return opened(situation, kind, filing.persons, filing_id=filing.id, excluded=excluded)


def find_out(situation: Situation, command: CompleteTask) -> Happenings:
    """It arrived (with its numbers), or it did not: then a second person confirms before anything is sent again."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, ArrivedVerdict):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    filing = situation.filing(task.filing_id or "")
    if verdict.arrived:
        insist_on_reasons(verdict.not_taken)
        done = TaskDone(task_id=task.id, outcome="arrived")
        return [done, *confirmed(situation, filing, verdict.receipts, verdict.not_taken)]
    insist_on_nobody_sent_away(verdict.not_taken)
    if verdict.receipts:
        raise Refused("receipt_form", "receipts")
    if verdict.remark_id is None:
        raise Refused("reason_missing", "words")
    asked = _ask(situation, filing, TaskKind.CONFIRM_ABSENT, (command.actor.id,))
    return [TaskDone(task_id=task.id, outcome="absent"), asked]


def confirm_absent(situation: Situation, command: CompleteTask) -> Happenings:
    """A second person confirms that it did not arrive, or has it looked for again."""
    task = situation.task(command.task_id)
    verdict = command.verdict
    if not isinstance(verdict, AbsentConfirmed):
        raise Refused("wrong_task_kind", "verdict")
    taking(task, command.actor)
    filing = situation.filing(task.filing_id or "")
    if verdict.absent:
        return [TaskDone(task_id=task.id, outcome="absent"), *failed(situation, filing, "absent")]
    asked = _ask(situation, filing, TaskKind.FIND_OUT, _not_alone(situation, filing))
    return [TaskDone(task_id=task.id, outcome="doubted"), asked]


def not_by_verdict(situation: Situation, command: CompleteTask) -> Happenings:
    """A lodge task is never decided by a verdict: it ends with the protocol of its filing."""
    raise Refused("wrong_task_kind", "verdict")


def drop_empty(situation: Situation) -> Happenings:
    """Tasks and prepared filings that everybody has left are cancelled."""
    for filing in situation.standing.filings:
        if filing.state is FilingState.PREPARED and not filing.persons:
            return [LodgingFailed(filing_id=filing.id, how="cancelled")]
    for task in situation.standing.open_tasks():
        if not task.persons and task.kind not in ABOUT_THE_CASE:
            return [TaskCancelled(task_id=task.id, reason="nobody_left")]
    return []
