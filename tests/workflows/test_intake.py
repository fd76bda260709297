"""Intake: what rules newly find, what no longer holds, and what a human settled stays settled."""

from typing import Any

import pytest

from schemas.checked import Checked, FoundByRule
from schemas.commands import AdoptPack
from schemas.events import FindingsReopened
from schemas.findings import FindingReopened, FindingState
from schemas.refusals import Refused
from schemas.standing import Stage
from tests.builders import MANAGER, PaperRoad, at_review, found, lodged, settled
from workflows import intake


def states(road: PaperRoad) -> list[FindingState]:
    return [finding.state for finding in road.standing.findings]


def test_what_a_rule_finds_is_proposed_to_the_reviewer() -> None:
    road = PaperRoad()

    road.check(found("wage"), found("hours"))

    assert states(road) == [FindingState.PROPOSED, FindingState.PROPOSED]
    assert len({finding.id for finding in road.standing.findings}) == 2


def test_what_is_found_again_after_a_correction_stays_one_finding() -> None:
    road = PaperRoad()
    road.check(found("wage"))
    road.review()
    road.correct()

    road.check(found("wage"))

    assert states(road) == [FindingState.ANSWERED]


def test_what_no_longer_holds_is_resolved() -> None:
    road = PaperRoad()
    road.check(found("wage"), found("hours"))
    road.review()
    road.correct()

    road.check(found("hours"))

    assert states(road) == [FindingState.VERIFIED, FindingState.ANSWERED]


@pytest.mark.parametrize("state", [FindingState.WAIVED, FindingState.DISMISSED])
def test_what_a_human_settled_with_a_reason_is_not_raised_again(state: FindingState) -> None:
    road = PaperRoad()
    road.check(found("wage"), found("hours"))
    road.review(settled=(settled(road.standing.findings[0].id, state, "reason"),))
    road.correct()

    road.check(found("wage"))

    assert states(road) == [state, FindingState.VERIFIED]


def test_what_is_right_for_one_person_says_nothing_about_another() -> None:
    road = PaperRoad("p1", "p2")
    road.check(found("wage", "p1"), found("wage", "p2"))
    road.review()
    road.correct("p1")

    road.check()

    assert states(road) == [FindingState.VERIFIED, FindingState.OPEN]
    assert road.person("p2").stage is Stage.CORRECTION


def test_who_left_during_the_checks_gets_no_findings_from_them() -> None:
    road = PaperRoad("p1", "p2")
    checked = Checked(pack_version="1", found=(found("wage", "p1"), found("wage", "p2")))

    road.note(intake.checks_run(road.situation, ("p2",), checked))

    assert [finding.person_id for finding in road.standing.findings] == ["p2"]


def test_the_office_follows_the_answers_until_the_case_is_lodged() -> None:
    road = at_review()
    road.review(settled=())
    before = road.person().office

    later = lodged()
    later.ask_for_more()
    later.correct()
    later.check(offices={"p1": "osaka"})

    assert (before, later.person().office) == ("tokyo", "tokyo")


def resting(place: str, basis: str, *changed: str, **more: Any) -> FoundByRule:
    """What a rule found, with what it rests on and what of it changed."""
    return found(place).model_copy(update={"basis": basis, "changed": changed, **more})


def in_round_two(state: FindingState, basis: str = "a") -> PaperRoad:
    """The wage was settled in this way in round one; the client was asked about the hours."""
    road = PaperRoad()
    road.check(resting("wage", basis), resting("hours", "h"))
    road.review(settled=(settled(road.standing.findings[0].id, state, "reason"),))
    road.correct()
    return road


def reopened(road: PaperRoad) -> list[FindingReopened]:
    return [
        item for event in road.events if isinstance(event.body, FindingsReopened) for item in event.body.items
    ]


@pytest.mark.parametrize("state", [FindingState.WAIVED, FindingState.DISMISSED, FindingState.VERIFIED])
def test_what_a_human_settled_stays_settled_while_it_rests_on_the_same(state: FindingState) -> None:
    road = in_round_two(state)

    road.check(resting("wage", "a"), resting("hours", "h"))

    assert states(road) == [state, FindingState.ANSWERED]
    assert reopened(road) == []


@pytest.mark.parametrize("state", [FindingState.WAIVED, FindingState.DISMISSED, FindingState.VERIFIED])
def test_what_a_human_settled_lapses_when_its_grounds_change_and_the_event_says_why(
    state: FindingState,
) -> None:
    road = in_round_two(state)

    road.check(resting("wage", "b", "wage_yen"), resting("hours", "h"))

    assert states(road) == [FindingState.PROPOSED, FindingState.ANSWERED]
    assert [(item.was, item.changed) for item in reopened(road)] == [(state, ("wage_yen",))]
    assert road.standing.findings[0].basis == "b"


def test_what_was_in_order_and_is_found_again_is_reopened_and_not_raised_anew() -> None:
    road = PaperRoad()
    road.check(resting("wage", "a"), resting("hours", "h"))
    road.review()
    road.correct()
    road.check(resting("hours", "h"))
    road.review()
    road.correct()

    road.check(resting("wage", "a", "wage_yen"), resting("hours", "h"))

    assert states(road) == [FindingState.PROPOSED, FindingState.ANSWERED]
    assert [(item.was, item.changed) for item in reopened(road)] == [(FindingState.VERIFIED, ("wage_yen",))]


def test_an_open_finding_that_rests_on_something_else_is_settled_on_its_new_grounds() -> None:
    road = PaperRoad()
    road.check(resting("wage", "a"), resting("hours", "h"))
    road.review()
    road.correct()
    road.check(resting("wage", "b", "wage_yen"), resting("hours", "h"))
    road.review(settled=(settled(road.standing.findings[0].id, FindingState.WAIVED, "reason"),))
    road.correct()

    road.check(resting("wage", "b"), resting("hours", "h"))

    assert states(road) == [FindingState.WAIVED, FindingState.ANSWERED]
    assert reopened(road) == []


def test_what_could_not_be_decided_and_now_fails_asks_the_client() -> None:
    road = PaperRoad()
    road.check(resting("wage", "a", cannot_decide=True), resting("hours", "h"))
    road.review()
    road.correct()

    road.check(resting("wage", "b", "wage_yen"), resting("hours", "h"))

    assert [item.changed for item in reopened(road)] == [("wage_yen",)]
    assert not road.standing.findings[0].cannot_decide
    assert road.standing.asks_client("p1")


def test_newer_rules_count_from_the_next_check_on() -> None:
    road = PaperRoad()
    road.check(resting("wage", "a"))
    newer = road.ask(AdoptPack, MANAGER, pack_version="2", map_version="2026-11-22", remark_id="r")

    road.act(intake.adopt, newer)
    waiting = (road.standing.pack_version, road.standing.pack_chosen)
    road.review()
    road.correct()
    checked = Checked(pack_version="2", found=(resting("wage", "a"),), offices={})
    road.note(intake.checks_run(road.situation, ("p1",), checked))

    assert waiting == (None, "2")
    assert (road.standing.pack_version, road.standing.pack_chosen) == ("2", None)


def test_adopting_what_counts_already_is_refused() -> None:
    road = PaperRoad()
    newer = road.ask(AdoptPack, MANAGER, pack_version="2", map_version="2026-11-22", remark_id="r")
    road.act(intake.adopt, newer)

    with pytest.raises(Refused, match="pack_in_force"):
        road.act(intake.adopt, newer)
