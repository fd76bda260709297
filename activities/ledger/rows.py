"""What a standing looks like as table rows, and which of them changed. Pure; the ledger writes what comes out."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from schemas.chain import link
from schemas.events import DeadlineSet, Event
from schemas.findings import UNSETTLED
from schemas.standing import ORDER, Deadline, PersonLine, Standing
from schemas.tasks import RIGHT_FOR

Row = dict[str, Any]


def changed_rows(old: Standing | None, new: Standing, events: Iterable[Event]) -> dict[str, list[Row]]:
    """Every row that differs between two standings, by table. A row is written whole."""
    happened = tuple(events)
    return {
        "standing": [standing_row(new, happened[-1].at)],
        "person_standing": _changed(old, new, "persons", person_row),
        "task": _changed(old, new, "tasks", task_row),
        "finding": _changed(old, new, "findings", finding_row),
        "filing": _changed(old, new, "filings", partial(filing_row, at=happened[-1].at)),
        "deadline": _deadline_rows(old, new, happened),
        "ball": _ball_rows(old, new),
    }


def _changed(old: Standing | None, new: Standing, part: str, row: Any) -> list[Row]:
    before = frozenset(getattr(old, part)) if old else frozenset()
    return [row(new, each) for each in getattr(new, part) if each not in before]


def _of(standing: Standing) -> Row:
    return {"number": standing.number, "organisation_id": standing.organisation_id}


def standing_row(standing: Standing, at: datetime) -> Row:
    """The one row that lists show."""
    behind = min(standing.persons, key=lambda line: ORDER.index(line.stage))
    due = [each.due_at for each in standing.running_deadlines()]
    due += [task.due_at for task in standing.open_tasks() if task.due_at]
    return _of(standing) | {
        "procedure": standing.procedure,
        "stage": behind.stage,
        "holder": behind.holder,
        "seq": standing.seq,
        "round": standing.round,
        "persons": len(standing.persons),
        "persons_closed": sum(line.is_closed for line in standing.persons),
        "open_findings": sum(finding.state in UNSETTLED for finding in standing.findings),
        "next_due_at": _iso(min(due)) if due else None,
        "hold": standing.hold,
        "opened_at": _iso(standing.opened_at),
        "changed_at": _iso(at),
        "closed_at": _iso(standing.closed_at),
        "folded": standing.model_dump(mode="json"),
    }


def person_row(standing: Standing, line: PersonLine) -> Row:
    """One person's line."""
    plain = line.model_dump(mode="json", exclude={"held_from_seq", "lodges_next", "office"})
    return _of(standing) | plain


def task_row(standing: Standing, task: Any) -> Row:
    """One task, with the right it needs."""
    row: Row = _of(standing) | task.model_dump(mode="json") | {"right": RIGHT_FOR[task.kind]}
    return row


def finding_row(standing: Standing, finding: Any) -> Row:
    """One finding."""
    row: Row = _of(standing) | finding.model_dump(mode="json")
    return row


def filing_row(standing: Standing, filing: Any, *, at: datetime) -> Row:
    """One filing. `sent_at` is kept by the database: it is the mark that nothing is sent twice."""
    row: Row = _of(standing) | filing.model_dump(mode="json") | {"changed_at": _iso(at)}
    return row


def _deadline_rows(old: Standing | None, new: Standing, happened: tuple[Event, ...]) -> list[Row]:
    derived = {
        event.body.deadline_id: event.body.derived
        for event in happened
        if isinstance(event.body, DeadlineSet)
    }
    before = frozenset(old.deadlines) if old else frozenset()
    rows = []
    for each in new.deadlines:
        if each in before:
            continue
        row = deadline_row(new, each)
        if each.id in derived:
            row["derivation"] = derived[each.id].model_dump(mode="json")
        rows.append(row)
    return rows


def deadline_row(standing: Standing, deadline: Deadline) -> Row:
    """One deadline; its derivation is written once, with the event that set it."""
    return _of(standing) | deadline.model_dump(mode="json", exclude={"remind_at", "set_at"})


def _ball_rows(old: Standing | None, new: Standing) -> list[Row]:
    held = {line.person_id: line for line in old.persons} if old else {}
    rows: list[Row] = []
    for line in new.persons:
        before = held.get(line.person_id)
        if before is not None and before.held_from_seq == line.held_from_seq:
            continue
        if before is not None:
            rows.append(_ball_row(new, before) | {"to_at": _iso(line.held_since)})
        rows.append(_ball_row(new, line) | {"to_at": None})
    return rows


def _ball_row(standing: Standing, line: PersonLine) -> Row:
    return _of(standing) | {
        "person_id": line.person_id,
        "from_seq": line.held_from_seq,
        "from_at": _iso(line.held_since),
        "holder": line.holder,
    }


def event_rows(standing: Standing, events: Iterable[Event], previous: bytes) -> list[Row]:
    """The rows of some events, each chained to the one before."""
    rows = []
    for event in events:
        own = link(previous, event)
        rows.append(
            _of(standing)
            | {
                "seq": event.seq,
                "kind": event.body.kind,
                "body": event.body.model_dump(mode="json"),
                "actor_id": event.actor.id,
                "capacity": event.actor.capacity,
                "at": _iso(event.at),
                "previous": "\\x" + previous.hex(),
                "hash": "\\x" + own.hex(),
            }
        )
        previous = own
    return rows


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
