"""A task on one page: the document beside the data, findings with their reasons, and the verdict."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import cases, checklists, remarks, tasks, verdicts
from api.access import Principal, scope
from api.act_paths import RemarkInPath, TaskInPath
from api.acts import case_at
from api.desk import AtDesk
from api.pages.checklist_rows import OPENING, begins, marked_rows
from api.pages.doors import PageRoute
from api.pages.forms import Filled, FilledIn
from api.pages.terms import Terms
from api.pages.trouble import Trouble, attempted, made
from api.pages.verdict_forms import verdict_in
from api.pages.visit import NOT_FILLED, Visit, gone_to
from api.queries_checklist import ItemView
from api.queries_content import DocumentView, HandedInContent
from api.queries_findings import FindingView
from api.queries_links import rests_on
from api.queries_tasks import TaskRow
from api.remarks import Reviewing
from api.tasks import Looking, Working
from schemas.catalogue import Value
from schemas.examination import JPEG, PDF, PNG
from schemas.findings import ASKS_CLIENT, UNSETTLED
from schemas.identifiers import number_of
from schemas.parties import Right
from schemas.tasks import TaskKind, TaskState

WITH_PAGES = frozenset({PDF, JPEG, PNG})
WITH_CHECKLIST = frozenset({TaskKind.REVIEW, TaskKind.SECOND_REVIEW})

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Looked:
    """Which document and page lie open beside the data, and where a finding is about to be written, by which item."""

    document: str | None = None
    page: int = 1
    place: str | None = None
    person: str | None = None
    item: str | None = None


def looked_at(
    document: Annotated[str | None, Query(max_length=120)] = None,
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
    place: Annotated[str | None, Query(max_length=120)] = None,
    person: Annotated[str | None, Query(max_length=120)] = None,
    item: Annotated[str | None, Query(max_length=120)] = None,
) -> Looked:
    """What the address says lies open."""
    return Looked(document, page, place, person, item)


@router.get("/tasks/{task_id}")
async def show_task(
    request: Request,
    at: AtDesk,
    principal: Looking,
    task_id: TaskInPath,
    looked: Annotated[Looked, Depends(looked_at)],
) -> Response:
    """One task with everything needed to decide it."""
    return await task_page(Visit(request, at, principal), task_id, looked=looked)


async def task_page(
    visit: Visit,
    task_id: str,
    *,
    looked: Looked = Looked(),
    trouble: Trouble | None = None,
    form: Filled = NOT_FILLED,
) -> Response:
    """The page of a task, for its kind; whoever has not taken it may look but not decide."""
    at, principal = visit.at, visit.principal
    on_desk = await tasks.show_task(principal, at, task_id)
    task = on_desk.task
    terms = await visit.terms(await case_at(at, task.number))
    content = await cases.show_content(principal, at, task.number, None)
    is_mine = task.assignee is not None and task.assignee.id == principal.id
    is_open = task.state in (TaskState.OPEN, TaskState.CLAIMED)
    checklist = await _checklist(visit, task)
    may_pass_on = is_open and (is_mine or Right.PASS_ON in principal.rights)
    return visit.show(
        "task.html",
        trouble=trouble,
        filled=form,
        on_desk=on_desk,
        task=task,
        terms=terms,
        content=content,
        people=people_in(terms, content),
        scopes=_concerned(content, task.persons),
        papers=_papers(terms, content, task.persons),
        lying=_lying(content, looked),
        looked=looked,
        with_pages=WITH_PAGES,
        is_mine=is_mine,
        is_open=is_open,
        may_take=_may_take(principal, task),
        may_decide=is_mine and is_open and task.right in principal.rights,
        may_pass_on=may_pass_on,
        colleagues=await tasks.colleagues(principal, at, task_id) if may_pass_on else (),
        **_findings(on_desk),
        **_items(checklist, on_desk, looked, form),
        asks_client=ASKS_CLIENT,
        verdict_form=VERDICTS[task.kind],
        rests_on=await _rests_on(visit, task),
        may_waive=Right.WAIVE in principal.rights,
    )


def _may_take(principal: Principal, task: TaskRow) -> bool:
    is_entitled = task.right in principal.rights and principal.id not in task.excluded
    return task.state is TaskState.OPEN and is_entitled


async def _rests_on(visit: Visit, task: TaskRow) -> tuple[tuple[str, str], ...]:
    """The application whose result has changed, by person; for tasks about anything else none."""
    if task.kind != TaskKind.LINK_TURNED:
        return ()
    async with scope(visit.at, visit.principal) as connection:
        return await rests_on(connection, task.number, task.persons)


def _findings(on_desk: tasks.TaskOnTheDesk) -> dict[str, list[FindingView]]:
    """What was found: not settled, settled, and (where there is a checklist) what rules could not decide."""
    open_ones = [each for each in on_desk.findings if each.state in UNSETTLED]
    has_checklist = on_desk.task.kind in WITH_CHECKLIST
    return {
        "unsettled": [each for each in open_ones if not (has_checklist and each.cannot_decide)],
        "undecided": [each for each in open_ones if has_checklist and each.cannot_decide],
        "settled": [each for each in on_desk.findings if each.state not in UNSETTLED],
    }


def _items(
    checklist: list[ItemView], on_desk: tasks.TaskOnTheDesk, looked: Looked, form: Filled
) -> dict[str, Any]:
    """The checklist as it is shown and marked, and the item about to be objected to."""
    objecting = next((each for each in checklist if each.key == looked.item), None)
    return {
        "checklist": checklist,
        "to_mark": marked_rows(checklist, on_desk.drafts, form),
        "objecting": objecting,
        "begun_with": begins(objecting) if objecting else None,
    }


async def _checklist(visit: Visit, task: TaskRow) -> list[ItemView]:
    """The items of a review that concern the task's persons; other tasks have none."""
    if task.kind not in WITH_CHECKLIST:
        return []
    items = await checklists.show_checklist(visit.principal, visit.at, task.number)
    concerned = {None, *task.persons}
    there = [
        item.model_copy(update={"spots": tuple(spot for spot in item.spots if spot.person_id in concerned)})
        for item in items
    ]
    return [item for item in there if item.spots]


