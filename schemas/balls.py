"""Balls: who has each person of an application, and since which event. Worked out anew after every event. Pure."""

from schemas.events import Event
from schemas.standing import Holder, PersonLine, Stage, Standing
from schemas.tasks import TaskKind, TaskState

RESTING: dict[Stage, Holder] = {
    Stage.INTAKE: Holder.DESK,
    Stage.CORRECTION: Holder.CLIENT,
    Stage.MORE_REQUESTED: Holder.CLIENT,
    Stage.FILING: Holder.HANDLER,
    Stage.LODGED: Holder.AUTHORITY,
    Stage.DECIDED: Holder.DELIVERY,
    Stage.CLOSED: Holder.NOBODY,
}
WORKING: dict[Stage, tuple[TaskKind, Holder]] = {
    Stage.REVIEW: (TaskKind.REVIEW, Holder.REVIEWER),
    Stage.SECOND_REVIEW: (TaskKind.SECOND_REVIEW, Holder.SECOND_REVIEWER),
    Stage.READY: (TaskKind.LODGE, Holder.HANDLER),
}


def pass_balls(standing: Standing, event: Event) -> Standing:
    """The standing with every ball where it belongs after this event."""
    lines = tuple(_pass_ball(standing, line, event) for line in standing.persons)
    return standing.model_copy(update={"persons": lines})


def _pass_ball(standing: Standing, line: PersonLine, event: Event) -> PersonLine:
    holder = holder_of(standing, line)
    if holder is line.holder:
        return line
    return line.model_copy(update={"holder": holder, "held_since": event.at, "held_from_seq": event.seq})


def holder_of(standing: Standing, line: PersonLine) -> Holder:
    """Who has the ball for one person: by stage, and by whether somebody took the task that stage waits for."""
    if line.stage is Stage.CLOSED and standing.contradiction(line.person_id) is not None:
        return Holder.DESK
    if line.stage in RESTING:
        return RESTING[line.stage]
    kind, holder = WORKING[line.stage]
    taken = any(
        task.state is TaskState.CLAIMED and line.person_id in task.persons
        for task in standing.open_tasks(kind)
    )
    return holder if taken else Holder.DESK
