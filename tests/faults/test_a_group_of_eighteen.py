"""Eighteen are lodged in parts, through interruptions, with answers in any order, and on to the next application."""

from collections import Counter

import httpx2
import pytest

from infra.dev.demo.visitor import Json
from tests.faults.group import FOLLOW_UP, SIZE, Group, live_through
from tests.faults.lookout import elsewhere
from tests.faults.patience import Persistent
from tests.journeys.office import Office, message_ids
from tests.journeys.proofs import troubles

pytestmark = pytest.mark.timeout(600)
LOOKS_AT_LEAST = 100
SAID_BY = """SELECT r.actor_id, c.actor_id FROM event r JOIN event c
  ON c.number = r.number AND c.kind = 'lodging_confirmed' AND c.body->>'filing_id' = r.body->>'filing_id'
  WHERE r.number = %s AND r.kind = 'lodging_reported'"""


@pytest.fixture(scope="module")
def group(office: Office) -> Group:
    return live_through(office)


def test_everybody_ends_as_the_authority_and_the_client_decided(group: Group) -> None:
    lines = group.office.case(group.number)["persons"]

    assert {line["person_id"]: line["result"] for line in lines} == group.expected()
    assert len(lines) == SIZE


def test_at_every_look_each_person_was_in_one_place(group: Group) -> None:
    assert group.looks >= LOOKS_AT_LEAST
    assert group.elsewhere == []


def test_who_is_lost_or_in_two_places_is_seen() -> None:
    fine = {"person_id": "p1", "holder": "client", "balls": ["client"], "live": 0, "receipts": 0}
    twice = fine | {"person_id": "p2", "balls": ["client", "handler"], "live": 2, "receipts": 2}

    assert elsewhere(frozenset({"p1"}), [fine]) == []
    assert len(elsewhere(frozenset({"p1", "p2"}), [fine, twice])) == 3
    assert elsewhere(frozenset({"p1", "p2"}), [fine]) == ["['p1'] instead of ['p1', 'p2']"]


def test_it_was_lodged_in_parts_over_several_channels_by_entitled_handlers(group: Group) -> None:
    filings = _filings(group)
    parts = [each for each in filings if each["kind"] == "first" and each["state"] == "confirmed"]

    assert sorted(len(each["persons"]) for each in parts) == [1, 1, 3, 12]
    assert {(each["channel"], each["way"]) for each in parts} == {
        ("post", "machine"),
        ("counter", "machine"),
        ("counter", "by_hand"),
    }
    assert Counter(each["kind"] for each in filings if each["state"] == "confirmed") == {
        "first": 4,
        "supplement": 1,
        "withdrawal": 1,
    }
    assert len({each["handler"]["id"] for each in parts}) == 2


def test_who_is_not_entitled_lodges_nothing(group: Group) -> None:
    assert group.not_entitled == (403, "certificate_expired")


def test_what_was_carried_to_a_counter_was_confirmed_by_a_second_person(group: Group) -> None:
    kinds = group.office.events(group.number)
    said = group.office.rows(SAID_BY, group.number)

    assert (kinds.count("second_asked"), kinds.count("lodging_reported")) == (3, 3)
    assert group.reported == ["intended"] * 3
    assert len(said) == 3
    assert all(first != second for first, second in said)


def test_a_person_looked_where_nobody_could_know(group: Group) -> None:
    assert sorted(group.found_out.values()) == [False, True, True]
    assert group.killed == ["worker", "authority", "worker", "worker"]


def test_the_authoritys_own_book_has_nothing_twice(group: Group) -> None:
    taken = [each for each in _book(group.office) if each["filing"]["application"] == group.number]
    firsts = [
        person for each in taken if each["filing"]["kind"] == "first" for person in each["filing"]["persons"]
    ]
    confirmed = [each["id"] for each in _filings(group) if each["state"] == "confirmed"]

    assert sorted(each["filing"]["reference"] for each in taken) == sorted(confirmed)
    assert sorted(firsts) == sorted(set(group.persons) - {group.leaves})


def test_every_number_is_one_persons(group: Group) -> None:
    rows = group.office.rows("SELECT person_id, receipt FROM receipt WHERE number = %s", group.number)

    assert len(rows) == len({person for person, _ in rows}) == len({number for _, number in rows})
    assert {person for person, _ in rows} == set(group.persons) - {group.leaves}


def test_every_result_is_recorded_and_delivered_once(group: Group) -> None:
    told = "SELECT body FROM event WHERE number = %s AND kind = %s"
    recorded = group.office.rows(told, group.number, "result_recorded")
    delivered = group.office.rows(told, group.number, "results_delivered")
    everybody = sorted(set(group.persons) - {group.leaves})

    assert sorted(body["person_id"] for (body,) in recorded) == everybody
    assert sorted(person for (body,) in delivered for person in body["persons"]) == everybody
    assert len(delivered) > 1
    assert group.office.events(group.number).count("closed") == 1


def test_the_next_application_is_begun_with_what_is_known(group: Group) -> None:
    persons = group.draft["content"]["persons"]
    names = [values["name_latin"] for values in persons.values()]

    assert (group.draft["procedure"], len(persons)) == (FOLLOW_UP, len(group.accredited))
    assert {each["from_person_id"] for each in group.begun["persons"]} == set(group.accredited)
    assert {each["carried_from"]["number"] for each in names} == {group.number}
    assert all(each["carried"] and each["fresh"] for each in group.begun["persons"])


def test_chain_standing_and_balls_are_whole(group: Group) -> None:
    assert troubles(group.office.desk, group.number) == []


def test_every_mail_was_sent_and_none_under_two_ids(group: Group) -> None:
    letters = group.office.all_told(group.number)
    written = group.office.rows("SELECT id FROM notice WHERE number = %s", group.number)

    assert set(message_ids(letters)) == {each for (each,) in written}


def test_nobody_was_answered_with_a_fault(group: Group, met: dict[str, Persistent]) -> None:
    assert {role: each.met["fault"] for role, each in met.items() if each.met["fault"]} == {}


def _filings(group: Group) -> list[Json]:
    filings: list[Json] = group.office.case(group.number)["filings"]
    return filings


def _book(office: Office) -> list[Json]:
    book: list[Json] = httpx2.get(f"{office.desk.address('authority')}/ledger").json()
    return book
