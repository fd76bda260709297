"""One case on one page: persons with their balls, tasks, findings with texts, filings, deadlines, rounds."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, named, names_of
from api.queries_deadlines import DeadlineView, beside, deadlines_of, stops_beside, tasks_explained
from api.queries_filings import FilingView, filings_of
from api.queries_findings import FindingView, Texts, findings_of, kept_texts, remarks_of, texts_under
from api.queries_tasks import TaskRow, tasks_of
from api.queries_words import Said, said_beside_acts
from infra.database.tables import (
    applicant,
    application,
    ball,
    hand_in,
    organisation,
    person_standing,
    standing,
)
from infra.keys import DataKey
from infra.packs import Packs, pack_in_force
from schemas.deadlines import Derivation
from schemas.filing import ResultKind
from schemas.standing import DECIDED, Contradiction, Holder, Stage
from schemas.words import Word


class BallInterval(Word):
    """Who had the ball from when to when; `to_at` is None for whoever has it now."""

    holder: Holder
    from_at: datetime
    to_at: datetime | None


class PersonView(Word):
    """One person's line. `held_seconds` sums the ball's times per holder, together `elapsed_seconds`."""

    person_id: str
    position: int | None
    stage: Stage
    holder: Holder
    held_since: datetime
    filing_id: str | None
    receipt: str | None
    result: ResultKind | None
    decided_on: date | None
    waits_for: str | None = None
    link_outcome: str | None = None
    moved_to: str | None = None
    contradicted_by: Contradiction | None = None
    balls: tuple[BallInterval, ...]
    held_seconds: Mapping[Holder, int]
    elapsed_seconds: int

    @property
    def awaits_answer(self) -> bool:
        """Whether the authority may still ask for more, or decide: it gave a number, and nothing is being lodged."""
        return self.receipt is not None and self.stage not in (*DECIDED, Stage.FILING)

    @property
    def may_be_decided_anew(self) -> bool:
        """Whether a result would come after one that is recorded, or after the road has ended."""
        return self.receipt is not None and self.stage in DECIDED


class RoundView(Word):
    """One hand-in: the first, or a correction."""

    round: int
    persons: tuple[str, ...]
    handed_in_at: datetime
    handed_in_by: Named | None
    capacity: str
    manifest_sha256: str


class CaseView(Word):
    """Everything about one case but the content itself. `has_started` is False until the road has begun.

    `task_days` tells how the day of a task came about, by task id; `said` is what people wrote beside their acts.
    """

    number: str
    organisation: Named
    procedure: str
    map_version: date
    pack_version: str | None
    has_started: bool
    stage: Stage
    holder: Holder
    round: int
    handed_in_at: datetime
    next_due_at: datetime | None
    hold: str | None
    closed_at: datetime | None
    persons: tuple[PersonView, ...]
    tasks: tuple[TaskRow, ...]
    findings: tuple[FindingView, ...]
    filings: tuple[FilingView, ...]
    deadlines: tuple[DeadlineView, ...]
    task_days: Mapping[str, Derivation]
    rounds: tuple[RoundView, ...]
    came_from: str | None = None
    said: tuple[Said, ...] = ()


class HandedInCase(NamedTuple):
    """The few facts every act on a case begins with."""

    number: str
    organisation_id: str
    procedure: str
    map_version: date
    pack_version: str | None


async def handed_in_case(connection: AsyncConnection, number: str) -> HandedInCase | None:
    """A case that was handed in; None for drafts and for numbers this hat can't see."""
    query = select(
        application.c.number,
        application.c.organisation_id,
        application.c.procedure,
        application.c.map_version,
        pack_in_force(),
    ).where(application.c.number == number, application.c.handed_in_at.is_not(None))
    row = (await connection.execute(query)).one_or_none()
    return HandedInCase(*row) if row else None


async def case_view(
    connection: AsyncConnection, number: str, *, packs: Packs, key: DataKey | None, now: datetime
) -> CaseView | None:
    """The whole case for the desk's own people; None when nothing was handed in under this number."""
    row = (await connection.execute(_case(number))).one_or_none()
    if row is None:
        return None
    case = HandedInCase(number, row.organisation_id, row.procedure, row.map_version, row.pack_in_force)
    texts = await texts_of(connection, case, packs, key)
    ready = await packs.of(case)
    tasks, filings = await tasks_of(connection, number, now), await filings_of(connection, number)
    stops = await stops_beside(connection, ready, {each.office for each in filings})
    return CaseView(
        number=number,
        organisation=Named(id=row.organisation_id, name=row.organisation_name),
        procedure=row.procedure,
        map_version=row.map_version,
        pack_version=row.pack_in_force,
        has_started=row.stage is not None,
        stage=row.stage or Stage.INTAKE,
        holder=row.holder or Holder.DESK,
        round=row.round or 1,
        handed_in_at=row.handed_in_at,
        next_due_at=row.next_due_at,
        hold=row.hold,
        closed_at=row.closed_at,
        persons=await persons_of(connection, number, now),
        tasks=tasks,
        findings=await findings_of(connection, number, texts),
        filings=filings,
        deadlines=beside(stops, await deadlines_of(connection, number, ready)),
        task_days=tasks_explained(tasks, ready),
        rounds=await rounds_of(connection, number),
        came_from=row.split_from,
        said=await said_beside_acts(connection, number, texts.remarks.values()),
    )


