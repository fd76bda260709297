"""Human tasks: the inbox with the reason of its order, taking, giving back, passing on. Deciding is in `verdicts`."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Principal, needs
from api.act_paths import TaskInPath
from api.acts import PlainId, ask_road
from api.bodies import Body, Shown
from api.desk import AtDesk, Desk
from api.idempotency import CurrentAct
from api.paging import Listed, Name, Paged, following, position
from api.queries import Key, Named, reading_key
from api.queries_case import PersonView, handed_in_case, persons_of, texts_of
from api.queries_colleagues import colleagues_with
from api.queries_filings import FilingView, one_filing
from api.queries_findings import FindingView, Words, drafts_of, findings_of
from api.queries_tasks import Box, TaskFilter, TaskRow, inbox, one_task
from api.queries_words import Said, said_beside_acts
from api.read_log import record_read
from schemas import messages
from schemas.commands import Answer, ClaimTask, PassOnTask, ReleaseTask
from schemas.identifiers import number_of
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.tasks import RIGHT_FOR, TaskKind

LIST = "tasks"
TASK_RIGHTS = tuple(dict.fromkeys(RIGHT_FOR.values()))

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

Working = Annotated[Principal, Depends(needs(*TASK_RIGHTS))]
Steering = Annotated[Principal, Depends(needs(Right.PASS_ON, *TASK_RIGHTS))]
Looking = Annotated[Principal, Depends(needs(Right.READ_CASES))]


class TaskQuery(Paged):
    """Which tasks: mine, open ones that I may take, or (managers) all that are not done.

    `search`: an application's number or the beginning of one.
    """

    box: Box = "open"
    kind: TaskKind | None = None
    procedure: Name = None
    organisation: Name = None
    assignee: Name = None
    search: Name = None


class TaskOnTheDesk(Shown):
    """A task with all its human needs: persons, findings with texts, own drafts, the filing, what was written before."""

    task: TaskRow
    persons: tuple[PersonView, ...]
    findings: tuple[FindingView, ...]
    drafts: tuple[Words, ...]
    filing: FilingView | None
    said: tuple[Said, ...] = ()


class PassedOn(Body):
    """To which colleague."""

    to: PlainId


@router.get("")
async def show_inbox(principal: Working, at: AtDesk, asked: Annotated[TaskQuery, Query()]) -> Listed[TaskRow]:
    """Tasks in the order they should be taken, each with the reason."""
    if asked.box == "all" and Right.INSPECT not in principal.rights:
        raise Refused("not_allowed", "box")
    wanted = TaskFilter(
        box=asked.box,
        reader_id=principal.id,
        rights=principal.rights,
        kind=asked.kind,
        procedure=asked.procedure,
        organisation_id=asked.organisation,
        assignee=asked.assignee,
        search=asked.search,
    )
    of = f"{LIST}.{asked.box}"
    now, after = _since(at, of, asked.cursor)
    async with at.database.as_desk() as connection:
        page = await inbox(connection, wanted, now=now, limit=asked.rows(at.settings), after=after)
    last = (now.isoformat(), *page.last) if page.last is not None else None
    return Listed(items=page.rows, next=following(at.settings, of, last))


def _since(at: Desk, of: str, cursor: str | None) -> tuple[datetime, Key | None]:
    """The instant of the first page (it decides what is overdue on all pages), and where this page begins."""
    opened = position(at.settings, of, cursor)
    return (at.now(), None) if opened is None else (datetime.fromisoformat(str(opened[0])), opened[1:])


@router.get("/{task_id}")
async def show_task(principal: Looking, at: AtDesk, task_id: TaskInPath) -> TaskOnTheDesk:
    """One task with what is needed to decide it; the read is recorded."""
    key = await reading_key(at.keys, number_of(task_id))
    async with at.database.as_desk() as connection:
        task = await one_task(connection, task_id, at.now())
        case = await handed_in_case(connection, task.number) if task else None
        if task is None or case is None:
            raise Refused("no_such_task")
        await record_read(connection, principal.id, task.number, "task", at.now())
        lines = await persons_of(connection, task.number, at.now())
        texts = await texts_of(connection, case, at.packs, key)
        return TaskOnTheDesk(
            task=task,
            persons=tuple(line for line in lines if line.person_id in task.persons),
            findings=await findings_of(connection, task.number, texts, persons=task.persons),
            drafts=await drafts_of(connection, task.number, key, task_id),
            filing=await one_filing(connection, task.filing_id) if task.filing_id else None,
            said=await said_beside_acts(connection, task.number, texts.remarks.values(), task.persons),
        )


@router.get("/{task_id}/colleagues")
async def colleagues(principal: Steering, at: AtDesk, task_id: TaskInPath) -> tuple[Named, ...]:
    """Who could be given this task: has the right, and four eyes allow it."""
    task = await task_at(at, task_id)
    async with at.database.as_desk() as connection:
        found = await colleagues_with(connection, task.right)
    return tuple(each for each in found if each.id not in task.excluded and each.id != principal.id)


@router.post("/{task_id}/claim")
async def claim(principal: Working, at: AtDesk, task_id: TaskInPath, act: CurrentAct) -> Answer:
    """Take a task. Refused: `task_of_another`, `same_person`, `task_closed`, `not_allowed`."""
    task = await task_at(at, task_id)
    command = ClaimTask(actor=entitled(principal, task).actor, act_id=act.id, task_id=task.id)
    return await ask_road(at, task.number, messages.CLAIM_TASK, command)


@router.post("/{task_id}/release")
async def release(principal: Steering, at: AtDesk, task_id: TaskInPath, act: CurrentAct) -> Answer:
    """Give a task back to the queue; a manager can do it for others. Refused: `task_of_another`."""
    task = await task_at(at, task_id)
    command = ReleaseTask(actor=principal.actor, act_id=act.id, task_id=task.id)
    return await ask_road(at, task.number, messages.RELEASE_TASK, command)


@router.post("/{task_id}/pass-on")
async def pass_on(
    principal: Steering, at: AtDesk, task_id: TaskInPath, body: PassedOn, act: CurrentAct
) -> Answer:
    """Give a task to a colleague who has the right for it. Refused: `no_such_colleague`, `same_person`."""
    task = await task_at(at, task_id)
    steering = Right.PASS_ON in principal.rights
    actor = (principal if steering else entitled(principal, task)).actor
    async with at.database.as_desk() as connection:
        found = await colleagues_with(connection, task.right)
    if body.to not in {each.id for each in found}:
        raise Refused("no_such_colleague", "to")
    command = PassOnTask(actor=actor, act_id=act.id, task_id=task.id, to=body.to)
    return await ask_road(at, task.number, messages.PASS_ON_TASK, command)


async def task_at(at: Desk, task_id: str) -> TaskRow:
    """One task. Raises Refused `no_such_task`."""
    async with at.database.as_desk() as connection:
        task = await one_task(connection, task_id, at.now())
    if task is None:
        raise Refused("no_such_task")
    return task


def entitled(principal: Principal, task: TaskRow) -> Principal:
    """The principal in the capacity this kind of task needs. Raises Refused `not_allowed`."""
    if task.right not in principal.rights:
        raise Refused("not_allowed")
    return principal.acting_by(task.right)
