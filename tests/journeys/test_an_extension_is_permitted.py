"""The straight road: two persons, one review, lodged by the machine channel, both permitted."""

from datetime import timedelta
from typing import Any

import pytest

from infra.dev.demo.day import extension_permitted
from infra.dev.demo.visitor import Json
from tests.journeys.office import Office, message_ids
from tests.journeys.proofs import NOBODY, balls_of, broken_links, gaps, held_until, troubles

STRAIGHT = ["received", "review_passed", "lodging_intended", "lodging_confirmed", "closed"]


@pytest.fixture(scope="module")
def number(office: Office) -> str:
    arrived = extension_permitted(office.people, lambda line: None)
    office.closed(arrived)
    return arrived


def test_both_are_permitted_and_the_client_sees_it(office: Office, number: str) -> None:
    seen = office.people.client.get(f"/v1/applications/{number}")

    assert [line["result"] for line in seen["persons"]] == ["permitted", "permitted"]
    assert len({line["receipt"] for line in seen["persons"]}) == 2
    assert seen["stage"] == "closed"


def test_the_road_is_walked_once_in_its_order(office: Office, number: str) -> None:
    kinds = [kind for kind in office.events(number) if kind in STRAIGHT]

    assert kinds == STRAIGHT


def test_the_authority_took_it_once(office: Office, number: str) -> None:
    (filing,) = office.case(number)["filings"]

    assert office.people.authority.acceptances(filing["id"]) == 1


def test_history_standing_and_balls_agree(office: Office, number: str) -> None:
    assert troubles(office.desk, number) == []


def test_a_changed_event_breaks_the_chain(office: Office, number: str) -> None:
    with office.desk.connect("toritsugi") as connection:
        names = "number, seq, kind, body, actor_id, capacity, at, previous, hash"
        query = f"SELECT {names} FROM event WHERE number = %s ORDER BY seq"  # noqa: S608  fixed names
        rows = [
            dict(zip(names.split(", "), row, strict=True))
            for row in connection.execute(query.encode(), [number])
        ]
    unchanged = broken_links(rows)

    rows[2]["actor_id"] = "somebody-else"

    assert unchanged == []
    assert broken_links(rows) == [f"{number}: event 3 is changed"]


def test_the_times_of_the_ball_add_up_to_the_time_elapsed(office: Office, number: str) -> None:
    for person in office.case(number)["persons"]:
        balls = balls_of(office.desk, number, person["person_id"])
        ended = balls[-1]["from_at"]

        assert balls[-1]["holder"] == NOBODY
        assert held_until(balls, ended) == ended - balls[0]["opened_at"]
        shown = timedelta(seconds=person["elapsed_seconds"])
        assert abs(shown - held_until(balls, ended)) <= timedelta(seconds=len(balls))


def test_a_gap_between_two_balls_is_noticed(office: Office, number: str) -> None:
    person = office.case(number)["persons"][0]["person_id"]
    balls: list[dict[str, Any]] = balls_of(office.desk, number, person)
    whole = gaps(balls)

    balls[1]["from_at"] += timedelta(seconds=1)

    assert whole == []
    assert gaps(balls) == [f"{number}: nobody has the ball at {balls[1]['from_at']}"]


def test_every_read_by_staff_is_in_the_read_log(office: Office, number: str) -> None:
    task = office.case(number)["tasks"][0]["id"]
    filing = office.case(number)["filings"][0]["id"]
    document = office.rows("SELECT id FROM document_version WHERE number = %s LIMIT 1", number)[0][0]
    reader = office.visitor("second-reviewer-2")
    doors = {
        "task": f"/v1/tasks/{task}",
        "overview": f"/v1/applications/{number}/overview",
        "content": f"/v1/applications/{number}/content",
        "package": f"/v1/filings/{filing}/package",
        "document": f"/v1/documents/{document}/content",
    }

    for address in doors.values():
        assert reader.raw("GET", address).status_code in (200, 303, 307)

    read: list[Json] = office.people.manager.get(f"/v1/applications/{number}/reads", limit=100)["items"]
    own = {each["what"].partition(":")[0] for each in read if each["reader"]["id"] == "second-reviewer-2"}
    assert own == set(doors)


def test_each_event_that_is_told_is_told_by_one_mail(office: Office, number: str) -> None:
    letters = office.all_told(number)

    kinds = office.rows("SELECT kind, count(*) FROM notice WHERE number = %s GROUP BY kind", number)
    written = office.rows("SELECT id FROM notice WHERE number = %s", number)
    assert dict(kinds) == {"received": 1, "lodged": 1, "result_available": 2}
    assert sorted(message_ids(letters)) == sorted(row[0] for row in written)
