"""Shapes in which an application is shown to its own people, and to staff without its values."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Shown
from api.queries_deadlines import answer_due_of
from api.queries_findings import asked_and_open_of
from api.reading import WHOLE, Case, Collected, Entry, editable_persons
from infra.database.tables import person_standing, standing
from schemas.carrying import Accepted
from schemas.catalogue import Value
from schemas.maps import ProcedureMap


class ValueShown(Shown):
    """One value with its author, and the application it was carried over or split off from."""

    value: Value
    by: str
    capacity: str
    at: datetime
    carried_from: Accepted | None = None
    split_from: str | None = None


class ContentShown(Shown):
    """All values: of the application itself, and of every person."""

    application: dict[str, ValueShown]
    persons: dict[str, dict[str, ValueShown]]


class PersonShown(Shown):
    """One person's line. `editable` says whether content may change now."""

    person_id: str
    position: int
    editable: bool
    stage: str
    holder: str
    receipt: str | None = None
    result: str | None = None
    decided_on: date | None = None
    waits_for: str | None = None
    link_outcome: str | None = None
    moved_to: str | None = None


class ApplicationShown(Shown):
    """One application: where it stands, its persons, and (for its own people) its content.

    `last_hand_in_on` stands at a draft whose procedure ends: on the days after it is no longer taken.
    """

    number: str
    procedure: str
    map_version: date
    version: int
    stage: str
    holder: str
    rounds: int
    created_at: datetime
    changed_at: datetime
    handed_in_at: datetime | None
    next_due_at: datetime | None = None
    hold: str | None = None
    open_findings: int = 0
    last_hand_in_on: date | None = None
    editable: bool
    persons: list[PersonShown]
    content: ContentShown | None = None


async def shown(
    connection: AsyncConnection,
    case: Case,
    everything: Collected | None = None,
    *,
    ready: ProcedureMap | None,
) -> ApplicationShown:
    """The application as people see it; with values when its content is handed in, a draft with its map."""
    row = await _standing_of(connection, case.number, of_client=everything is not None)
    asked = select(person_standing).where(person_standing.c.number == case.number)
    lines = {line.person_id: line for line in await connection.execute(asked)}
    editable = await editable_persons(connection, case)
    waiting = "draft" if case.is_draft else "received"
    return ApplicationShown(
        number=case.number,
        procedure=case.procedure,
        map_version=case.map_version,
        version=case.version,
        stage=row.stage if row else waiting,
        holder=row.holder if row else ("client" if case.is_draft else "desk"),
        rounds=case.rounds,
        created_at=case.created_at,
        changed_at=case.changed_at,
        handed_in_at=case.handed_in_at,
        next_due_at=row.due if row else None,
        hold=row.hold if row else None,
        open_findings=row.to_answer if row else 0,
        last_hand_in_on=ready.procedure.valid_to if ready and case.is_draft else None,
        editable=case.is_draft or bool(editable),
        persons=[
            _person(person, place, lines.get(person), editable=person in editable, waiting=waiting)
            for place, person in enumerate(case.persons, start=1)
        ],
        content=_content(everything) if everything else None,
    )


async def _standing_of(connection: AsyncConnection, number: str, *, of_client: bool) -> Row[Any] | None:
    """Where it stands; to its own people with the findings asked of them, and the day of their own answer."""
    found: ColumnElement[Any] = standing.c.open_findings
    due: ColumnElement[Any] = standing.c.next_due_at
    if of_client:
        found = asked_and_open_of(standing.c.number)
        due = func.coalesce(answer_due_of(standing.c.number), due)
    asked: Select[Any] = select(*standing.c, found.label("to_answer"), due.label("due"))
    row: Row[Any] | None = (await connection.execute(asked.where(standing.c.number == number))).one_or_none()
    return row


def _person(
    person_id: str, position: int, line: Row[Any] | None, *, editable: bool, waiting: str
) -> PersonShown:
    if line is None:
        holder = "client" if waiting == "draft" else "desk"
        return PersonShown(
            person_id=person_id, position=position, editable=editable, stage=waiting, holder=holder
        )
    return PersonShown(
        person_id=person_id,
        position=position,
        editable=editable,
        stage=line.stage,
        holder=line.holder,
        receipt=line.receipt,
        result=line.result,
        decided_on=line.decided_on,
        waits_for=line.waits_for,
        link_outcome=line.link_outcome,
        moved_to=line.moved_to,
    )


def _content(everything: Collected) -> ContentShown:
    return ContentShown(
        application=_values(everything.of(WHOLE)),
        persons={person: _values(everything.of(person)) for person in everything.case.persons},
    )


def _values(entries: Mapping[str, Entry]) -> dict[str, ValueShown]:
    return {
        field: ValueShown(
            value=entry["v"],
            by=entry["by"],
            capacity=entry["as"],
            at=entry["at"],
            carried_from=entry.get("from"),
            split_from=entry.get("split_from"),
        )
        for field, entry in entries.items()
    }
