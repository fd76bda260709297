"""What a standing looks like as table rows, and which of them changed. Pure; the ledger writes what comes out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from schemas.chain import link
from schemas.events import Event
from schemas.findings import UNSETTLED
from schemas.folding import fold
from schemas.standing import ORDER, Deadline, PersonLine, Standing
from schemas.tasks import RIGHT_FOR

Row = dict[str, Any]
Step = tuple[Event, Standing]
"""An event and the standing it leads to."""


def steps_of(standing: Standing | None, events: Iterable[Event]) -> list[Step]:
    """Some events with the standings they lead to, one after the other. Raises OutOfOrder."""
    steps: list[Step] = []
    for event in events:
        standing = fold(standing, event)
        steps.append((event, standing))
    return steps


def changed_rows(old: Standing | None, steps: Sequence[Step]) -> dict[str, list[Row]]:
    """Every row that some events have changed, by table. Rows are written whole; each ball, however short, is one."""
    event, new = steps[-1]
    return {
        "standing": [standing_row(new, event.at)],
        "person_standing": _changed(old, new, "persons", person_row),
        "task": _changed(old, new, "tasks", task_row),
        "finding": _changed(old, new, "findings", finding_row),
        "filing": _filing_rows(old, steps),
        "deadline": _changed(old, new, "deadlines", deadline_row),
        "ball": _ball_rows(old, [standing for _, standing in steps]),
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
        "pack_version": standing.pack_version,
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
    plain = line.model_dump(
        mode="json", exclude={"held_from_seq", "lodges_next", "office", "office_instead_of"}
    )
    return _of(standing) | plain


def task_row(standing: Standing, task: Any) -> Row:
    """One task, with the right it needs."""
    row: Row = _of(standing) | task.model_dump(mode="json") | {"right": RIGHT_FOR[task.kind]}
    return row


def finding_row(standing: Standing, finding: Any) -> Row:
    """One finding; what it rests on stays in the standing."""
    row: Row = _of(standing) | finding.model_dump(mode="json", exclude={"basis"})
    return row


def _filing_rows(old: Standing | None, steps: Sequence[Step]) -> list[Row]:
    rows: dict[str, Row] = {}
    before = old
    for event, after in steps:
        changed = _changed(before, after, "filings", partial(filing_row, at=event.at))
        rows |= {row["id"]: row for row in changed}
        before = after
    return list(rows.values())


ROADS_OWN = {"reported", "kept_by", "second_asked", "correction", "not_taken"}
"""What only the road needs to know of a filing."""


def filing_row(standing: Standing, filing: Any, *, at: datetime) -> Row:
    """One filing; its handler is who looks after it. `sent_at` is kept by the database: nothing is sent twice."""
    row: Row = _of(standing) | filing.model_dump(mode="json", exclude=ROADS_OWN)
    row |= {"changed_at": _iso(at), "handler": filing.keeper}
    return row


def deadline_row(standing: Standing, deadline: Deadline) -> Row:
    """One deadline, with how it was derived and which holds moved it."""
    plain = deadline.model_dump(mode="json", exclude={"remind_at", "set_at", "derived", "held"})
    told = deadline.model_dump(mode="json", include={"derived", "held"})
    derived = told["derived"] and told["derived"] | {"held": told["held"]}
    return _of(standing) | plain | {"derivation": derived}


def _ball_rows(old: Standing | None, standings: Sequence[Standing]) -> list[Row]:
    """The balls that passed, step by step; one taken and given within the same instant of these steps is left out."""
    rows: dict[tuple[str, int], Row] = {}
    before = old
    for after in standings:
        rows |= {(row["person_id"], row["from_seq"]): row for row in _passed(before, after)}
        before = after
    known = old.seq if old else 0
    return [row for row in rows.values() if row["from_seq"] <= known or row["to_at"] != row["from_at"]]


def _passed(old: Standing | None, new: Standing) -> Iterator[Row]:
    held = {line.person_id: line for line in old.persons} if old else {}
    for line in new.persons:
        before = held.get(line.person_id)
        if before is not None and before.held_from_seq == line.held_from_seq:
            continue
        if before is not None:
            yield _ball_row(new, before) | {"to_at": _iso(line.held_since)}
        yield _ball_row(new, line) | {"to_at": None}


def _ball_row(standing: Standing, line: PersonLine) -> Row:
    return _of(standing) | {
        "person_id": line.person_id,
        "from_seq": line.held_from_seq,
        "from_at": _iso(line.held_since),
        "holder": line.holder,
    }


def event_rows(steps: Iterable[Step], previous: bytes) -> list[Row]:
    """The rows of some events, each chained to the one before."""
    rows = []
    for event, standing in steps:
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
