"""Intake: what rules newly find, what no longer holds, and what a human settled stays settled."""

import pytest

from schemas.checked import Checked
from schemas.findings import FindingState
from schemas.standing import Stage
from tests.builders import PaperRoad, at_review, found, lodged, settled
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
