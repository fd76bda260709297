"""Which events are told to whom, by mail. Pure: events and the new standing in, rows of the `notice` table out."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from schemas import events
from schemas.events import Event
from schemas.findings import ASKS_CLIENT, FindingState
from schemas.links import LinkNoted
from schemas.lodging_ends import LodgingConfirmed
from schemas.proposals import Proposed
from schemas.receipt_correction import ReceiptsCorrected
from schemas.splitting import SplitRefused
from schemas.standing import Deadline, Standing
from schemas.tasks import TaskKind
from schemas.wording import NoticeKind

JAPAN = ZoneInfo("Asia/Tokyo")
NOTICES = UUID("6f1d3f0a-6f0e-5d6e-9a0c-0d3a6f6e7a11")
TO_CLIENT = "client"
TO_STAFF = "staff"
Facts = dict[str, Any]
Telling = tuple[NoticeKind, str, Facts]

STAFF_HEARS_OF = {
    TaskKind.FIND_OUT: NoticeKind.OUTCOME_UNKNOWN,
    TaskKind.OVERDUE_CORRECTION: NoticeKind.TASK_OVERDUE,
    TaskKind.TOO_MANY_ROUNDS: NoticeKind.TASK_OVERDUE,
    TaskKind.CHASE_RESULT: NoticeKind.TASK_OVERDUE,
    TaskKind.LATE_CORRECTION: NoticeKind.TASK_WAITING,
    TaskKind.LINK_TURNED: NoticeKind.TASK_WAITING,
    TaskKind.CONTRADICTION: NoticeKind.TASK_WAITING,
    TaskKind.CHECK_HOLD: NoticeKind.TASK_WAITING,
}


ASKS_THE_CLIENT = frozenset({"correction", "more_requested"})


def notice_rows(steps: Iterable[tuple[Event, Standing]]) -> list[Facts]:
    """One row per mail. The id is made from number, sequence and audience, so that a repetition is the same mail."""
    return [
        _row(standing, event, *telling) for event, standing in steps for telling in tellings(standing, event)
    ]


def _row(standing: Standing, event: Event, kind: NoticeKind, audience: str, facts: Facts) -> Facts:
    return notice_row(
        uuid5(NOTICES, f"{standing.number}/{event.seq}/{audience}"),
        (kind, audience, facts),
        number=standing.number,
        organisation_id=standing.organisation_id,
        seq=event.seq,
        due_at=event.at.isoformat(),
    )


def notice_row(
    mail_id: UUID,
    telling: Telling,
    *,
    number: str,
    organisation_id: str,
    seq: int,
    due_at: datetime | str,
) -> Facts:
    """One mail that waits to be sent, as a row of the `notice` table."""
    kind, audience, facts = telling
    return {
        "id": str(mail_id),
        "number": number,
        "organisation_id": organisation_id,
        "seq": seq,
        "kind": kind,
        "audience": audience,
        "facts": facts,
        "state": "waiting",
        "attempts": 0,
        "due_at": due_at,
    }


def tellings(standing: Standing, event: Event) -> list[Telling]:
    """What one event tells, and to whom."""
    tell = TELLINGS.get(type(event.body))
    return tell(standing, event.body) if tell else []


def _received(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.RECEIVED, TO_CLIENT, {"persons": len(body.persons)})]


def _correction(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.CORRECTION_REQUESTED, TO_CLIENT, _asked(standing) | _due(standing, "correction"))]


def _more(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.MORE_REQUESTED, TO_CLIENT, _due(standing, "more_requested"))]


def _reminder(standing: Standing, body: Any) -> list[Telling]:
    facts = _asked(standing) | {"due_on": _due_on(_deadline(standing, body.deadline_id))}
    return [(NoticeKind.CORRECTION_REMINDER, TO_CLIENT, facts)]


def _passed(standing: Standing, body: Any) -> list[Telling]:
    deadline = _deadline(standing, body.deadline_id)
    if deadline.kind not in ASKS_THE_CLIENT:
        return []
    return [(NoticeKind.CORRECTION_OVERDUE, TO_CLIENT, {"due_on": _due_on(deadline)})]


def _lodged(standing: Standing, body: Any) -> list[Telling]:
    receipts = [receipt.number for receipt in body.receipts]
    away = {"not_taken": len(body.not_taken)} if body.not_taken else {}
    return [(NoticeKind.LODGED, TO_CLIENT, {"receipts": receipts} | away)] if receipts else []


def _receipts_corrected(standing: Standing, body: Any) -> list[Telling]:
    receipts = [receipt.number for receipt in body.receipts]
    return [(NoticeKind.RECEIPTS_CORRECTED, TO_CLIENT, {"receipts": receipts})]


def _result(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.RESULT_AVAILABLE, TO_CLIENT, {})]


def _contradiction_ended(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.RESULT_AVAILABLE, TO_CLIENT, {})] if body.holds == "later" else []


def _delivered(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.DELIVERED, TO_CLIENT, {})] if body.how != "release" else []


def _withdrawn(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.WITHDRAWN, TO_CLIENT, {})]


def _proposed(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.PROPOSED, TO_CLIENT, {})]


def _split_refused(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.SPLIT_REFUSED, TO_CLIENT, {})]


def _link(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.LINK_TURNED, TO_CLIENT, {})] if body.instead_of else []


def _held(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.ON_HOLD, TO_CLIENT, {})]


def _lifted(standing: Standing, body: Any) -> list[Telling]:
    return [(NoticeKind.RELEASED, TO_CLIENT, {})]


def _task(standing: Standing, body: Any) -> list[Telling]:
    kind = STAFF_HEARS_OF.get(body.task_kind)
    if kind is None:
        return []
    due = body.due_at.astimezone(JAPAN).date().isoformat() if body.due_at else None
    return [(kind, TO_STAFF, {"due_on": due} if due else {})]


TELLINGS: dict[type, Callable[[Standing, Any], list[Telling]]] = {
    events.Received: _received,
    events.CorrectionRequested: _correction,
    events.MoreRequested: _more,
    events.ReminderDue: _reminder,
    events.DeadlinePassed: _passed,
    LodgingConfirmed: _lodged,
    ReceiptsCorrected: _receipts_corrected,
    events.ResultRecorded: _result,
    events.ContradictionEnded: _contradiction_ended,
    events.ResultsDelivered: _delivered,
    events.Withdrawn: _withdrawn,
    Proposed: _proposed,
    SplitRefused: _split_refused,
    LinkNoted: _link,
    events.HoldPlaced: _held,
    events.HoldLifted: _lifted,
    events.TaskOpened: _task,
}


def _asked(standing: Standing) -> Facts:
    asked = [
        finding
        for finding in standing.findings
        if finding.state is FindingState.OPEN and finding.severity in ASKS_CLIENT
    ]
    return {"findings": max(1, len(asked))}


def _due(standing: Standing, kind: str) -> Facts:
    running = standing.running_deadlines(kind)
    return {"due_on": _due_on(running[-1])} if running else {}


def _deadline(standing: Standing, deadline_id: str) -> Deadline:
    return next(each for each in standing.deadlines if each.id == deadline_id)


def _due_on(deadline: Deadline) -> str:
    """A deadline ends with its day in Japan, so the last instant still belongs to the day that is told."""
    return last_day(deadline).isoformat()


def last_day(deadline: Deadline) -> date:
    """The day in Japan with which the deadline ends."""
    return (deadline.due_at.astimezone(JAPAN) - timedelta(microseconds=1)).date()