def _case(number: str) -> Any:
    return (
        select(
            application,
            pack_in_force(),
            organisation.c.name.label("organisation_name"),
            standing.c.stage,
            standing.c.holder,
            standing.c.round,
            standing.c.next_due_at,
            standing.c.hold,
            standing.c.closed_at,
        )
        .select_from(
            application.join(organisation, organisation.c.id == application.c.organisation_id).outerjoin(
                standing, standing.c.number == application.c.number
            )
        )
        .where(application.c.number == number, application.c.handed_in_at.is_not(None))
    )


async def texts_of(
    connection: AsyncConnection, case: HandedInCase, packs: Packs, key: DataKey | None
) -> Texts:
    """What the findings of a case are told with. Drafts of remarks are not among it. Staff only."""
    remarks = await remarks_of(connection, case.number, key)
    return texts_under(await packs.of(case), await kept_texts(connection, case.number, key), remarks)


async def persons_of(connection: AsyncConnection, number: str, now: datetime) -> tuple[PersonView, ...]:
    """Every person's line with the times of the ball, in the order of the application."""
    held: dict[str, list[BallInterval]] = {}
    for row in await connection.execute(
        select(ball).where(ball.c.number == number).order_by(ball.c.person_id, ball.c.from_seq)
    ):
        interval = BallInterval(holder=row.holder, from_at=row.from_at, to_at=row.to_at)
        held.setdefault(row.person_id, []).append(interval)
    contradictions = select(standing.c.folded["contradictions"]).where(standing.c.number == number)
    lines = select(
        person_standing, applicant.c.position, contradictions.scalar_subquery().label("contradictions")
    ).select_from(person_standing.outerjoin(applicant, applicant.c.person_id == person_standing.c.person_id))
    query = lines.where(person_standing.c.number == number)
    query = query.order_by(applicant.c.position, person_standing.c.person_id)
    rows = await connection.execute(query)
    return tuple(_person(row, tuple(held.get(row.person_id, ())), now) for row in rows)


def _person(row: Row[Any], balls: tuple[BallInterval, ...], now: datetime) -> PersonView:
    held = held_seconds(balls, now)
    return PersonView(
        person_id=row.person_id,
        position=row.position,
        stage=row.stage,
        holder=row.holder,
        held_since=row.held_since,
        filing_id=row.filing_id,
        receipt=row.receipt,
        result=row.result,
        decided_on=row.decided_on,
        waits_for=row.waits_for,
        link_outcome=row.link_outcome,
        moved_to=row.moved_to,
        contradicted_by=_contradiction(row),
        balls=balls,
        held_seconds=held,
        elapsed_seconds=sum(held.values()),
    )


def _contradiction(row: Row[Any]) -> Contradiction | None:
    pending = map(Contradiction.model_validate, row.contradictions or ())
    return next((each for each in pending if each.person_id == row.person_id), None)


def held_seconds(balls: Iterable[BallInterval], now: datetime) -> dict[Holder, int]:
    """How long each holder had the ball, up to `now`. A closed line is held by nobody: not counted."""
    sums: dict[Holder, int] = {}
    for each in balls:
        if each.holder is Holder.NOBODY:
            continue
        seconds = round(((each.to_at or now) - each.from_at).total_seconds())
        sums[each.holder] = sums.get(each.holder, 0) + seconds
    return sums


async def rounds_of(connection: AsyncConnection, number: str) -> tuple[RoundView, ...]:
    """Every hand-in of an application, in order."""
    query = select(hand_in).where(hand_in.c.number == number).order_by(hand_in.c.round)
    rows = (await connection.execute(query)).all()
    names = await names_of(connection, (row.handed_in_by for row in rows))
    return tuple(
        RoundView(
            round=row.round,
            persons=tuple(row.persons),
            handed_in_at=row.handed_in_at,
            handed_in_by=named(names, row.handed_in_by),
            capacity=row.capacity,
            manifest_sha256=row.manifest_sha256,
        )
        for row in rows
    )
