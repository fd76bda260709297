"""What must hold of every application at every moment. Each check names what it protects."""

from collections import Counter
from datetime import datetime, timedelta

from activities.ledger.rows import Row, changed_rows, steps_of
from schemas.balls import holder_of
from schemas.events import LodgingIntended, TaskDone
from schemas.filing import LIVE, UNDER_WAY, Receipt
from schemas.folding import fold_all
from schemas.lodging_ends import LodgingConfirmed
from schemas.receipt_correction import CorrectionReported, ReceiptsCorrected
from schemas.receipt_numbers import bare_number
from schemas.standing import DECIDED, PersonLine, Stage, Standing
from schemas.tasks import Task, TaskKind
from tests.builders import PaperRoad
from workflows.advance_review import rounds_left

WAITS_FOR_TASK: dict[Stage, frozenset[TaskKind]] = {
    Stage.REVIEW: frozenset({TaskKind.REVIEW}),
    Stage.SECOND_REVIEW: frozenset({TaskKind.SECOND_REVIEW}),
    Stage.READY: frozenset({TaskKind.LODGE}),
    Stage.FILING: frozenset({TaskKind.LODGE, TaskKind.FIND_OUT, TaskKind.CONFIRM_ABSENT}),
    Stage.DECIDED: frozenset({TaskKind.HAND_OVER}),
}
WAITS_WITH_DEADLINE: dict[Stage, frozenset[TaskKind]] = {
    Stage.CORRECTION: frozenset({TaskKind.OVERDUE_CORRECTION, TaskKind.TOO_MANY_ROUNDS}),
    Stage.MORE_REQUESTED: frozenset({TaskKind.OVERDUE_CORRECTION, TaskKind.TOO_MANY_ROUNDS}),
    Stage.LODGED: frozenset({TaskKind.CHASE_RESULT}),
}
ON_ONE_DESK = frozenset().union(*WAITS_FOR_TASK.values())


def insist_on_order(road: PaperRoad) -> None:
    """Check everything; an AssertionError tells what is broken."""
    standing = road.standing
    for line in standing.persons:
        assert line.holder is holder_of(standing, line), f"{line.person_id}: the ball is elsewhere"
        _nobody_is_forgotten(standing, line)
        _nobody_is_in_two_places(standing, line)
    _who_is_asked_can_answer(road)
    _filings_are_lodged_once(road)
    _receipts_are_unique(standing)
    _who_was_sent_away_goes_on_elsewhere(standing)
    _four_eyes(road)
    _two_confirm(road)
    _two_correct(road)
    _ids_are_unique(standing)
    _what_differs_is_somebodys(standing)
    _closed_is_closed(standing)


def insist_on_one_history(road: PaperRoad) -> None:
    """The history tells the same at once as step by step, and the balls leave no gap in it."""
    assert fold_all(road.events) == road.standing, "folding in steps and at once differ"
    insist_on_whole_balls(road)


def _kinds(standing: Standing, person_id: str) -> list[TaskKind]:
    return [task.kind for task in standing.open_tasks() if person_id in task.persons]


def _nobody_is_forgotten(standing: Standing, line: PersonLine) -> None:
    held = _kinds(standing, line.person_id)
    if line.stage in WAITS_FOR_TASK:
        held_up = standing.hold is not None or line.waits_for is not None
        on_hold = line.stage is Stage.READY and held_up
        assert on_hold or WAITS_FOR_TASK[line.stage] & set(held), f"{line.person_id}: nobody works on it"
    if line.stage in WAITS_WITH_DEADLINE:
        running = any(line.person_id in each.persons for each in standing.running_deadlines())
        decided_about = WAITS_WITH_DEADLINE[line.stage] & set(held)
        assert running or decided_about, f"{line.person_id}: nobody waits for an end"


def _who_is_asked_can_answer(road: PaperRoad) -> None:
    standing = road.standing
    asked = set(standing.at_stage(Stage.CORRECTION, Stage.MORE_REQUESTED))
    decided_about = {p for task in standing.open_tasks(TaskKind.TOO_MANY_ROUNDS) for p in task.persons}
    assert rounds_left(road.situation) > 0 or asked <= decided_about, (
        "asked for a round that nobody may hand in"
    )
    pointless = [p for p in standing.at_stage(Stage.CORRECTION) if not standing.asks_client(p)]
    assert not pointless, f"{pointless}: asked for nothing"


def _nobody_is_in_two_places(standing: Standing, line: PersonLine) -> None:
    live = [
        filing.id
        for filing in standing.filings
        if filing.state in LIVE and line.person_id in filing.persons and line.stage is not Stage.CLOSED
    ]
    decided_meanwhile = line.stage is Stage.DECIDED
    assert len(live) <= 1, f"{line.person_id}: in two live filings"
    on_desks = [kind for kind in _kinds(standing, line.person_id) if kind in ON_ONE_DESK]
    assert decided_meanwhile or len(on_desks) <= 1, f"{line.person_id}: on two desks: {on_desks}"
    if live and not decided_meanwhile:
        assert line.stage in (Stage.READY, Stage.FILING), f"{line.person_id}: filed and elsewhere"


