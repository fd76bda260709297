"""The portal takes one of two and sends the other away: each is lodged once, and both have their results."""

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import lodge, lodge_by_machine, review
from infra.dev.demo.visitor import eventually
from tests.journeys.office import Office
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in


def test_who_was_sent_away_is_lodged_again_and_the_other_is_not(office: Office) -> None:
    people = office.people
    number, (taken, away) = handed_in(office, EXTENSION, 2)
    review(people, number)
    people.authority.be("take_some", count=1)

    first = lodge_by_machine(people, number, "online")
    eventually(lambda: office.person(number, taken)["receipt"], "the first number")
    between = office.person(number, away)
    second = lodge(people, number, "online")
    for each in (first, second):
        people.authority.decide_all(each["id"], "permitted")
    results = office.closed(number)

    filings = {each["id"]: each["persons"] for each in office.case(number)["filings"]}
    letters = [each["text"] for each in office.all_told(number)]
    assert (between["stage"], between["receipt"]) == ("ready", None)
    assert filings == {first["id"]: [taken], second["id"]: [away]}
    assert [people.authority.acceptances(each) for each in filings] == [1, 1]
    assert results == ["permitted", "permitted"]
    assert sum("受け付けられなかった方が1名" in each for each in letters) == 1
    assert troubles(office.desk, number) == []
