"""Another client organisation can't tell a foreign application from none; staff can't write what clients bring."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import begin
from infra.dev.demo.visitor import Json, Visitor
from schemas.identifiers import application_number
from tests.journeys.office import Office

NONE = application_number(2026, 0)
MISSING = {
    "number": NONE,
    "document_id": "00000000-0000-4000-8000-000000000000",
    "person_id": "p-0000000000000000",
    "omission_id": "00000000-0000-4000-8000-000000000000",
    "task_id": f"{NONE}.task.1",
    "filing_id": f"{NONE}.filing.1",
    "finding_id": f"{NONE}.finding.1",
    "remark_id": "00000000-0000-4000-8000-000000000000",
    "proposal_id": f"{NONE}.proposal.1",
    "key_id": "0000000000000000",
    "code": "not_found",
    "procedure_id": "nothing",
    "account_id": "nobody-0",
    "arrival_id": "arrival-00000000-0000-4000-8000-000000000000",
    "mandate_id": "00000000000000000000000000000000",
    "organisation_id": "nobody-0",
    "stop_id": "00000000000000000000000000000000",
    "upload_id": "00000000-0000-4000-8000-000000000000",
    "round": "1",
}
NOBODYS = frozenset({"code", "procedure_id", "round"})
STAFF = ("reviewer-1", "second-reviewer-1", "handler-1", "manager-1", "operator-1")
CONTENT = {
    ("POST", "/v1/applications"),
    ("PATCH", "/v1/applications/{number}/content"),
    ("POST", "/v1/applications/{number}/persons"),
    ("DELETE", "/v1/applications/{number}/persons/{person_id}"),
    ("POST", "/v1/applications/{number}/hand-in"),
    ("POST", "/v1/applications/{number}/withdrawal"),
    ("POST", "/v1/applications/{number}/documents"),
    ("POST", "/v1/documents/{document_id}/complete"),
    ("DELETE", "/v1/documents/{document_id}"),
    ("POST", "/v1/applications/{number}/omissions"),
    ("DELETE", "/v1/applications/{number}/omissions/{omission_id}"),
    ("POST", "/v1/applications/{number}/corrections"),
    ("POST", "/v1/applications/{number}/split-off"),
    ("POST", "/v1/applications/{number}/proposals/{proposal_id}/answer"),
    ("POST", "/v1/applications/{number}/links"),
    ("DELETE", "/v1/applications/{number}/persons/{person_id}/link"),
    ("POST", "/v1/applications/{number}/next"),
    ("POST", "/v1/api-keys"),
    ("DELETE", "/v1/api-keys/{key_id}"),
}
ACTS_OF_THE_DESK = re.compile(
    r"/v1/(tasks|filings|findings|remarks|arrivals|registers)/|/v1/stops|"
    r"/(hold|release-hold|remarks|more-requested|results|rules|proposals)$"
)
OF_ONESELF = {("PATCH", "/v1/me"), ("POST", "/sign-out")}
BODIES: dict[str, Json] = {
    "/v1/applications/{number}/proposals/{proposal_id}/answer": {"answer": "declined"},
    "/v1/applications/{number}/split-off": {"persons": ["p-0000000000000000"]},
    "/v1/applications": {"procedure": EXTENSION},
    "/v1/applications/{number}/content": {"application": {"dispatch": True}},
    "/v1/applications/{number}/documents": {
        "kind": "tax_payment",
        "file_name": "a.pdf",
        "media_type": "application/pdf",
        "size_bytes": 100,
        "sha256": "0" * 64,
    },
    "/v1/documents/{document_id}/complete": {"parts": [{"number": 1, "etag": '"0"'}]},
    "/v1/applications/{number}/omissions": {
        "kind": "tax_payment",
        "reference": "R",
        "submitted_on": "2026-11-01",
    },
}


@dataclass(frozen=True)
class Theirs:
    """Somebody's application that is under review: everything that has an id."""

    ids: dict[str, str]


@pytest.fixture(scope="module")
def theirs(office: Office) -> Theirs:
    number, persons = begin(office.people, lambda line: None, EXTENSION, 1)
    task = office.people.reviewer.task(number, "review")["id"]
    document = office.rows("SELECT id FROM document_version WHERE number = %s LIMIT 1", number)[0][0]
    made = office.people.client.post("/v1/api-keys", {"name": "theirs", "rights": ["read_own"]})
    own = {
        "number": number,
        "person_id": persons[0],
        "document_id": document,
        "task_id": task,
        "filing_id": f"{number}.filing.1",
        "finding_id": f"{number}.finding.1",
        "proposal_id": f"{number}.proposal.1",
        "key_id": made["id"],
    }
    return Theirs(MISSING | own)


