"""What a reviewer proposes changes nothing until the client does it; each proposal is answered once."""

from typing import Any

import pytest

from activities.ledger.announcing import tellings
from schemas.commands import AnswerProposal, Propose, SplitOff
from schemas.filing import FilingState
from schemas.identifiers import application_number
from schemas.refusals import Refused
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import CLIENT, REVIEWER, PaperRoad, at_review, lodged, ready
from workflows import proposals, splitting

OTHER = application_number(2026, 4_711)


def propose(road: PaperRoad, *persons: str, **values: Any) -> str:
    """Propose to split these off, unless said otherwise; the id of the proposal."""
    given = {"proposed": "split_off", "persons": persons, "remark_id": "reason", **values}
    road.act(proposals.propose, road.ask(Propose, REVIEWER, **given))
    return road.standing.proposals[-1].id


def propose_to_wait(road: PaperRoad, person: str = "p1") -> str:
    return propose(road, person, proposed="wait_for", other_number=OTHER, other_person_id="other")


def answer(road: PaperRoad, proposal_id: str, given: str) -> None:
    command = road.ask(AnswerProposal, CLIENT, proposal_id=proposal_id, answer=given)
    road.act(proposals.answer, command)


def split(road: PaperRoad, proposal_id: str, *persons: str) -> None:
    values = {"persons": persons, "to_number": OTHER, "proposal_id": proposal_id}
    road.act(splitting.split_off, road.ask(SplitOff, CLIENT, **values))


def code_of(act: Any, *given: Any, **values: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*given, **values)
    return refused.value.code


def test_a_proposal_changes_nobody_s_place_and_is_told_by_mail() -> None:
    road = ready("p1", "p2")
    before = road.standing.persons

    propose(road, "p2")

    assert road.standing.persons == before
    assert [each.state for each in road.standing.proposals] == ["open"]
    assert [(kind, to) for kind, to, _ in tellings(road.standing, road.events[-1])] == [
        ("proposed", "client")
    ]


def test_splitting_off_answers_the_proposal() -> None:
    road = ready("p1", "p2")
    proposal = propose(road, "p2")

    split(road, proposal, "p2")

    assert road.standing.proposals[0].state == "accepted"
    assert road.person("p2").moved_to == OTHER


def test_a_declined_proposal_is_over() -> None:
    road = ready("p1", "p2")
    proposal = propose(road, "p2")

    answer(road, proposal, "declined")

    assert road.standing.proposals[0].state == "declined"
    assert code_of(answer, road, proposal, "declined") == "proposal_answered"
    assert code_of(split, road, proposal, "p2") == "proposal_answered"
    assert road.person("p2").moved_to is None


def test_the_same_is_proposed_again_only_after_an_answer() -> None:
    road = ready("p1", "p2", "p3")
    proposal = propose(road, "p2")

    assert code_of(propose, road, "p2") == "proposed_already"
    propose(road, "p3")
    answer(road, proposal, "declined")
    propose(road, "p2")

    assert [each.id for each in road.standing.proposals] == [
        f"{road.standing.number}.proposal.{place}" for place in (1, 2, 3)
    ]


def test_what_the_client_could_not_do_is_not_proposed() -> None:
    assert code_of(propose, ready("p1"), "p1") == "last_person"
    assert code_of(propose, lodged("p1", "p2"), "p2") == "not_to_split"
    assert code_of(propose_to_wait, lodged("p1")) == "not_to_wait"
    assert code_of(propose, ready("p1"), "p1", proposed="wait_for") == "unknown_person"


def test_a_split_is_not_agreed_to_by_a_word() -> None:
    road = ready("p1", "p2")
    proposal = propose(road, "p2")

    assert code_of(answer, road, proposal, "accepted") == "no_such_proposal"
    assert code_of(answer, road, "unknown", "declined") == "no_such_proposal"
    assert code_of(split, road, propose_to_wait(road), "p2") == "no_such_proposal"


def test_who_waits_as_proposed_leaves_the_prepared_filing_and_the_others_are_lodged() -> None:
    road = ready("p1", "p2")
    proposal = propose_to_wait(road)

    answer(road, proposal, "accepted")
    road.lodge()

    assert (road.person("p1").waits_for, road.person("p1").stage) == (OTHER, Stage.READY)
    assert road.person("p1").filing_id is None
    assert road.person("p2").stage is Stage.LODGED
    assert road.standing.open_tasks(TaskKind.LODGE) == ()


def test_when_only_who_waits_was_in_it_the_filing_is_cancelled() -> None:
    road = ready("p1")

    answer(road, propose_to_wait(road), "accepted")

    assert [each.state for each in road.standing.filings] == [FilingState.CANCELLED]


def test_who_is_still_reviewed_stays_in_his_task_and_waits_afterwards() -> None:
    road = at_review("p1")

    answer(road, propose_to_wait(road), "accepted")
    road.pass_all()

    assert road.person("p1").stage is Stage.READY
    assert road.standing.filings == ()


def test_who_waits_already_or_is_on_the_way_does_not_wait_for_another() -> None:
    waiting, begun = ready("p1"), ready("p1")
    proposal = propose_to_wait(begun)
    begun.begin()
    answer(waiting, propose_to_wait(waiting), "accepted")

    assert code_of(propose_to_wait, waiting) == "not_to_wait"
    assert code_of(answer, begun, proposal, "accepted") == "filing_under_way"
