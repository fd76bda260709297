"""The inbox: tasks in the order they should be taken, with the reason; taking, giving back, passing on."""

from fastapi import APIRouter, Request, Response

from api import arrivals, tasks
from api.act_paths import TaskInPath
from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.reviews import task_page
from api.pages.trouble import Trouble, attempted, made
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.queries_arrivals import ArrivalRow
from api.tasks import Steering, Working
from schemas.arrival_owners import LATE_AFTER
from schemas.arrivals import ArrivalState
from schemas.parties import Right
from schemas.tasks import TaskKind

LISTED = 50
FILTERS = ("kind", "procedure", "search")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/tasks")
async def show_inbox(request: Request, at: AtDesk, principal: Working) -> Response:
    """My tasks, and the ones I may take (or, for managers, all), as the filters in the address say."""
    return await inbox_page(Visit(request, at, principal))


async def inbox_page(visit: Visit, *, trouble: Trouble | None = None, form: Filled = NOT_FILLED) -> Response:
    """The inbox, with one's own tasks on top."""
    at, principal, given = visit.at, visit.principal, visit.request.query_params
    kept = {name: given[name].strip() for name in FILTERS if given.get(name, "").strip()}
    box = "all" if given.get("box") == "all" else "open"
    asked = made(tasks.TaskQuery, box=box, limit=LISTED, cursor=given.get("cursor") or None, **kept)
    mine = await tasks.show_inbox(principal, at, asked.model_copy(update={"box": "mine", "cursor": None}))
    others = await tasks.show_inbox(principal, at, asked)
    return visit.show(
        "inbox.html",
        trouble=trouble,
        filled=form,
        box=box,
        asked=asked,
        kept=kept,
        kinds=tuple(TaskKind),
        mine=mine,
        others=others,
        arrived=await _arrived(visit),
        now=at.now(),
        late_after=LATE_AFTER,
        names={row.id: row.name for row in at.catalogue.procedures()},
        may_see_all=Right.INSPECT in principal.rights,
    )


async def _arrived(visit: Visit) -> tuple[ArrivalRow, ...]:
    """What authorities sent that is the reader's to settle, what waits longest first."""
    if Right.RECORD_RESULT not in visit.principal.rights:
        return ()
    asked = arrivals.ArrivalQuery(state=ArrivalState.OPEN, owner="mine", limit=LISTED)
    return tuple((await arrivals.show_arrivals(visit.principal, visit.at, asked)).items)


@router.post("/tasks/{task_id}/claim")
async def claim(
    request: Request, at: AtDesk, principal: Working, task_id: TaskInPath, form: FilledIn
) -> Response:
    """Take a task, and go to work on it."""
    visit = Visit(request, at, principal)

    async def act() -> None:
        await tasks.claim(principal, at, task_id, form.act(principal))

    trouble = await attempted(act())
    if trouble and form.text("from") == "inbox":
        return await inbox_page(visit, trouble=trouble, form=form)
    if trouble:
        return await task_page(visit, task_id, trouble=trouble, form=form)
    return gone_to(f"/tasks/{task_id}", "claimed")


@router.post("/tasks/{task_id}/release")
async def release(
    request: Request, at: AtDesk, principal: Steering, task_id: TaskInPath, form: FilledIn
) -> Response:
    """Give a task back to the queue."""

    async def act() -> None:
        await tasks.release(principal, at, task_id, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await task_page(Visit(request, at, principal), task_id, trouble=trouble, form=form)
    return gone_to("/tasks", "given_back")


@router.post("/tasks/{task_id}/pass-on")
async def pass_on(
    request: Request, at: AtDesk, principal: Steering, task_id: TaskInPath, form: FilledIn
) -> Response:
    """Give a task to a colleague."""

    async def act() -> None:
        to = made(tasks.PassedOn, to=form.text("to") or "")
        await tasks.pass_on(principal, at, task_id, to, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await task_page(Visit(request, at, principal), task_id, trouble=trouble, form=form)
    return gone_to("/tasks", "passed_on")
