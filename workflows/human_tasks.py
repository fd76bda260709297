"""Opening a task, taking it, giving it back, passing it on. What a task decides is in the stage it belongs to."""

from schemas.commands import ClaimTask, PassOnTask, ReleaseTask
from schemas.events import TaskClaimed, TaskOpened, TaskReleased
from schemas.parties import Actor
from schemas.refusals import Refused
from schemas.tasks import Task, TaskKind, TaskState
from workflows.situation import Happenings, Situation


def opened(
    situation: Situation,
    kind: TaskKind,
    persons: tuple[str, ...],
    *,
    filing_id: str | None = None,
    excluded: tuple[str, ...] = (),
    round_: int | None = None,
    further: int = 0,
) -> TaskOpened:
    """A task about these persons, due by the desk's own policy; `further` counts those opened before it in one decision."""
    return TaskOpened(
        task_id=situation.task_id(further),
        task_kind=kind,
        persons=persons,
        filing_id=filing_id,
        round=situation.standing.round if round_ is None else round_,
        excluded=excluded,
        due_at=situation.review_due,
    )


def claim(situation: Situation, command: ClaimTask) -> Happenings:
    """Take an open task. Taking what one already has changes nothing."""
    task = situation.task(command.task_id)
    taken = taking(task, command.actor)
    return list(taken)


def taking(task: Task, actor: Actor) -> Happenings:
    """What happens when this actor takes the task; refuses when it is another's or four eyes forbid it."""
    if actor.id in task.excluded:
        raise Refused("same_person", "task_id")
    if task.state is TaskState.CLAIMED and task.assignee != actor.id:
        raise Refused("task_of_another", "task_id")
    return [] if task.state is TaskState.CLAIMED else [TaskClaimed(task_id=task.id, assignee=actor.id)]


def release(situation: Situation, command: ReleaseTask) -> Happenings:
    """Give a task back to the queue."""
    task = situation.task(command.task_id)
    if task.state is not TaskState.CLAIMED:
        raise Refused("task_not_claimed", "task_id")
    if task.assignee != command.actor.id and command.actor.capacity != "manager":
        raise Refused("task_of_another", "task_id")
    return [TaskReleased(task_id=task.id)]


def pass_on(situation: Situation, command: PassOnTask) -> Happenings:
    """Give a task to a colleague; four eyes hold through delegation too."""
    task = situation.task(command.task_id)
    if task.assignee not in (None, command.actor.id) and command.actor.capacity != "manager":
        raise Refused("task_of_another", "task_id")
    if command.to in task.excluded:
        raise Refused("same_person", "to")
    return [TaskClaimed(task_id=task.id, assignee=command.to)]