def _filings_are_lodged_once(road: PaperRoad) -> None:
    bodies = [event.body for event in road.events]
    confirmed = Counter(body.filing_id for body in bodies if isinstance(body, LodgingConfirmed))
    intended = Counter(body.filing_id for body in bodies if isinstance(body, LodgingIntended))
    assert set(confirmed.values()) <= {1}, "a filing was confirmed twice"
    assert set(intended.values()) <= {1}, "a filing was begun twice"
    assert set(confirmed) <= set(intended), "a filing was confirmed that was never begun"
    tended = {task.filing_id for task in road.standing.open_tasks()}
    for filing in road.standing.filings:
        assert filing.state not in UNDER_WAY or filing.id in tended, f"{filing.id}: nobody says how it ended"


def _receipts_are_unique(standing: Standing) -> None:
    receipts = [bare_number(line.receipt) for line in standing.persons if line.receipt]
    assert len(receipts) == len(set(receipts)), "a number was given twice"


def _who_was_sent_away_goes_on_elsewhere(standing: Standing) -> None:
    for filing in standing.filings:
        away = {each.person_id for each in filing.not_taken}
        assert not away & set(filing.persons), f"{filing.id}: taken and not taken"
        left = [line for line in standing.persons if line.person_id in away and line.filing_id == filing.id]
        assert all(line.stage in DECIDED for line in left), f"{filing.id}: keeps whom the authority sent away"


def _four_eyes(road: PaperRoad) -> None:
    firsts: dict[str, set[str]] = {}
    tasks = {task.id: task for task in road.standing.tasks}
    for event in road.events:
        if isinstance(event.body, TaskDone):
            _one_verdict(tasks[event.body.task_id], firsts)


def _one_verdict(task: Task, firsts: dict[str, set[str]]) -> None:
    for person in task.persons:
        if task.kind is TaskKind.REVIEW:
            firsts.setdefault(person, set()).add(task.assignee or "")
        if task.kind is TaskKind.SECOND_REVIEW:
            assert task.assignee not in firsts.get(person, set()), f"{person}: the same two eyes"


def _two_confirm(road: PaperRoad) -> None:
    """By hand and where two have to: who began a filing is never the one whose word makes it confirmed."""
    filings = {filing.id: filing for filing in road.standing.filings}
    for event in road.events if road.handed_in.plan.confirmed_by_second else ():
        if isinstance(event.body, LodgingConfirmed) and event.actor.is_human:
            filing = filings[event.body.filing_id]
            told = filing.reported.by if filing.reported else None
            assert event.actor.id not in (filing.handler, told), f"{filing.id}: the same two eyes"


def _two_correct(road: PaperRoad) -> None:
    """Where two have to confirm, what one says of the numbers counts when another has said the very same."""
    said: dict[tuple[Receipt, ...], set[str]] = {}
    for event in road.events if road.handed_in.plan.confirmed_by_second else ():
        if isinstance(event.body, CorrectionReported):
            said.setdefault(event.body.receipts, set()).add(event.actor.id)
        if isinstance(event.body, ReceiptsCorrected):
            assert said.get(event.body.receipts, set()) - {event.actor.id}, "corrected by the same two eyes"


def _ids_are_unique(standing: Standing) -> None:
    for part in (standing.tasks, standing.findings, standing.filings, standing.deadlines):
        ids = [each.id for each in part]
        assert len(ids) == len(set(ids)), "an id was given twice"


def _what_differs_is_somebodys(standing: Standing) -> None:
    asked = [p for task in standing.open_tasks(TaskKind.CONTRADICTION) for p in task.persons]
    assert sorted(asked) == sorted(each.person_id for each in standing.contradictions), (
        "two results differ and nobody decides, or somebody decides about nothing"
    )


def _closed_is_closed(standing: Standing) -> None:
    if standing.closed_at is None:
        return
    assert standing.is_finished, "closed with persons under way"
    assert not standing.contradictions, "closed while two results differ"
    assert not standing.open_tasks(), "closed with open tasks"
    assert not standing.running_deadlines(), "closed with running deadlines"
    assert not any(filing.state in LIVE for filing in standing.filings), "closed with a live filing"


def ball_rows(road: PaperRoad) -> dict[tuple[str, int], Row]:
    """The rows of table `ball` as the ledger would have written them, event by event."""
    rows: dict[tuple[str, int], Row] = {}
    standing: Standing | None = None
    for step in steps_of(None, road.events):
        for row in changed_rows(standing, [step])["ball"]:
            rows[(row["person_id"], row["from_seq"])] = row
        standing = step[1]
    return rows


def insist_on_whole_balls(road: PaperRoad) -> None:
    """Each person's balls follow each other without gap from the beginning until now: their sum is the elapsed time."""
    rows = ball_rows(road)
    for line in road.standing.persons:
        own = [rows[key] for key in sorted(rows, key=lambda key: key[1]) if key[0] == line.person_id]
        ends = [datetime.fromisoformat(row["to_at"]) for row in own[:-1]] + [road.now]
        held = [end - datetime.fromisoformat(row["from_at"]) for row, end in zip(own, ends, strict=True)]
        assert all(span >= timedelta(0) for span in held), "a ball was held backwards"
        assert sum(held, timedelta(0)) == road.now - road.standing.opened_at, (
            "time is missing or counted twice"
        )
        assert own[-1]["to_at"] is None and own[-1]["holder"] == line.holder, (
            "the last ball is not the present one"
        )
