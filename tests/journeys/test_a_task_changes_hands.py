"""A review is passed on, a hold stops the clocks, and who may not lodge is told exactly why."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import dispositions, lodge
from tests.journeys.office import Office, refusal
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in

Refusal = tuple[int, str]
CERTIFICATE = "UPDATE certificate SET {} = %s WHERE account_id = 'handler-2'"


@dataclass
class Walked:
    """What was seen on the way."""

    number: str
    taken_by_another: Refusal
    after_passing_on: Refusal
    to_a_handler: Refusal
    begun_on_hold: Refusal
    refused_to_lodge: dict[str, Refusal]


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    number, _ = handed_in(office, EXTENSION, 1)
    taken, passed, handler = _pass_on(office, number)
    people.handler.task(number, "lodge")
    people.manager.post(
        f"/v1/applications/{number}/hold", {"reason": "client_asked", "words": "依頼元の希望"}
    )
    on_hold = refusal(_begin, office, number, "handler-1")
    people.manager.post(f"/v1/applications/{number}/release-hold")
    refused = _who_may_not_lodge(office, number)
    filing = lodge(people, number, "online")
    people.authority.decide_all(filing["id"], "permitted")
    office.closed(number)
    return Walked(number, taken, passed, handler, on_hold, refused)


def _pass_on(office: Office, number: str) -> tuple[Refusal, Refusal, Refusal]:
    first, second = office.people.reviewer, office.visitor("reviewer-2")
    task = first.task(number, "review")["id"]
    first.post(f"/v1/tasks/{task}/claim")
    taken = refusal(second.post, f"/v1/tasks/{task}/claim")
    to_a_handler = refusal(first.post, f"/v1/tasks/{task}/pass-on", {"to": "handler-1"})
    first.post(f"/v1/tasks/{task}/pass-on", {"to": "reviewer-2"})
    seen = second.get(f"/v1/tasks/{task}")
    verdict = {"verdict": {"kind": "review", "settled": dispositions(seen["findings"])}}
    passed = refusal(first.post, f"/v1/tasks/{task}/complete", verdict)
    second.post(f"/v1/tasks/{task}/complete", verdict)
    return taken, passed, to_a_handler


def _begin(office: Office, number: str, subject: str) -> None:
    filing = office.open_task(number, "lodge")["filing_id"]
    office.visitor(subject).post(f"/v1/filings/{filing}/begin", {"channel": "online"})


def _who_may_not_lodge(office: Office, number: str) -> dict[str, Refusal]:
    refused = {"expired": refusal(_begin, office, number, "handler-3")}
    with _certificate(office, "online_id_valid_until", "2026-11-21"):
        refused["online"] = refusal(_begin, office, number, "handler-2")
    with _mandate_ended(office):
        refused["mandate"] = refusal(_begin, office, number, "handler-2")
    return refused


@contextmanager
def _certificate(office: Office, column: str, day: str) -> Iterator[None]:
    query = f"SELECT {column} FROM certificate WHERE account_id = 'handler-2'"  # noqa: S608  fixed names
    ((before,),) = office.rows(query)
    office.change(CERTIFICATE.format(column), day)
    try:
        yield
    finally:
        office.change(CERTIFICATE.format(column), before)


@contextmanager
def _mandate_ended(office: Office) -> Iterator[None]:
    ending = "UPDATE mandate SET valid_until = %s WHERE account_id = 'handler-2' AND organisation_id = %s"
    office.change(ending, "2026-11-21", "supervising-01")
    try:
        yield
    finally:
        office.change(ending, None, "supervising-01")


def test_a_task_is_one_persons(walked: Walked) -> None:
    assert walked.taken_by_another == (409, "task_of_another")


def test_who_passed_it_on_can_no_longer_decide_it(walked: Walked) -> None:
    assert walked.after_passing_on == (409, "task_of_another")


def test_a_review_is_not_passed_on_to_a_handler(walked: Walked) -> None:
    assert walked.to_a_handler == (422, "no_such_colleague")


def test_nothing_is_begun_on_hold(walked: Walked) -> None:
    assert walked.begun_on_hold == (409, "on_hold")


def test_after_the_hold_the_road_goes_on_to_its_end(office: Office, walked: Walked) -> None:
    kinds = office.events(walked.number)

    assert kinds.index("hold_placed") < kinds.index("hold_lifted") < kinds.index("lodging_intended")
    assert office.results(walked.number) == ["permitted"]


@pytest.mark.parametrize(
    ("lacking", "code"),
    [("expired", "certificate_expired"), ("online", "online_id_expired"), ("mandate", "mandate_expired")],
)
def test_who_may_not_lodge_is_told_why(walked: Walked, lacking: str, code: str) -> None:
    assert walked.refused_to_lodge[lacking] == (403, code)


def test_the_refused_left_nothing_behind(office: Office, walked: Walked) -> None:
    kinds = office.events(walked.number)

    assert (kinds.count("lodging_intended"), kinds.count("lodging_confirmed")) == (1, 1)
    assert troubles(office.desk, walked.number) == []
