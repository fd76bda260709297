"""A handler sends a prepared filing to another office, with a reason; once the intent stands nobody does."""

import pytest

from schemas.checked import Checked
from schemas.commands import RouteFiling
from schemas.events import ChecksRun
from schemas.parties import Actor
from schemas.refusals import Refused
from schemas.routing import FilingRouted, offices_beside
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.builders import HANDLER, OTHER_HANDLER, PaperRoad, lodged, ready
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from workflows import filing, intake


def route(road: PaperRoad, office: str = "osaka", by: Actor = HANDLER) -> None:
    values = {"filing_id": road.filing().id, "office": office, "remark_id": "reason"}
    road.act(filing.route, road.ask(RouteFiling, by, **values))


def refusal(road: PaperRoad, office: str = "osaka", by: Actor = HANDLER) -> str:
    with pytest.raises(Refused) as refused:
        route(road, office, by)
    return refused.value.code


def test_the_filing_and_its_persons_belong_to_the_other_office() -> None:
    road = ready("p1", "p2")

    route(road)

    assert road.filing().office == "osaka"
    assert {line.office for line in road.standing.persons} == {"osaka"}
    told = [event.body for event in road.events if isinstance(event.body, FilingRouted)]
    assert [(each.was, each.office) for each in told] == [("tokyo", "osaka")]
    insist_on_order(road)
    insist_on_one_history(road)


def test_after_a_lodging_that_did_not_happen_it_goes_there_again() -> None:
    road = ready("p1")
    route(road)
    road.begin()
    road.end("not_sent")

    assert road.filing().office == "osaka"
    assert road.standing.at_stage(Stage.READY) == ("p1",)


def test_who_comes_late_goes_to_the_office_that_was_worked_out_for_him() -> None:
    road = ready("p1", "p2")
    road.correct("p2")
    route(road)

    road.check()
    road.pass_all()

    assert {each.office: each.persons for each in road.standing.filings} == {
        "osaka": ("p1",),
        "tokyo": ("p2",),
    }


def test_the_office_a_handler_chose_stays_when_the_person_is_corrected_and_checked_again() -> None:
    road = ready("p1", "p2")
    route(road)

    road.come_back("p1", p1="nagoya", p2="nagoya")

    assert [(line.office, line.office_instead_of) for line in road.standing.persons] == [
        ("osaka", "tokyo"),
        ("osaka", "tokyo"),
    ]
    assert (road.filing().office, set(road.filing().persons)) == ("osaka", {"p1", "p2"})
    insist_on_one_history(road)


def test_the_handler_is_told_where_they_would_go_and_whether_that_is_new_since_he_chose() -> None:
    road = ready("p1", "p2", "p3")
    route(road)
    lines = road.standing.persons

    beside = offices_beside(lines, {"p1": "tokyo", "p2": "nagoya", "p3": "osaka"})

    assert [(each.office, each.persons, each.is_new) for each in beside] == [
        ("nagoya", ("p2",), True),
        ("tokyo", ("p1",), False),
    ]
    assert offices_beside(ready("p1").standing.persons, {"p1": "nagoya"}) == ()
    assert offices_beside(lines, {}) == ()


def test_checks_of_an_older_release_say_nothing_of_it_and_their_histories_replay_as_they_were() -> None:
    road = ready("p1")
    route(road)
    checked = Checked(pack_version="1", offices={"p1": "nagoya"})

    (run,) = intake.checks_run(road.situation, ("p1",), checked)

    assert isinstance(run, ChecksRun)
    assert run.offices == {"p1": "nagoya"}


def test_once_the_intent_stands_or_it_is_lodged_it_is_too_late() -> None:
    begun = ready("p1")
    begun.begin()

    assert refusal(begun) == "filing_not_open"
    assert refusal(lodged("p1")) == "filing_not_open"


def test_the_same_office_and_the_task_of_another_are_refused() -> None:
    road = ready("p1")

    assert refusal(road, "tokyo") == "office_not_possible"
    road.claim(TaskKind.LODGE, OTHER_HANDLER)
    assert refusal(road, "osaka", HANDLER) == "task_of_another"


def test_a_supplement_goes_where_the_first_filing_went() -> None:
    road = lodged("p1")
    road.ask_for_more("p1")
    road.come_back("p1")

    assert refusal(road) == "office_not_possible"