@pytest.fixture(scope="module")
def doors(office: Office) -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = office.people.client.raw("GET", "/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


@pytest.fixture(scope="module")
def strangers(office: Office) -> Iterator[list[Visitor]]:
    """A person and a machine of another client organisation."""
    person = office.visitor("supervising-02-1")
    rights = ["read_own", "edit_content", "hand_in", "withdraw"]
    key = person.post("/v1/api-keys", {"name": "stranger", "rights": rights})["secret"]
    machine = Visitor(office.desk.place.public_url, key, "machine")
    yield [person, machine]
    machine.close()


def knock(visitor: Visitor, door: tuple[str, str], ids: dict[str, str]) -> httpx2.Response:
    method, path = door
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
    given = {} if method == "GET" else {"json": BODIES.get(path, {})}
    return visitor.raw(method, path.format_map(ids), headers=headers, **given)


def told(answer: httpx2.Response, ids: dict[str, str]) -> tuple[int, str]:
    """What an answer says, without the ids that were asked for and the request's own number."""
    text = answer.text
    for each in ids.values():
        text = text.replace(each, "…")
    return answer.status_code, re.sub(r'"(request_id|instance)": ?"[^"]*"', "", text)


def test_a_foreign_id_is_answered_like_one_that_does_not_exist(
    theirs: Theirs, doors: list[tuple[str, str]], strangers: list[Visitor]
) -> None:
    concerned = [door for door in doors if set(re.findall(r"{(\w+)}", door[1])) - NOBODYS]

    for stranger in strangers:
        for door in concerned:
            foreign = knock(stranger, door, theirs.ids)
            missing = knock(stranger, door, MISSING)

            assert told(foreign, theirs.ids) == told(missing, MISSING), door
            assert foreign.is_client_error, door
    assert len(concerned) > 30


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/content",
        "/documents",
        "/findings",
        "/timeline",
        "/overview",
        "/checklist",
    ],
)
def test_reading_a_foreign_application_finds_nothing(
    theirs: Theirs, strangers: list[Visitor], address: str
) -> None:
    place = f"/v1/applications/{theirs.ids['number']}{address}"
    answers = [stranger.raw("GET", place) for stranger in strangers]

    assert {each.status_code for each in answers} <= (
        {403} if address in ("/content", "/overview", "/checklist") else {404}
    )


def test_its_own_people_read_the_same_addresses(office: Office, theirs: Theirs) -> None:
    own = office.people.client
    place = f"/v1/applications/{theirs.ids['number']}"
    addresses = [place, f"{place}/documents", f"{place}/findings", f"{place}/timeline"]
    addresses.append(f"/v1/documents/{theirs.ids['document_id']}/content")

    assert {own.raw("GET", each).status_code for each in addresses} <= {200, 303, 307}


def test_lists_show_ones_own_only(office: Office, theirs: Theirs, strangers: list[Visitor]) -> None:
    number = theirs.ids["number"]
    lists = ("/v1/applications?limit=100", "/v1/api-keys", "/v1/me", "/v1/board", "/v1/tasks", "/v1/filings")

    shown = [stranger.raw("GET", each).text for stranger in strangers for each in lists]

    assert [text for text in shown if number in text or theirs.ids["key_id"] in text] == []
    assert number in office.people.client.raw("GET", "/v1/applications?limit=100").text


@pytest.mark.parametrize("subject", STAFF)
def test_staff_of_no_role_can_write_content(office: Office, theirs: Theirs, subject: str) -> None:
    before = written(office, theirs.ids["number"])

    answers = {door: knock(office.visitor(subject), door, theirs.ids) for door in sorted(CONTENT)}

    assert {door: each.status_code for door, each in answers.items() if each.status_code != 403} == {}
    assert written(office, theirs.ids["number"]) == before


def test_its_own_client_gets_further_than_the_door(office: Office, theirs: Theirs) -> None:
    answers = {door: knock(office.people.client, door, MISSING).status_code for door in sorted(CONTENT)}

    assert 403 not in answers.values()


def test_every_door_that_changes_something_is_content_or_an_act_of_the_desk(
    doors: list[tuple[str, str]],
) -> None:
    changing = {door for door in doors if door[0] != "GET"}
    unknown = {door for door in changing - CONTENT - OF_ONESELF if not ACTS_OF_THE_DESK.search(door[1])}

    assert unknown == set()
    assert changing >= CONTENT


def written(office: Office, number: str) -> list[tuple[Any, ...]]:
    return office.rows(
        """SELECT a.version, a.rounds, (SELECT count(*) FROM content c WHERE c.number = a.number),
                  (SELECT count(*) FROM document_version d WHERE d.number = a.number),
                  (SELECT count(*) FROM applicant p WHERE p.number = a.number),
                  (SELECT count(*) FROM omission o WHERE o.number = a.number)
           FROM application a WHERE a.number = %s""",
        number,
    )