VERDICTS: dict[TaskKind, str] = {
    TaskKind.REVIEW: "verdicts/review.html",
    TaskKind.SECOND_REVIEW: "verdicts/second_review.html",
    TaskKind.LODGE: "verdicts/lodge.html",
    TaskKind.FIND_OUT: "verdicts/find_out.html",
    TaskKind.CONFIRM_ABSENT: "verdicts/confirm_absent.html",
    TaskKind.HAND_OVER: "verdicts/hand_over.html",
    TaskKind.CHASE_RESULT: "verdicts/chase_result.html",
    TaskKind.OVERDUE_CORRECTION: "verdicts/overdue.html",
    TaskKind.TOO_MANY_ROUNDS: "verdicts/overdue.html",
    TaskKind.LATE_CORRECTION: "verdicts/late_correction.html",
    TaskKind.LINK_TURNED: "verdicts/late_correction.html",
    TaskKind.CONTRADICTION: "verdicts/contradiction.html",
    TaskKind.CHECK_HOLD: "verdicts/check_hold.html",
}


def people_in(terms: Terms, content: HandedInContent) -> dict[str, str]:
    """Every person's line with the name, from what was handed in."""
    labels: dict[str, str] = {}
    persons = [each for each in content.scopes if each.person_id is not None]
    for position, line in enumerate(persons, start=1):
        values: dict[str, Value] = {field: view.value for field, view in line.values.items()}
        labels[str(line.person_id)] = terms.person(position, values)
    return labels


def _concerned(content: HandedInContent, persons: tuple[str, ...]) -> list[Any]:
    return [scope for scope in content.scopes if scope.person_id is None or scope.person_id in persons]


def _papers(terms: Terms, content: HandedInContent, persons: tuple[str, ...]) -> list[DocumentView]:
    """The documents of these persons and of the application, in the authority's order."""
    order = {row.id: row.order for row in terms.procedure.documents}
    concerned = [each for each in content.documents if each.person_id is None or each.person_id in persons]
    return sorted(concerned, key=lambda each: (order.get(each.kind, len(order)), each.person_id or ""))


def _lying(content: HandedInContent, looked: Looked) -> DocumentView | None:
    return next((each for each in content.documents if each.id == looked.document), None)


@router.post("/tasks/{task_id}/drafts")
async def write_draft(
    request: Request, at: AtDesk, principal: Reviewing, task_id: TaskInPath, form: FilledIn
) -> Response:
    """Write down a finding at a field, a document, a person or the whole application."""
    place_kind, _, place = (form.text("place") or "application").partition(":")

    async def act() -> None:
        draft = made(
            remarks.DraftAsked,
            task_id=task_id,
            severity=form.text("severity") or "",
            place_kind=place_kind,
            place=place or remarks.WHOLE,
            person_id=form.text("person_id"),
            words=form.text("words") or "",
        )
        await remarks.write_draft(principal, at, number_of(task_id), draft, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await task_page(Visit(request, at, principal), task_id, trouble=trouble, form=form)
    return gone_to(_same_view(task_id, form), "draft_kept", "#findings")


@router.post("/tasks/{task_id}/drafts/{remark_id}/remove")
async def remove_draft(
    request: Request,
    at: AtDesk,
    principal: Reviewing,
    task_id: TaskInPath,
    *,
    remark_id: RemarkInPath,
    form: FilledIn,
) -> Response:
    """Take one's own draft away."""
    trouble = await attempted(remarks.remove_draft(principal, at, remark_id))
    if trouble:
        return await task_page(Visit(request, at, principal), task_id, trouble=trouble, form=form)
    return gone_to(_same_view(task_id, form), "draft_removed", "#findings")


def _same_view(task_id: str, form: Filled) -> str:
    document, page = form.text("document"), form.number("page", otherwise=1)
    return f"/tasks/{task_id}" + (
        f"?document={document}&page={page}" if document and document.isascii() else ""
    )


@router.post("/tasks/{task_id}/complete")
async def complete(
    request: Request, at: AtDesk, principal: Working, task_id: TaskInPath, form: FilledIn
) -> Response:
    """Decide a task; or open an item of the checklist to mark persons one by one, which decides nothing yet."""
    if form.text(OPENING):
        return await task_page(Visit(request, at, principal), task_id, form=form)

    async def act() -> None:
        body = verdicts.Completed(verdict=verdict_in(form))
        await verdicts.complete(principal, at, task_id, body, form.act(principal))

    trouble = await attempted(act())
    if trouble:
        return await task_page(Visit(request, at, principal), task_id, trouble=trouble, form=form)
    return gone_to("/tasks", "decided")
