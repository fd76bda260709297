"""One of two is permitted at once, about the other the bureau asks for more; what does not fit is refused or kept beside."""

from dataclasses import dataclass

import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import lodge, review
from infra.dev.demo.visitor import Json, eventually
from tests.journeys.office import Office, refusal
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in

Refusal = tuple[int, str]


@dataclass
class Walked:
    """What was seen on the way."""

    number: str
    quick: str
    asked: str
    before_lodging: Refusal
    foreign_receipt: Refusal
    results_in_between: list[str | None]
    after_contradiction: Json
    nobody_pending: Refusal
    first_end: list[str | None]


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    number, (quick, asked) = handed_in(office, EXTENSION, 2)
    review(people, number)
    before = _record(office, number, quick, "R-NOBODY-1", "permitted")
    foreign = _lodge_with_the_number_of_another(office, number)
    (filing,) = [each for each in office.case(number)["filings"] if each["state"] == "intended"]
    receipts = people.authority.take(filing)
    given = [{"person_id": person, "number": receipt} for person, receipt in receipts.items()]
    people.handler.post(f"/v1/filings/{filing['id']}/end", {"outcome": "confirmed", "receipts": given})
    people.authority.decide(receipts[quick], "permitted")
    eventually(lambda: office.person(number, quick)["result"], "the first result")
    in_between = office.results(number)
    contradiction = _record(office, number, quick, receipts[quick], "refused", must=None)
    after = office.person(number, quick)
    pending = _record(office, number, asked, receipts[quick], "permitted")
    people.authority.ask_for_more(receipts[asked])
    _answer(office, number, asked)
    people.authority.decide(receipts[asked], "refused")
    eventually(lambda: office.results(number) == ["permitted", "refused"], "the second result")
    closed_while_two_differ = office.case(number)["closed_at"]
    _settle(office, number, "recorded")
    first_end = office.closed(number)
    repeated = _record(office, number, asked, receipts[asked], "refused", must=None)
    still_closed = office.case(number)["closed_at"]
    _record(office, number, asked, receipts[asked], "permitted", must=None)
    reopened = office.case(number)["closed_at"]
    _settle(office, number, "later")
    office.closed(number)
    assert closed_while_two_differ is None
    assert (repeated, bool(still_closed), reopened) == ((200, ""), True, None)
    assert contradiction == (200, "")
    return Walked(number, quick, asked, before, foreign, in_between, after, pending, first_end)


def _record(
    office: Office, number: str, person: str, receipt: str, result: str, *, must: str | None = "refuse"
) -> Refusal:
    body = {
        "person_id": person,
        "receipt": receipt,
        "result": result,
        "decided_on": office.people.today.isoformat(),
    }
    address = f"/v1/applications/{number}/results"
    if must:
        return refusal(office.people.handler.post, address, body)
    office.people.handler.post(address, body)
    return 200, ""


def _settle(office: Office, number: str, holds: str) -> None:
    verdict = {"kind": "contradiction", "holds": holds, "words": "通知を確かめた"}
    office.people.manager.decide(office.open_task(number, "contradiction"), verdict)


def _a_number_of_another(office: Office) -> str:
    number, _ = handed_in(office, EXTENSION, 1)
    review(office.people, number)
    lodge(office.people, number, "online")
    return str(office.rows("SELECT receipt FROM receipt WHERE number = %s", number)[0][0])


def _lodge_with_the_number_of_another(office: Office, number: str) -> Refusal:
    handler = office.people.handler
    filing = handler.task(number, "lodge")["filing_id"]
    handler.post(f"/v1/filings/{filing}/begin", {"channel": "online"})
    persons = handler.get(f"/v1/filings/{filing}")["filing"]["persons"]
    taken = _a_number_of_another(office)
    numbers = [taken, f"R-{number}"]
    given = [{"person_id": each, "number": own} for each, own in zip(persons, numbers, strict=True)]
    return refusal(handler.post, f"/v1/filings/{filing}/end", {"outcome": "confirmed", "receipts": given})


def _answer(office: Office, number: str, person: str) -> None:
    client = office.people.client
    eventually(lambda: client.get(f"/v1/applications/{number}/findings")["persons_to_correct"], "the request")
    client.attach(number, "tax_payment", person)
    client.post(f"/v1/applications/{number}/corrections")
    review(office.people, number)
    lodge(office.people, number, "online")


def test_the_two_end_differently(walked: Walked) -> None:
    assert walked.first_end == ["permitted", "refused"]


def test_a_result_that_differs_after_the_end_reopens_the_road_and_the_one_that_holds_is_delivered(
    office: Office, walked: Walked
) -> None:
    kinds = office.events(walked.number)

    assert office.results(walked.number) == ["permitted", "permitted"]
    assert kinds[kinds.index("closed") + 1] == "road_reopened"
    assert kinds.count("closed") == 2


def test_a_result_before_the_lodging_is_pending_for_nobody(walked: Walked) -> None:
    assert walked.before_lodging == (409, "no_result_pending")


def test_the_receipt_number_of_another_filing_is_refused(walked: Walked) -> None:
    assert walked.foreign_receipt == (409, "receipt_taken")


def test_one_result_comes_while_the_other_is_awaited(walked: Walked) -> None:
    assert walked.results_in_between == ["permitted", None]


def test_a_result_under_the_number_of_the_other_person_is_refused(walked: Walked) -> None:
    assert walked.nobody_pending == (409, "no_result_pending")


def test_a_contradicting_result_changes_nothing_and_is_kept(office: Office, walked: Walked) -> None:
    kept = office.rows(
        "SELECT body->>'result' FROM event WHERE number = %s AND kind = 'result_contradicted' ORDER BY seq",
        walked.number,
    )

    assert walked.after_contradiction["result"] == "permitted"
    assert kept == [("refused",), ("permitted",)]


def test_the_answer_is_lodged_as_a_supplement_of_the_first_filing(office: Office, walked: Walked) -> None:
    first, supplement = sorted(office.case(walked.number)["filings"], key=lambda each: str(each["id"]))

    assert (first["kind"], supplement["kind"]) == ("first", "supplement")
    assert supplement["parent_id"] == first["id"]
    assert supplement["persons"] == [walked.asked]


def test_history_standing_and_balls_agree(office: Office, walked: Walked) -> None:
    assert troubles(office.desk, walked.number) == []
