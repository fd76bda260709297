"""The front desk is killed when the other application is written and the road knows nothing: it ends whole by itself."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from infra.dev.demo.__main__ import RETURN_PATH, WHO
from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import begin
from infra.dev.demo.visitor import Json, Visitor, eventually
from infra.dev.place import CLIENT_ID
from infra.dev.sign_in import obtain_token
from tests.journeys.office import Office, refusal
from tests.journeys.proofs import troubles

AWAY = ("worker", "temporal")


@dataclass
class Cut:
    """What was seen between the halves, and afterwards."""

    old: str
    new: str
    moved: str
    first_answer: tuple[int, str]
    written: int
    seen_in_between: tuple[int, int]
    quoted_in_between: Json
    place_in_between: Json
    other_act: tuple[int, str]
    same_key_afterwards: Json


@pytest.fixture(scope="module")
def cut(office: Office) -> Iterator[Cut]:
    client, desk, key = office.people.client, office.desk, str(uuid4())
    old, persons = begin(office.people, lambda line: None, EXTENSION, 2)
    office.people.reviewer.task(old, "review")
    address, body = f"/v1/applications/{old}/split-off", {"persons": [persons[1]]}
    for name in AWAY:
        desk.kill(name)
    answer = _once(office, address, body, key)
    desk.kill("api")
    asyncio.run(desk.start("api"))
    ((new,),) = office.rows("SELECT to_number FROM split_off WHERE number = %s", old)
    written = office.rows("SELECT count(*) FROM content WHERE number = %s", new)[0][0]
    seen = (
        client.raw("GET", f"/v1/applications/{new}").status_code,
        client.raw("GET", "/v1/applications?limit=100").text.count(new),
    )
    between = office.person(old, persons[1])
    quoted = client.get(f"/v1/applications/{old}/fees")
    other = refusal(client.post, address, body)
    for name in reversed(AWAY):
        asyncio.run(desk.start(name))
    eventually(lambda: office.person(old, persons[1])["moved_to"], "the round tells the road")
    office.people.reviewer.task(new, "review")
    same = client.post(address, body, key=key)
    yield Cut(
        old=old,
        new=new,
        moved=persons[1],
        first_answer=answer,
        written=written,
        seen_in_between=seen,
        quoted_in_between=quoted,
        place_in_between=between,
        other_act=other,
        same_key_afterwards=same,
    )


def _once(office: Office, address: str, body: Json, key: str) -> tuple[int, str]:
    """One attempt, without the patience of who knows that servers fall."""
    place = office.desk.place
    secret, back = place.secrets.oidc_client_secret, place.public_url + RETURN_PATH
    token = obtain_token(place.issuer, CLIENT_ID, secret, back, WHO["client"])
    hasty = Visitor(place.public_url, token)
    answer = refusal(hasty.post, address, body, key=key)
    hasty.close()
    return answer


def test_the_client_is_told_to_ask_again(cut: Cut) -> None:
    assert cut.first_answer == (503, "not_ready")
    assert cut.written > 1


def test_before_the_road_has_moved_them_nobody_sees_the_other_application(cut: Cut) -> None:
    assert cut.seen_in_between == (404, 0)
    assert cut.place_in_between["stage"] == "review"
    assert cut.place_in_between["moved_to"] is None
    assert cut.quoted_in_between["quote"]["persons"] == 2
    assert cut.quoted_in_between["superseded"] == []


def test_another_act_about_the_same_person_waits_for_the_first(cut: Cut) -> None:
    assert cut.other_act == (409, "split_under_way")


def test_it_ends_whole_without_anybody_asking_again(office: Office, cut: Cut) -> None:
    assert office.person(cut.old, cut.moved)["moved_to"] == cut.new
    assert office.events(cut.old).count("persons_moved") == 1
    assert office.events(cut.new)[:2] == ["received", "came_by_split"]
    assert troubles(office.desk, cut.old) + troubles(office.desk, cut.new) == []


def test_the_same_key_gets_the_answer_that_was_lost(cut: Cut) -> None:
    assert cut.same_key_afterwards["number"] == cut.new
