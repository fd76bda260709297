"""Of three, one is withdrawn during the review, one after lodging; while a lodging is under way nobody can be."""

from dataclasses import dataclass

import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import lodge, review
from infra.dev.demo.visitor import eventually
from tests.journeys.office import Office, refusal
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in


@dataclass
class Walked:
    """What was seen on the way."""

    number: str
    early: str
    late: str
    stays: str
    stage_of_early: str
    while_lodging: tuple[int, str]
    after_asking_late: str


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    number, (early, late, stays) = handed_in(office, EXTENSION, 3)
    people.reviewer.task(number, "review")
    _withdraw(office, number, early)
    stage_of_early = office.person(number, early)["stage"]
    review(people, number)
    filing = people.handler.task(number, "lodge")["filing_id"]
    people.handler.post(f"/v1/filings/{filing}/begin", {"channel": "online"})
    while_lodging = refusal(_withdraw, office, number, late)
    receipts = people.authority.take(people.handler.get(f"/v1/filings/{filing}")["filing"])
    given = [{"person_id": person, "number": receipt} for person, receipt in receipts.items()]
    people.handler.post(f"/v1/filings/{filing}/end", {"outcome": "confirmed", "receipts": given})
    _withdraw(office, number, late)
    asked = office.person(number, late)["stage"]
    lodge(people, number, "online")
    eventually(lambda: office.person(number, late)["result"], "the withdrawal")
    people.authority.decide(receipts[stays], "permitted")
    office.closed(number)
    return Walked(number, early, late, stays, stage_of_early, while_lodging, asked)


def _withdraw(office: Office, number: str, person: str) -> None:
    body = {"persons": [person], "reason": "退職 / left the company"}
    office.people.client.post(f"/v1/applications/{number}/withdrawal", body)


def test_everybody_ends_in_his_own_way(office: Office, walked: Walked) -> None:
    assert office.results(walked.number) == ["withdrawn", "withdrawn", "permitted"]


def test_before_lodging_it_ends_the_road_at_once(walked: Walked) -> None:
    assert walked.stage_of_early == "closed"


def test_while_a_lodging_is_under_way_it_is_refused(walked: Walked) -> None:
    assert walked.while_lodging == (409, "filing_under_way")


def test_after_lodging_it_becomes_a_filing_of_its_own(office: Office, walked: Walked) -> None:
    first, withdrawal = sorted(office.case(walked.number)["filings"], key=lambda each: str(each["id"]))

    assert walked.after_asking_late == "ready"
    assert first["persons"] == [walked.late, walked.stays]
    assert (withdrawal["kind"], withdrawal["persons"]) == ("withdrawal", [walked.late])
    assert withdrawal["parent_id"] == first["id"]


def test_what_has_closed_cannot_be_withdrawn(office: Office, walked: Walked) -> None:
    assert refusal(_withdraw, office, walked.number, walked.stays) == (409, "already_closed")


def test_history_standing_and_balls_agree(office: Office, walked: Walked) -> None:
    assert troubles(office.desk, walked.number) == []
