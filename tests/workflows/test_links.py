"""Who waits for another application is not lodged; granted he goes on by himself, otherwise he is reviewed again."""

import pytest

from activities.ledger.announcing import tellings
from schemas.commands import LateCorrectionSeen, TellLink, Withdraw
from schemas.links import LinkNoted, LinkOutcome, Waiting, outcome_of
from schemas.parties import ROAD
from schemas.refusals import Refused
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind
from tests.builders import CLIENT, REVIEWER, PaperRoad, at_review, handed_in
from workflows import links, withdrawal

OTHER = "T26-4KX7M2QP"


def waiting(*persons: str, among: tuple[str, ...] = ("p1",)) -> PaperRoad:
    road = at_review(*among)
    road.note([LinkNoted(person_id=each, other_number=OTHER, outcome="waits") for each in persons])
    return road


def tell(road: PaperRoad, outcome: LinkOutcome, person: str = "p1", other: str = OTHER) -> list[object]:
    command = road.ask(TellLink, ROAD, person_id=person, other_number=other, outcome=outcome)
    return list(road.act(links.tell, command))


def test_the_road_begins_with_whom_it_waits_for() -> None:
    begun = handed_in("p1", "p2").model_copy(update={"waits": (Waiting(person_id="p2", other_number=OTHER),)})

    assert links.noted(begun) == [LinkNoted(person_id="p2", other_number=OTHER, outcome="waits")]
    assert links.noted(handed_in("p1")) == []


def test_who_waits_is_ready_and_no_lodging_is_prepared_for_him() -> None:
    road = waiting("p1", among=("p1", "p2"))

    road.pass_all()

    assert road.filing().persons == ("p2",)
    assert (road.person("p1").stage, road.person("p1").waits_for) == (Stage.READY, OTHER)
    assert road.person("p1").holder is Holder.DESK


def test_who_waited_goes_on_by_himself_when_the_other_is_granted() -> None:
    road = waiting("p1")
    road.pass_all()

    tell(road, "granted")

    assert road.filing().persons == ("p1",)
    assert (road.person().waits_for, road.person().link_outcome) == (None, "granted")


def test_an_other_that_was_decided_before_the_review_ends_does_not_hold_anybody_up() -> None:
    road = waiting("p1")

    tell(road, "granted")
    road.pass_all()

    assert road.filing().persons == ("p1",)


@pytest.mark.parametrize("outcome", ["refused", "withdrawn"])
def test_a_reviewer_looks_again_when_the_other_was_not_granted(outcome: LinkOutcome) -> None:
    road = waiting("p1")
    road.pass_all()

    tell(road, outcome)

    assert (road.person().stage, road.person().link_outcome) == (Stage.REVIEW, outcome)
    assert road.task(TaskKind.REVIEW).persons == ("p1",)
    assert not road.standing.open_tasks(TaskKind.LODGE)


def test_a_reviewer_who_has_the_person_already_keeps_the_task() -> None:
    road = waiting("p1")
    task = road.task(TaskKind.REVIEW)

    tell(road, "refused")

    assert road.task(TaskKind.REVIEW).id == task.id


def test_the_same_told_again_and_what_nobody_waits_for_change_nothing() -> None:
    road = waiting("p1")
    road.pass_all()
    tell(road, "refused")

    assert tell(road, "refused") == []
    assert tell(road, "granted", other="T26-00000000") == []


def turned(road: PaperRoad, outcome: LinkOutcome, was: LinkOutcome = "granted") -> list[object]:
    command = road.ask(TellLink, ROAD, person_id="p1", other_number=OTHER, outcome=outcome, instead_of=was)
    return list(road.act(links.tell, command))


def gone_on() -> PaperRoad:
    road = waiting("p1")
    tell(road, "granted")
    road.pass_all()
    return road


def test_who_is_not_lodged_yet_is_reviewed_again_when_another_result_comes_to_hold() -> None:
    road = gone_on()

    turned(road, "refused")

    assert (road.person().stage, road.person().link_outcome) == (Stage.REVIEW, "refused")
    assert road.task(TaskKind.REVIEW).persons == ("p1",)
    assert not road.standing.open_tasks(TaskKind.LINK_TURNED)


def test_who_is_lodged_is_somebodys_to_look_at_once_and_the_client_is_written_to() -> None:
    road = gone_on()
    road.lodge()

    happenings = turned(road, "refused")
    again = turned(road, "refused")

    assert [kind for kind, audience, _ in told_by(road, happenings)] == ["link_turned", "task_waiting"]
    assert (road.task(TaskKind.LINK_TURNED).persons, again) == (("p1",), [])
    assert road.person().stage is Stage.LODGED


def told_by(road: PaperRoad, happenings: list[object]) -> list[tuple[str, str, object]]:
    """The mails of what has just happened."""
    return [
        each for event in road.events if event.body in happenings for each in tellings(road.standing, event)
    ]


def test_the_road_ends_only_after_somebody_looked_and_wrote_down_what_becomes_of_it() -> None:
    road = gone_on()
    road.lodge()
    turned(road, "refused")
    road.result()
    still_open = road.standing.closed_at is None
    with pytest.raises(Refused, match="reason_missing"):
        road.decide(TaskKind.LINK_TURNED, LateCorrectionSeen(), REVIEWER)

    road.decide(TaskKind.LINK_TURNED, LateCorrectionSeen(remark_id="why"), REVIEWER)

    assert still_open
    assert road.standing.closed_at is not None


def test_what_is_granted_after_all_asks_nobody_and_what_was_never_told_is_not_turned() -> None:
    road = gone_on()
    road.lodge()

    assert turned(road, "granted", was="refused") == []
    turned(road, "refused")
    turned(road, "granted", was="refused")
    assert road.person().link_outcome == "granted"
    assert len(road.standing.open_tasks(TaskKind.LINK_TURNED)) == 1
    assert turned(waiting("p1"), "refused") == []


def test_a_result_that_turns_back_and_forth_asks_once_while_nobody_has_looked() -> None:
    road = gone_on()
    road.lodge()
    turned(road, "refused")
    turned(road, "granted", was="refused")

    again = turned(road, "refused")
    road.decide(TaskKind.LINK_TURNED, LateCorrectionSeen(remark_id="why"), REVIEWER)
    turned(road, "withdrawn", was="refused")

    assert again == [
        LinkNoted(person_id="p1", other_number=OTHER, outcome="refused", instead_of="granted"),
    ]
    assert road.kinds.count("link_noted") == 6
    assert len(road.standing.open_tasks(TaskKind.LINK_TURNED)) == 1


def test_a_person_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="unknown_person"):
        tell(waiting("p1"), "granted", person="p9")


def test_who_waits_can_be_withdrawn() -> None:
    road = waiting("p1")
    road.pass_all()

    road.act(withdrawal.withdraw, road.ask(Withdraw, CLIENT))

    assert road.standing.closed_at is not None


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("accredited", "granted"),
        ("issued", "granted"),
        ("permitted", "granted"),
        ("accepted", "granted"),
        ("refused", "refused"),
        ("returned", "refused"),
        ("withdrawn", "withdrawn"),
        (None, "withdrawn"),
    ],
)
def test_a_result_says_how_a_link_has_ended(result: str | None, outcome: str) -> None:
    assert outcome_of(result) == outcome
