"""As many persons as a map allows, with more findings than anybody has: what the engine carries stays below its limits."""

from uuid import uuid4

import pytest

from schemas.application import Journey
from schemas.commands import CompleteTask, HandedOver, ReviewVerdict
from schemas.findings import FindingState
from schemas.tasks import TaskKind
from tests.builders import HANDLER, NUMBER, OTHER_REVIEWER, REVIEWER, PaperRoad, a_plan, found, settled

PERSONS = tuple(f"{NUMBER}.{place:03d}" for place in range(1, 101))
FINDINGS_EACH = 20
ASKED_FOR_MORE = PERSONS[:30]
EVENTS = 357
HALF_A_PAYLOAD_BYTES = 1_048_576
"""The engine refuses a payload of 2 MB."""
WARNED_OF_BYTES = 262_144


@pytest.fixture(scope="module")
def road() -> PaperRoad:
    """Twenty findings each, thirty asked for more, every result by itself, originals handed over."""
    walked = PaperRoad(*PERSONS, plan=a_plan(review_levels=2, delivery="hand_over"))
    walked.check(*(found(f"field_number_{place}", one) for one in PERSONS for place in range(FINDINGS_EACH)))
    walked.pass_all()
    walked.second_review()
    walked.lodge()
    for one in ASKED_FOR_MORE:
        walked.ask_for_more(one)
    walked.correct(*ASKED_FOR_MORE)
    walked.check()
    walked.pass_all(OTHER_REVIEWER)
    walked.second_review()
    walked.lodge()
    for one in PERSONS:
        walked.result(one)
    walked.decide(TaskKind.HAND_OVER, HandedOver(), HANDLER)
    return walked


def test_the_history_grows_by_few_events_per_person(road: PaperRoad) -> None:
    assert road.standing.closed_at is not None
    assert len(road.events) == EVENTS


def test_what_a_new_run_is_told_is_less_than_half_of_what_the_engine_takes(road: PaperRoad) -> None:
    told = Journey(handed_in=road.handed_in, standing=road.standing)

    assert len(told.model_dump_json().encode()) < HALF_A_PAYLOAD_BYTES


def test_a_verdict_with_a_reason_for_every_finding_is_less_than_what_the_engine_warns_of(
    road: PaperRoad,
) -> None:
    waived = (settled(each.id, FindingState.WAIVED, str(uuid4())) for each in road.standing.findings)
    verdict = ReviewVerdict(settled=tuple(waived))

    command = road.ask(CompleteTask, REVIEWER, task_id=f"{NUMBER}.task.1", verdict=verdict)

    assert len(verdict.settled) >= len(PERSONS) * FINDINGS_EACH
    assert len(command.model_dump_json().encode()) < WARNED_OF_BYTES


def test_no_act_is_more_than_half_of_what_the_engine_takes(road: PaperRoad) -> None:
    largest = max(len(event.model_dump_json().encode()) for event in road.events)

    assert largest < HALF_A_PAYLOAD_BYTES
